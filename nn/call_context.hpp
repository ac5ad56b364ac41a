// CallContext: what layers leave behind, besides their outputs, when they are called.
#pragma once

#include <utility>
#include <vector>

#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::nn {

/// One forward pass. While it lives, layers called on its thread hand it their losses, the new
/// values of their states and the masks of their outputs. Who trains by hand makes one, calls the
/// model, and adds `losses` to the loss and `updates` to what is evaluated. Where there is none, a
/// layer's outermost call makes its own, gives the states their new values at its end and forgets
/// the rest.
class CallContext {
public:
    CallContext();
    ~CallContext();
    CallContext(const CallContext&) = delete;
    CallContext& operator=(const CallContext&) = delete;
    /// The innermost one of this thread; null where there is none.
    static CallContext* current() noexcept;

    void add_loss(const Tensor& loss) { losses_.push_back(loss); }
    /// A later value for the same parameter replaces the earlier one.
    void add_update(const Parameter& state, const Tensor& value);
    /// Gives x a mask: bool (batch, time), false where a step is only padding.
    void set_mask(const Tensor& x, const Tensor& mask) { masks_.emplace_back(x, mask); }

    const std::vector<Tensor>& losses() const noexcept { return losses_; }
    const std::vector<Assignment>& updates() const noexcept { return updates_; }
    /// Undefined where x has none.
    Tensor mask_of(const Tensor& x) const;

private:
    CallContext* outer_;
    std::vector<Tensor> losses_;
    std::vector<Assignment> updates_;
    std::vector<std::pair<Tensor, Tensor>> masks_;
};

/// The mask of x in the current pass; undefined where it has none.
Tensor mask_of(const Tensor& x);

}  // namespace shikumi::nn

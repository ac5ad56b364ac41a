// CallContext: what the layers under way on a thread share besides tensors.
#pragma once

#include <utility>
#include <vector>

#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::nn {

namespace detail {
class ActiveLayer;
}

/// What copies of built layers hold.
enum class Copies {
    share_weights,  ///< the weights of the originals
    unbuilt,        ///< no weights: a copy makes its own when it is built
};

/// One forward pass. While it lives, layers called on its thread hand it their losses, the next
/// values of their states and the masks of their outputs. A training step of one's own makes one,
/// calls the model, adds `losses` to its loss and evaluates `updates` with the rest. Without one,
/// the outermost call of a layer makes its own, gives the states their next values when it ends and
/// drops the losses and masks.
class CallContext {
public:
    /// Inside another context, the layers under way and the kind of copies stay the same.
    CallContext();
    /// While this context lives, layers on its thread are copied in this way.
    explicit CallContext(Copies copies);
    ~CallContext();
    CallContext(const CallContext&) = delete;
    CallContext& operator=(const CallContext&) = delete;
    /// The innermost context of this thread; null where there is none.
    static CallContext* current() noexcept;

    /// Adds a scalar to the loss of this pass.
    void add_loss(const Tensor& loss) { losses_.push_back(loss); }
    /// Gives a state its next value, which replaces an earlier one of this pass.
    void add_update(const Parameter& state, const Tensor& value);
    /// What a state is by now: the next value that this pass has given it, of which derivatives
    /// know nothing; its own one where there is none.
    Tensor value_of(const Parameter& state) const;
    /// Gives x a mask: a bool tensor of x's first axes, as a rule (batch, time), false where x
    /// holds only padding. The first mask of a tensor stays.
    void set_mask(const Tensor& x, const Tensor& mask) { masks_.emplace_back(x, mask); }

    /// The scalars that layers have added to the loss.
    const std::vector<Tensor>& losses() const noexcept { return losses_; }
    /// The next values of the layers' states.
    const std::vector<Assignment>& updates() const noexcept { return updates_; }
    /// The mask of x; undefined where x has none.
    Tensor mask_of(const Tensor& x) const;
    /// How layers are copied.
    Copies copies() const noexcept { return copies_; }
    /// The innermost of the layers that are being built or called; null where there is none.
    detail::ActiveLayer* active_layer() const noexcept { return active_layer_; }

private:
    friend class detail::ActiveLayer;

    CallContext* outer_;
    detail::ActiveLayer* active_layer_;
    Copies copies_;
    std::vector<Tensor> losses_;
    std::vector<Assignment> updates_;
    std::vector<std::pair<Tensor, Tensor>> masks_;
};

/// Whether a copy of a layer that is made now on this thread is to be unbuilt.
bool copies_are_unbuilt() noexcept;
/// The mask of x in the thread's current context; undefined where x has none.
Tensor mask_of(const Tensor& x);
/// The mask of each tensor, undefined where it has none.
std::vector<Tensor> masks_of(const std::vector<Tensor>& tensors);

}  // namespace shikumi::nn

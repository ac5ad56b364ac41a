// Bidirectional: a recurrent layer in both directions.
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <shikumi/nn/layers/recurrent/rnn.hpp>

namespace shikumi::nn {

/// What becomes of the two outputs. `none`: both, to be had by calling the layer on a list.
enum class MergeMode { concat, sum, mul, ave, none };

struct BidirectionalOptions {
    MergeMode merge_mode = MergeMode::concat;
    std::string name = {};
};

/// A recurrent layer and one like it that walks the sequence the other way; the outputs are merged,
/// those of sequences step by step. Weights: forward, then backward.
class Bidirectional final : public Layer {
public:
    template <std::derived_from<RNN> R>
    explicit Bidirectional(R layer, const BidirectionalOptions& options = {})
        : Bidirectional(std::make_shared<R>(std::move(layer)), options) {}
    /// Throws ValueError where `layer` is null.
    explicit Bidirectional(std::shared_ptr<RNN> layer, const BidirectionalOptions& options = {});

    Bidirectional(const Bidirectional& other);
    Bidirectional(Bidirectional&&) = default;
    Bidirectional& operator=(const Bidirectional& other) { return *this = Bidirectional(other); }
    Bidirectional& operator=(Bidirectional&&) = default;
    ~Bidirectional() override = default;

    void build(const Spec& input) override;
    /// Throws ValueError for merge mode `none`.
    Tensor call(const Tensor& x, Mode mode) override;
    /// With return_state the states follow: forward, then backward.
    std::vector<Tensor> call_all(const std::vector<Tensor>& inputs, Mode mode) override;
    Tensor compute_mask(const Tensor& x, const Tensor& mask) override;
    std::string config() const override;

    /// Forgets what stateful layers have kept.
    void reset_states() noexcept;

private:
    Tensor merge(const Tensor& forward, const Tensor& backward) const;
    Tensor in_order(const Tensor& backward) const;

    std::shared_ptr<RNN> forward_, backward_;
    MergeMode merge_mode_;
};

}  // namespace shikumi::nn

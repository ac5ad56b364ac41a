// Bidirectional: a recurrent layer in both directions.
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <shikumi/nn/layers/recurrent/rnn.hpp>
#include <shikumi/nn/shared_layer.hpp>

namespace shikumi::nn {

/// How the two outputs become one: joined along the last axis, or combined element by element. With
/// `none` they stay two, which a call on a list returns.
enum class MergeMode { concat, sum, mul, ave, none };
/// "concat", "sum", "mul" or "ave"; nothing for `none`.
Config to_config(MergeMode mode);
/// Reads such a name, or nothing.
void from_config(const Config& config, MergeMode& mode, std::string_view reading);

/// Options of Bidirectional.
struct BidirectionalOptions {
    MergeMode merge_mode = MergeMode::concat;  ///< how the two outputs become one
    std::string name = {};                     ///< empty: chosen by the class
};

/// A recurrent layer and one like it that goes through the sequence in the other direction. Their
/// outputs are merged, those of sequences step by step; steps of sequences that a mask hides are
/// zeros before they are merged. Weights: forward, then backward.
class Bidirectional final : public Layer {
public:
    /// A layer and its mirror image.
    template <std::derived_from<RNN> R>
    explicit Bidirectional(R layer, const BidirectionalOptions& options = {})
        : Bidirectional(std::make_shared<R>(std::move(layer)), options) {}
    /// Throws ValueError where `layer` is null.
    explicit Bidirectional(std::shared_ptr<RNN> layer, const BidirectionalOptions& options = {});

    /// A copy, which shares the weights of a layer that is built and makes its own otherwise.
    Bidirectional(const Bidirectional& other);
    /// Takes the two layers.
    Bidirectional(Bidirectional&&) = default;
    /// Becomes a copy.
    Bidirectional& operator=(const Bidirectional& other) { return *this = Bidirectional(other); }
    /// Takes the two layers.
    Bidirectional& operator=(Bidirectional&&) = default;
    ~Bidirectional() override = default;

    void build(const Spec& input) override;
    /// Throws ValueError for merge mode `none`.
    Tensor call(const Tensor& x, Mode mode) override;
    /// The merged output, or both with merge mode `none`. With return_state the states follow:
    /// forward, then backward.
    std::vector<Tensor> call_all(const std::vector<Tensor>& inputs, Mode mode) override;
    Tensor compute_mask(const Tensor& x, const Tensor& mask) override;
    /// The mask of both outputs with merge mode `none`, else of the one.
    std::vector<Tensor> compute_mask_all(const std::vector<Tensor>& inputs,
                                         const std::vector<Tensor>& masks) override;
    std::string label() const override;

    /// Forgets what stateful layers have kept.
    void reset_states();
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    /// `make` makes the layers inside, of which the one must be the mirror image of the other.
    static Bidirectional from_config(ConfigReader& config, LayerMaker make);

private:
    Bidirectional(std::shared_ptr<RNN> forward, std::shared_ptr<RNN> backward,
                  MergeMode merge_mode);
    Tensor merge(const Tensor& forward, const Tensor& backward) const;
    Tensor in_order(const Tensor& backward) const;
    Tensor only_shown(const Tensor& y, const Tensor& x) const;

    std::shared_ptr<RNN> forward_, backward_;
    MergeMode merge_mode_;
};

}  // namespace shikumi::nn

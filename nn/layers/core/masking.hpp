// Masking.
#pragma once

#include <string>

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// Gives sequences (batch, time, features) a mask: a step whose features are all `mask_value` is
/// padding, which recurrent layers leave out. Its features become 0; the shape stays. Axes between
/// time and features are part of the mask, as those of sentences made of words.
class Masking final : public Layer {
public:
    /// Steps whose features are all `mask_value` are padding.
    explicit Masking(double mask_value = 0, const LayerOptions& options = {})
        : Layer(options), mask_value_(mask_value) {}
    /// Throws ShapeError for less than three axes.
    Tensor call(const Tensor& x, Mode mode) override;
    /// (batch, time), or with the axes between, too: true where the step isn't padding.
    Tensor compute_mask(const Tensor& x, const Tensor& mask) override;
    std::string label() const override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static Masking from_config(ConfigReader& config);

private:
    double mask_value_;
};

}  // namespace shikumi::nn

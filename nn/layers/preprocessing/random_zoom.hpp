// RandomZoom.
#pragma once

#include <optional>

#include <shikumi/nn/layer.hpp>
#include <shikumi/nn/layers/preprocessing/resample_options.hpp>

namespace shikumi::nn {

/// In training, shows each picture from further away (positive factors) or from nearer. Pictures
/// are (batch, height, width, channels), f32 or f64, and keep their shape; in inference they stay
/// as they are.
class RandomZoom final : public Layer {
public:
    /// Without a width_factor, both directions get the same factor. Throws ValueError for ranges
    /// that are empty or reach below −1.
    explicit RandomZoom(const FactorRange& height_factor,
                        const std::optional<FactorRange>& width_factor = {},
                        const ResampleOptions& options = {});
    Tensor call(const Tensor& x, Mode mode) override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static RandomZoom from_config(ConfigReader& config);

private:
    FactorRange height_;
    std::optional<FactorRange> width_;
    ResampleOptions options_;
};

}  // namespace shikumi::nn

// RandomTranslation.
#pragma once

#include <shikumi/nn/layer.hpp>
#include <shikumi/nn/layers/preprocessing/resample_options.hpp>

namespace shikumi::nn {

/// In training, moves each picture down by a share of its height, and right by a share of its
/// width. Pictures are
/// (batch, height, width, channels), f32 or f64, and keep their shape; in inference they stay as
/// they are.
class RandomTranslation final : public Layer {
public:
    /// Throws ValueError for ranges that are empty or reach beyond −1 and 1.
    RandomTranslation(const FactorRange& height_factor, const FactorRange& width_factor,
                      const ResampleOptions& options = {});
    Tensor call(const Tensor& x, Mode mode) override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static RandomTranslation from_config(ConfigReader& config);

private:
    FactorRange height_, width_;
    ResampleOptions options_;
};

}  // namespace shikumi::nn

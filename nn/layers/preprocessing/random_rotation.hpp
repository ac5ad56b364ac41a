// RandomRotation.
#pragma once

#include <shikumi/nn/layer.hpp>
#include <shikumi/nn/layers/preprocessing/resample_options.hpp>

namespace shikumi::nn {

/// In training, turns each picture around its middle by a share of a whole turn, counter-clockwise
/// where the share is positive. Pictures are
/// (batch, height, width, channels), f32 or f64, and keep their shape; in inference they stay as
/// they are.
class RandomRotation final : public Layer {
public:
    /// Throws ValueError for an empty range.
    explicit RandomRotation(const FactorRange& factor, const ResampleOptions& options = {});
    Tensor call(const Tensor& x, Mode mode) override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static RandomRotation from_config(ConfigReader& config);

private:
    FactorRange factor_;
    ResampleOptions options_;
};

}  // namespace shikumi::nn

// SpatialDropout1D, SpatialDropout2D and SpatialDropout3D.
#pragma once

#include <string>

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// Dropout of whole channels: one random choice for each sample and channel of (batch, axes…,
/// channels). J. Tompson et al., CVPR 2015.
class SpatialDropout : public Layer {
public:
    /// Throws ShapeError unless x is (batch, axes…, channels).
    Tensor call(const Tensor& x, Mode mode) override;
    bool supports_masking() const override { return true; }
    std::string label() const override;
    Config get_config() const override;

protected:
    /// Throws ValueError unless `rate` lies in [0, 1].
    SpatialDropout(int axes, double rate, const LayerOptions& options);

private:
    int axes_;
    double rate_;
};

/// Dropout of the channels of sequences (batch, steps, channels).
class SpatialDropout1D final : public SpatialDropout {
public:
    /// Throws ValueError unless `rate` lies in [0, 1].
    explicit SpatialDropout1D(double rate, const LayerOptions& options = {})
        : SpatialDropout(1, rate, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static SpatialDropout1D from_config(ConfigReader& config);
};

/// Dropout of the channels of pictures (batch, rows, columns, channels).
class SpatialDropout2D final : public SpatialDropout {
public:
    /// Throws ValueError unless `rate` lies in [0, 1].
    explicit SpatialDropout2D(double rate, const LayerOptions& options = {})
        : SpatialDropout(2, rate, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static SpatialDropout2D from_config(ConfigReader& config);
};

/// Dropout of the channels of volumes (batch, planes, rows, columns, channels).
class SpatialDropout3D final : public SpatialDropout {
public:
    /// Throws ValueError unless `rate` lies in [0, 1].
    explicit SpatialDropout3D(double rate, const LayerOptions& options = {})
        : SpatialDropout(3, rate, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static SpatialDropout3D from_config(ConfigReader& config);
};

}  // namespace shikumi::nn

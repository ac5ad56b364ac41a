// Dropout of whole channels.
#pragma once

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// What the layers below are: Dropout whose coins are tossed once for each sample and channel.
/// J. Tompson et al., CVPR 2015.
class SpatialDropout : public Layer {
public:
    Tensor call(const Tensor& x, Mode mode) override;
    std::string config() const override;

protected:
    /// Throws ValueError unless `rate` lies in [0, 1].
    SpatialDropout(int axes, double rate, const LayerOptions& options);

private:
    int axes_;
    double rate_;
};

class SpatialDropout1D final : public SpatialDropout {
public:
    explicit SpatialDropout1D(double rate, const LayerOptions& options = {})
        : SpatialDropout(1, rate, options) {}
};
class SpatialDropout2D final : public SpatialDropout {
public:
    explicit SpatialDropout2D(double rate, const LayerOptions& options = {})
        : SpatialDropout(2, rate, options) {}
};
class SpatialDropout3D final : public SpatialDropout {
public:
    explicit SpatialDropout3D(double rate, const LayerOptions& options = {})
        : SpatialDropout(3, rate, options) {}
};

}  // namespace shikumi::nn

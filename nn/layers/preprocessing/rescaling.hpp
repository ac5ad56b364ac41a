// Rescaling: numbers of one range to another.
#pragma once

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// scale x + offset, in the layer's dtype: integers, such as pixels of 0 to 255, are converted.
class Rescaling final : public Layer {
public:
    explicit Rescaling(double scale, double offset = 0, const LayerOptions& options = {})
        : Layer(options), scale_(scale), offset_(offset) {}
    Tensor call(const Tensor& x, Mode mode) override;
    std::string config() const override;

private:
    double scale_, offset_;
};

}  // namespace shikumi::nn

// Rescaling.
#pragma once

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// scale x + offset, of x's shape. Integers are converted to the layer's dtype first.
class Rescaling final : public Layer {
public:
    /// Pixels of 0 to 255 come to [0, 1] by a scale of 1/255.
    explicit Rescaling(double scale, double offset = 0, const LayerOptions& options = {})
        : Layer(options), scale_(scale), offset_(offset) {}
    Tensor call(const Tensor& x, Mode mode) override;
    bool supports_masking() const override { return true; }
    std::string config() const override;

private:
    double scale_, offset_;
};

}  // namespace shikumi::nn

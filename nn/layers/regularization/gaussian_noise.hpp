// GaussianNoise.
#pragma once

#include <string>

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// In training, x plus normally distributed noise of mean 0 and deviation `stddev`; in inference, x
/// itself.
class GaussianNoise final : public Layer {
public:
    /// Throws ValueError for a negative stddev.
    explicit GaussianNoise(double stddev, const LayerOptions& options = {});
    Tensor call(const Tensor& x, Mode mode) override;
    bool supports_masking() const override { return true; }
    std::string label() const override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static GaussianNoise from_config(ConfigReader& config);

private:
    double stddev_;
};

}  // namespace shikumi::nn

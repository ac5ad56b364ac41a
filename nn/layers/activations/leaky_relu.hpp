// LeakyReLU.
#pragma once

#include <string>

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// x, or negative_slope x where x is negative.
class LeakyReLU final : public Layer {
public:
    /// Throws ValueError for a negative slope. The default is Keras's, unlike `nn::leaky_relu`'s
    /// 0.2.
    explicit LeakyReLU(double negative_slope = 0.3, const LayerOptions& options = {});
    Tensor call(const Tensor& x, Mode mode) override;
    bool supports_masking() const override { return true; }
    std::string label() const override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static LeakyReLU from_config(ConfigReader& config);

private:
    double negative_slope_;
};

}  // namespace shikumi::nn

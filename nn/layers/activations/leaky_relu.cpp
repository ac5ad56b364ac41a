#include <shikumi/nn/layers/activations/leaky_relu.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

LeakyReLU::LeakyReLU(double negative_slope, const LayerOptions& options)
    : Layer(options), negative_slope_(negative_slope) {
    if (!(negative_slope >= 0))
        fail<ValueError>("leaky_re_lu", "negative_slope must not be negative, got ",
                         negative_slope);
}

Tensor LeakyReLU::call(const Tensor& x, Mode) { return leaky_relu(x, negative_slope_); }

std::string LeakyReLU::label() const { return sentence("LeakyReLU ", negative_slope_); }

Config LeakyReLU::get_config() const { return ConfigWriter()("negative_slope", negative_slope_); }

// Keras 2 calls the slope alpha.
LeakyReLU LeakyReLU::from_config(ConfigReader& config) {
    return LeakyReLU(config.get_or("negative_slope", config.get_or("alpha", 0.3)));
}

}  // namespace shikumi::nn

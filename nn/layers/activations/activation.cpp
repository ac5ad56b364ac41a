#include <shikumi/nn/layers/activations/activation.hpp>

namespace shikumi::nn {

Config Activation::get_config() const { return ConfigWriter()("activation", function_); }

Activation Activation::from_config(ConfigReader& config) {
    return Activation(config.get_or<ActivationFunction>("activation", linear));
}

}  // namespace shikumi::nn

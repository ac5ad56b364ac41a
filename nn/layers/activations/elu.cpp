#include <shikumi/nn/layers/activations/elu.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

ELU::ELU(double alpha, const LayerOptions& options) : Layer(options), alpha_(alpha) {}

Tensor ELU::call(const Tensor& x, Mode) { return elu(x, alpha_); }

std::string ELU::label() const { return sentence("ELU ", alpha_); }

Config ELU::get_config() const { return ConfigWriter()("alpha", alpha_); }

ELU ELU::from_config(ConfigReader& config) { return ELU(config.get_or("alpha", 1.0)); }

}  // namespace shikumi::nn

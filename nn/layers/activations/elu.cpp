#include <shikumi/nn/layers/activations/elu.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

ELU::ELU(double alpha, const LayerOptions& options) : Layer(options), alpha_(alpha) {}

Tensor ELU::call(const Tensor& x, Mode) { return elu(x, alpha_); }

std::string ELU::label() const { return sentence("ELU ", alpha_); }

}  // namespace shikumi::nn

#include <shikumi/nn/layers/preprocessing/rescaling.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

Tensor Rescaling::call(const Tensor& x, Mode) {
    return (is_floating(x.dtype()) ? x : x.cast(dtype())) * scale_ + offset_;
}

std::string Rescaling::config() const { return sentence("Rescaling ", scale_, ", ", offset_); }

}  // namespace shikumi::nn

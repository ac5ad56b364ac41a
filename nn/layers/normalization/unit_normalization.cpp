#include <shikumi/nn/layers/normalization/unit_normalization.hpp>

#include <shikumi/autograd/ops/detail/lengths.hpp>
#include <shikumi/nn/layers/detail/standardize.hpp>

namespace shikumi::nn {

Tensor UnitNormalization::call(const Tensor& x, Mode) {
    detail::along("unit_normalization", axes_, x.shape());  // refuses the batch
    return shikumi::detail::unit(x, axes_);
}

}  // namespace shikumi::nn

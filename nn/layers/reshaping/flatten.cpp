#include <shikumi/nn/layers/reshaping/flatten.hpp>

#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

Tensor Flatten::call(const Tensor& x, Mode) {
    Index features = 1;
    for (int axis = 1; axis < x.rank(); ++axis) features *= x.shape()[axis];
    return shikumi::reshape(x, Shape{x.shape().front(), features});
}

}  // namespace shikumi::nn

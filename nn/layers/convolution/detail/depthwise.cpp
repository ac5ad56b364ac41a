#include <shikumi/nn/layers/convolution/detail/depthwise.hpp>

#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn::detail {

Index channels_of(const Parameter& depthwise) {
    return depthwise.shape()[depthwise.shape().rank() - 2];
}

Tensor grouped(const Parameter& depthwise) {
    Shape::Sizes sizes = depthwise.shape().sizes();
    const int m = depthwise.shape().rank() - 1;
    sizes[m] *= sizes[m - 1];
    sizes[m - 1] = 1;
    return reshape(depthwise, Shape(sizes));
}

}  // namespace shikumi::nn::detail

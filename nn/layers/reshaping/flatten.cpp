#include <shikumi/nn/layers/reshaping/flatten.hpp>

#include <vector>

#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

namespace {

Tensor with_channels_last(const Tensor& x) {
    if (x.rank() < 3) return x;
    std::vector<int> axes{0};
    for (int axis = 2; axis < x.rank(); ++axis) axes.push_back(axis);
    axes.push_back(1);
    return transpose(x, axes);
}

}  // namespace

Tensor Flatten::call(const Tensor& x, Mode) {
    Index features = 1;
    for (int axis = 1; axis < x.rank(); ++axis) features *= x.shape()[axis];
    return reshape(channels_first_ ? with_channels_last(x) : x, Shape{x.shape().front(), features});
}

}  // namespace shikumi::nn

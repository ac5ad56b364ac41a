#include <shikumi/nn/layers/core/masking.hpp>

#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

namespace {

// (batch, time, 1, …): true for steps that hold another element than `value`.
Tensor real_steps(const Tensor& x, double value) {
    if (x.rank() < 3)
        fail<ShapeError>("masking", "takes sequences (batch, time, …), got ", x.shape());
    std::vector<int> axes;
    for (int axis = 2; axis < x.rank(); ++axis) axes.push_back(axis);
    return any(not_equal(x, value), Axes(axes), true);
}

}  // namespace

Tensor Masking::call(const Tensor& x, Mode) {
    return x * real_steps(x, mask_value_).cast(x.dtype());
}

Tensor Masking::compute_mask(const Tensor& x, const Tensor&) {
    return reshape(real_steps(x, mask_value_), {x.shape()[0], x.shape()[1]});
}

std::string Masking::config() const { return sentence("Masking ", mask_value_); }

}  // namespace shikumi::nn

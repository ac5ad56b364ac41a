#include <shikumi/nn/detail/masks.hpp>

#include <vector>

#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn::detail {

Tensor beside(const Tensor& mask, int rank) {
    if (mask.rank() >= rank) return mask;
    Shape::Sizes sizes = mask.shape().sizes();
    for (int axis = mask.rank(); axis < rank; ++axis) sizes.push_back(1);
    return reshape(mask, Shape(sizes));
}

Tensor shown(const Tensor& mask, const Tensor& x, double hidden) {
    return where(beside(mask, x.rank()), x, hidden);
}

Tensor step_mask(const Tensor& mask) {
    std::vector<int> inner;
    for (int axis = 2; axis < mask.rank(); ++axis) inner.push_back(axis);
    return inner.empty() ? mask : any(mask, Axes(std::move(inner)));
}

}  // namespace shikumi::nn::detail

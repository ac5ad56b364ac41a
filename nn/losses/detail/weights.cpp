#include <shikumi/nn/losses/detail/weights.hpp>

#include <algorithm>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn::detail {

namespace {

bool broadcasts_to(const Shape& weights, const Shape& values) {
    if (weights.rank() != values.rank()) return false;
    const Shape::Sizes w = weights.sizes(), v = values.sizes();
    return std::equal(w.begin(), w.end(), v.begin(),
                      [](Index weight, Index value) { return weight == value || weight == 1; });
}

}  // namespace

Tensor with_rank(const Tensor& x, int rank) {
    if (x.rank() >= rank) return x;
    Shape::Sizes sizes = x.shape().sizes();
    for (int axis = x.rank(); axis < rank; ++axis) sizes.push_back(1);
    return reshape(x, Shape(sizes));
}

Tensor fitted_weights(std::string_view who, const Tensor& weights, const Spec& values) {
    Tensor w = weights.dtype() == values.dtype ? weights : weights.cast(values.dtype);
    const int rank = values.shape.rank();
    if (w.rank() == 0) w = with_rank(w, rank);
    while (w.rank() > rank && w.shape().back() == 1) w = squeeze(w, -1);
    if (w.rank() + 1 == rank && values.shape.back() == 1) w = with_rank(w, rank);
    if (broadcasts_to(w.shape(), values.shape)) return w;
    if (rank > 1)
        fail<ShapeError>(who, "weights ", weights.shape(), " don't fit values ", values.shape,
                         ": wanted ", with_rank(zeros({values.shape.front()}), rank).shape(),
                         " for the samples or ", values.shape, " for the steps");
    fail<ShapeError>(who, "weights ", weights.shape(), " don't fit values ", values.shape,
                     ": wanted ", values.shape);
}

}  // namespace shikumi::nn::detail

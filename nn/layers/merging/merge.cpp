#include <shikumi/nn/layers/merging/merge.hpp>

#include <functional>
#include <numeric>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

namespace {

template <class F>
Tensor folded(const std::vector<Tensor>& inputs, F&& f) {
    return std::accumulate(inputs.begin() + 1, inputs.end(), inputs.front(), f);
}

void two(std::string_view who, const std::vector<Tensor>& inputs) {
    if (inputs.size() != 2) fail<ShapeError>(who, "takes two inputs, got ", inputs.size());
}

// (batch, n, m) with the axis that is summed over in the middle or at the end.
Tensor as_matrices(const Tensor& x, int axis, bool summed_last) {
    if (x.rank() < 2 || x.rank() > 3)
        fail<ShapeError>("dot", "takes (batch, n) or (batch, n, m), got ", x.shape());
    const int a = normalize_axis("dot", axis, x.rank());
    if (a == 0) fail<ShapeError>("dot", "axis 0 of ", x.shape(), " is the batch");
    if (x.rank() == 2) return expand_dims(x, summed_last ? 1 : 2);
    return (a == 2) == summed_last ? x : transpose(x, {0, 2, 1});
}

}  // namespace

Tensor Merge::call(const Tensor&, Mode) {
    fail<ShapeError>(name(), "takes two inputs or more, got one");
}

void Merge::build_all(const std::vector<Spec>&) {}

std::vector<Tensor> Merge::call_all(const std::vector<Tensor>& inputs, Mode) {
    if (inputs.size() < 2)
        fail<ShapeError>(name(), "takes two inputs or more, got ", inputs.size());
    for (const Tensor& x : inputs) {
        const Tensor& first = inputs.front();
        if (x.rank() == 0 || first.rank() == 0 || x.shape().front() != first.shape().front())
            fail<ShapeError>(name(), "wants inputs of the same batch, got ", first.shape(), " and ",
                             x.shape());
    }
    return {merge(inputs)};
}

Tensor Add::merge(const std::vector<Tensor>& inputs) const {
    return folded(inputs, [](const Tensor& a, const Tensor& b) { return a + b; });
}

Tensor Subtract::merge(const std::vector<Tensor>& inputs) const {
    two(name(), inputs);
    return inputs[0] - inputs[1];
}

Tensor Multiply::merge(const std::vector<Tensor>& inputs) const {
    return folded(inputs, [](const Tensor& a, const Tensor& b) { return a * b; });
}

Tensor Average::merge(const std::vector<Tensor>& inputs) const {
    return folded(inputs, [](const Tensor& a, const Tensor& b) { return a + b; }) /
           static_cast<double>(inputs.size());
}

Tensor Maximum::merge(const std::vector<Tensor>& inputs) const {
    return folded(inputs, [](const Tensor& a, const Tensor& b) { return maximum(a, b); });
}

Tensor Concatenate::merge(const std::vector<Tensor>& inputs) const {
    if (normalize_axis("concatenate", axis_, inputs.front().rank()) == 0)
        fail<ShapeError>(name(), "axis ", axis_, " of ", inputs.front().shape(), " is the batch");
    return concatenate(inputs, axis_);
}

std::string Concatenate::config() const { return sentence("Concatenate axis ", axis_); }

Dot::Dot(int first_axis, int second_axis, const DotOptions& options)
    : Merge(LayerOptions{.name = options.name}),
      first_axis_(first_axis),
      second_axis_(second_axis),
      normalize_(options.normalize) {}

Tensor Dot::merge(const std::vector<Tensor>& inputs) const {
    two(name(), inputs);
    const auto prepared = [&](const Tensor& x, int axis) {
        // Keras's: lengths are at least 1e-6.
        return normalize_ ? x * rsqrt(maximum(sum(square(x), axis, true), 1e-12)) : x;
    };
    const Tensor a = as_matrices(prepared(inputs[0], first_axis_), first_axis_, true);
    const Tensor b = as_matrices(prepared(inputs[1], second_axis_), second_axis_, false);
    const Tensor product = matmul(a, b);
    if (inputs[0].rank() == 3 && inputs[1].rank() == 3) return product;
    const bool vectors = inputs[0].rank() == 2 && inputs[1].rank() == 2;
    return squeeze(product, vectors || inputs[0].rank() == 2 ? 1 : 2);
}

std::string Dot::config() const { return sentence("Dot axes ", first_axis_, ", ", second_axis_); }

}  // namespace shikumi::nn

#include <shikumi/nn/layers/merging/merge.hpp>

#include <algorithm>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/detail/masks.hpp>

namespace shikumi::nn {

namespace {

int most_axes(const std::vector<Tensor>& inputs) {
    int most = 0;
    for (const Tensor& x : inputs) most = std::max(most, x.rank());
    return most;
}

// x with so many new axes of size 1 behind the batch.
Tensor with_axes(const Tensor& x, int more) {
    if (more == 0) return x;
    Shape::Sizes sizes;
    sizes.push_back(x.shape()[0]);
    for (int added = 0; added < more; ++added) sizes.push_back(1);
    for (int axis = 1; axis < x.rank(); ++axis) sizes.push_back(x.shape()[axis]);
    return reshape(x, Shape(sizes));
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

std::vector<Tensor> Merge::compute_mask_all(const std::vector<Tensor>& inputs,
                                            const std::vector<Tensor>& masks) {
    check_given(std::min(inputs.size(), masks.size()));
    std::vector<Tensor> all = masks_of_one_rank(inputs, masks);
    for (const Tensor& mask : all) {
        if (!mask.defined()) return {};
        all.front() = either(all.front(), mask);
    }
    return {all.front()};
}

std::vector<Tensor> Merge::of_one_rank(std::vector<Tensor> inputs) {
    const int most = most_axes(inputs);
    for (Tensor& x : inputs) x = with_axes(x, most - x.rank());
    return inputs;
}

std::vector<Tensor> Merge::masks_of_one_rank(const std::vector<Tensor>& inputs,
                                             std::vector<Tensor> masks) {
    const int most = most_axes(inputs);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (masks[i].defined()) masks[i] = with_axes(masks[i], most - inputs[i].rank());
    }
    return masks;
}

Tensor Merge::either(const Tensor& a, const Tensor& b) {
    if (!a.defined() || !b.defined() || a.node() == b.node()) return b.defined() ? a : Tensor();
    return logical_or(detail::beside(a, b.rank()), detail::beside(b, a.rank()));
}

void Merge::want_two(const std::vector<Tensor>& inputs) const {
    if (inputs.size() != 2) fail<ShapeError>(name(), "takes two inputs, got ", inputs.size());
}

}  // namespace shikumi::nn

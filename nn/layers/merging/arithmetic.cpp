#include <shikumi/nn/layers/merging/arithmetic.hpp>

#include <functional>
#include <numeric>

#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

namespace {

template <class F>
Tensor folded(const std::vector<Tensor>& inputs, F&& f) {
    return std::accumulate(inputs.begin() + 1, inputs.end(), inputs.front(), f);
}

}  // namespace

Tensor Add::merge(const std::vector<Tensor>& inputs) const { return folded(inputs, std::plus<>()); }

Tensor Subtract::merge(const std::vector<Tensor>& inputs) const {
    want_two(inputs);
    return inputs[0] - inputs[1];
}

Tensor Multiply::merge(const std::vector<Tensor>& inputs) const {
    return folded(inputs, std::multiplies<>());
}

Tensor Average::merge(const std::vector<Tensor>& inputs) const {
    return folded(inputs, std::plus<>()) / static_cast<double>(inputs.size());
}

Tensor Maximum::merge(const std::vector<Tensor>& inputs) const {
    return folded(inputs, [](const Tensor& a, const Tensor& b) { return maximum(a, b); });
}

}  // namespace shikumi::nn

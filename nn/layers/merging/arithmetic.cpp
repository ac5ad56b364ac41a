#include <shikumi/nn/layers/merging/arithmetic.hpp>

#include <functional>
#include <numeric>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/detail/masks.hpp>

namespace shikumi::nn {

namespace {

template <class F>
Tensor folded(const std::vector<Tensor>& inputs, F&& f) {
    return std::accumulate(inputs.begin() + 1, inputs.end(), inputs.front(), f);
}

}  // namespace

Tensor Add::merge(const std::vector<Tensor>& inputs) const {
    return folded(of_one_rank(inputs), std::plus<>());
}

Tensor Subtract::merge(const std::vector<Tensor>& inputs) const {
    want_two(inputs);
    return folded(of_one_rank(inputs), std::minus<>());
}

Tensor Multiply::merge(const std::vector<Tensor>& inputs) const {
    std::vector<Tensor> factors = of_one_rank(inputs);
    const std::vector<Tensor> masks = masks_of_one_rank(inputs, masks_of(inputs));
    Tensor counts = masks.front();
    for (std::size_t i = 0; i < factors.size(); ++i) {
        counts = either(counts, masks[i]);
        if (masks[i].defined()) factors[i] = detail::shown(masks[i], factors[i], 1);
    }
    const Tensor y = folded(factors, std::multiplies<>());
    return counts.defined() ? detail::shown(counts, y) : y;
}

Tensor Average::merge(const std::vector<Tensor>& inputs) const {
    return folded(of_one_rank(inputs), std::plus<>()) / static_cast<double>(inputs.size());
}

// What is hidden in one input gets the value of the others. An element must exceed the ones before
// it, so that of equal ones the first is taken; NaN is taken from anywhere.
Tensor Extremum::merge(const std::vector<Tensor>& inputs) const {
    const std::vector<Tensor> all = of_one_rank(inputs);
    const std::vector<Tensor> masks = masks_of_one_rank(inputs, masks_of(inputs));
    const auto choose = [](const Tensor& mask, const Tensor& x, const Tensor& instead) {
        return mask.defined() ? where(detail::beside(mask, x.rank()), x, instead) : x;
    };
    Tensor y = all.front(), counts = masks.front();
    for (std::size_t i = 1; i < all.size(); ++i) {
        const Tensor x = choose(masks[i], all[i], y), before = choose(counts, y, x);
        const Tensor exceeds = largest_ ? x > before : x < before;
        y = where(is_floating(x.dtype()) ? exceeds | isnan(x) : exceeds, x, before);
        counts = either(counts, masks[i]);
    }
    return y;
}

}  // namespace shikumi::nn

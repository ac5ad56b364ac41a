#include <shikumi/nn/layers/detail/drop.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn::detail {

void check_drop_rate(std::string_view layer, std::string_view what, double rate) {
    if (!(rate >= 0 && rate <= 1)) fail<ValueError>(layer, what, " must lie in [0, 1], got ", rate);
}

Tensor drop_mask(const Shape& shape, double rate, Generator& rng, DType dtype) {
    const double keep = 1 - rate;
    if (keep == 0) return zeros(shape, dtype);
    return random_bernoulli(shape, rng, keep, dtype) * (1 / keep);
}

Tensor drop(const Tensor& x, const Shape& coins, double rate, Generator& rng) {
    if (rate == 1) return zeros_like(x);
    return where(random_bernoulli(coins, rng, 1 - rate, bool_), x * (1 / (1 - rate)), 0);
}

}  // namespace shikumi::nn::detail

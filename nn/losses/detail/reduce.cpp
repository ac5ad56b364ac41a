#include <shikumi/nn/losses/detail/reduce.hpp>

#include <algorithm>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/losses/detail/weights.hpp>

namespace shikumi::nn::detail {

Tensor divide_no_nan(const Tensor& x, const Tensor& y) {
    const Tensor none = equal(y, 0);
    return where(none, 0, x / where(none, 1, y));
}

Tensor mask_for(std::string_view loss, const Tensor& mask, const Shape& values) {
    const Shape::Sizes m = mask.shape().sizes(), v = values.sizes();
    if (mask.rank() > values.rank() || !std::equal(m.begin(), m.end(), v.begin()))
        fail<ShapeError>(loss, "a mask ", mask.shape(), " doesn't fit values ", values);
    return with_rank(mask, values.rank());
}

Tensor reduce(std::string_view loss, const Tensor& values, const Tensor& weights,
              const Tensor& mask, Reduction reduction) {
    if (values.rank() == 0 && (weights.defined() || mask.defined()))
        fail<ShapeError>(loss,
                         "has one value for the whole batch, which neither weights nor a mask of "
                         "samples fit");
    const auto rank = [](const Tensor& x) { return x.defined() ? x.rank() : 0; };
    Tensor v = with_rank(values, std::max(rank(weights), rank(mask))), w;
    if (weights.defined()) v = v * (w = fitted_weights(loss, weights, v.spec()));
    if (mask.defined()) {
        const Tensor shown = mask_for(loss, mask, v.shape());
        Tensor share = shown.cast(v.dtype());
        if (reduction == Reduction::sum_over_batch_size)
            share = share * (static_cast<double>(shown.size()) / (sum(share) + 1e-7));
        v = where(shown, v, 0) * share;
        w = w.defined() ? w * share : share;
    }
    switch (reduction) {
        case Reduction::none:
            return v;
        case Reduction::sum:
            return sum(v);
        case Reduction::mean_with_sample_weight:
            if (w.defined()) return divide_no_nan(sum(v), sum(w));
            break;
        case Reduction::sum_over_batch_size:
            break;
    }
    return mean(v);
}

}  // namespace shikumi::nn::detail

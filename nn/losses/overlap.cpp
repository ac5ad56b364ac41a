#include <shikumi/nn/losses/overlap.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/losses/detail/epsilon.hpp>

namespace shikumi::nn {

namespace {

using detail::epsilon;

Tensor dice_of(const Tensor& t, const Tensor& p, const Axes& axis) {
    return 1 - 2 * sum(t * p, axis) / (sum(t, axis) + sum(p, axis) + epsilon);
}

Tensor tversky_of(const Tensor& t, const Tensor& p, const TverskyOptions& o) {
    const Tensor both = sum(t * p, o.axis), missed = sum(t * (1 - p), o.axis),
                 wrong = sum((1 - t) * p, o.axis);
    return 1 - both / (both + o.alpha * missed + o.beta * wrong + epsilon);
}

}  // namespace

constinit const Loss dice{"dice",
                          [](const Tensor& t, const Tensor& p) { return dice_of(t, p, {}); }};

constinit const Loss tversky{"tversky",
                             [](const Tensor& t, const Tensor& p) { return tversky_of(t, p, {}); }};

Loss Dice(const DiceOptions& options) {
    return {[axis = options.axis](const Tensor& t, const Tensor& p) { return dice_of(t, p, axis); },
            std::string(dice.name()),
            {.targets = Targets::like_predictions, .reduction = options.reduction},
            ConfigWriter().fields(options)};
}

Loss Tversky(const TverskyOptions& options) {
    if (!(options.alpha >= 0 && options.beta >= 0))
        fail<ValueError>(tversky.name(), "alpha and beta must not be negative, got ", options.alpha,
                         " and ", options.beta);
    return {[options](const Tensor& t, const Tensor& p) { return tversky_of(t, p, options); },
            std::string(tversky.name()),
            {.targets = Targets::like_predictions, .reduction = options.reduction},
            ConfigWriter().fields(options)};
}

}  // namespace shikumi::nn

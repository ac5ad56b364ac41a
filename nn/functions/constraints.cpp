#include <shikumi/nn/functions/constraints.hpp>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi::nn {

namespace {

constexpr double epsilon = 1e-7;  // added to divisors

Tensor lengths(const Tensor& w, const Axes& axis) { return norm(w, axis, true); }

Tensor rescaled(const Tensor& w, const Tensor& lengths, const Tensor& wanted) {
    return w / (lengths + epsilon) * wanted;
}

}  // namespace

Constraint MaxNorm(double max_value, const Axes& axis) {
    if (!(max_value >= 0))
        fail<ValueError>("MaxNorm", "max_value must not be negative, got ", max_value);
    return {[=](const Tensor& w) {
                const Tensor length = lengths(w, axis);
                return rescaled(w, length, minimum(length, max_value));
            },
            sentence("MaxNorm(", max_value, ")")};
}

Constraint NonNeg() {
    return {[](const Tensor& w) { return maximum(w, 0); }, "NonNeg"};
}

Constraint UnitNorm(const Axes& axis) {
    return {[=](const Tensor& w) { return w / (lengths(w, axis) + epsilon); }, "UnitNorm"};
}

Constraint MinMaxNorm(const MinMaxNormOptions& options) {
    if (!(0 <= options.min_value && options.min_value <= options.max_value))
        fail<ValueError>("MinMaxNorm", "wants 0 <= min_value <= max_value, got ", options.min_value,
                         " and ", options.max_value);
    if (!(options.rate >= 0 && options.rate <= 1))
        fail<ValueError>("MinMaxNorm", "the rate must lie in [0, 1], got ", options.rate);
    return {[=](const Tensor& w) {
                const Tensor length = lengths(w, options.axis);
                const Tensor held = clip(length, options.min_value, options.max_value);
                return rescaled(w, length, held * options.rate + length * (1 - options.rate));
            },
            sentence("MinMaxNorm(", options.min_value, ", ", options.max_value, ")")};
}

}  // namespace shikumi::nn

// Conditions on weights, which training restores after each update.
#pragma once

#include <concepts>
#include <functional>
#include <string>
#include <utility>

#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

/// Any function of an updated weight to the one that takes its place; none where it is
/// default-constructed.
class Constraint {
public:
    Constraint() = default;
    template <std::invocable<const Tensor&> F>
    requires(!std::same_as<F, Constraint>) Constraint(F function, std::string name = "custom")
        : name_(std::move(name)), function_(std::move(function)) {}

    const std::string& name() const noexcept { return name_; }
    explicit operator bool() const noexcept { return static_cast<bool>(function_); }
    Tensor operator()(const Tensor& weight) const { return function_(weight); }

private:
    std::string name_;
    std::function<Tensor(const Tensor&)> function_;
};

// Keras's, with its defaults. Norms are Euclidean, over `axis`: 0 for a Dense kernel, whose columns
// hold each unit's incoming weights; {0, 1, 2} for a Conv2D kernel.

/// Scales down what is longer than `max_value`. Throws ValueError for a negative one.
Constraint MaxNorm(double max_value = 2, const Axes& axis = 0);
/// max(w, 0).
Constraint NonNeg();
/// Scales to length 1.
Constraint UnitNorm(const Axes& axis = 0);

struct MinMaxNormOptions {
    double min_value = 0;
    double max_value = 1;
    double rate = 1;  ///< how much of the way into the interval each update goes
    Axes axis = 0;
};
/// Brings lengths towards [min_value, max_value]. Throws ValueError unless 0 <= min_value <=
/// max_value and 0 <= rate <= 1.
Constraint MinMaxNorm(const MinMaxNormOptions& options = {});

}  // namespace shikumi::nn

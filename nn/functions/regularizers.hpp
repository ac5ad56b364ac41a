// Penalties on weights, which training adds to the loss.
#pragma once

#include <concepts>
#include <functional>
#include <string>
#include <utility>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::nn {

/// Any function of a weight to a scalar; none where it is default-constructed.
class Regularizer {
public:
    Regularizer() = default;
    template <std::invocable<const Tensor&> F>
    requires(!std::same_as<F, Regularizer>) Regularizer(F function, std::string name = "custom")
        : name_(std::move(name)), function_(std::move(function)) {}

    const std::string& name() const noexcept { return name_; }
    explicit operator bool() const noexcept { return static_cast<bool>(function_); }
    Tensor operator()(const Tensor& weight) const { return function_(weight); }

private:
    std::string name_;
    std::function<Tensor(const Tensor&)> function_;
};

// Keras's, with its defaults. All throw ValueError for a negative or infinite factor.

/// l1 Σ|w|.
Regularizer L1(double l1 = 0.01);
/// l2 Σw².
Regularizer L2(double l2 = 0.01);
/// l1 Σ|w| + l2 Σw².
Regularizer L1L2(double l1 = 0, double l2 = 0);

struct OrthogonalRegularizerOptions {
    bool columns = false;  ///< the columns are to be orthogonal, not the rows
};
/// Factor times the mean, over the pairs of different rows of a matrix, of |cosine| of the two.
/// Applied to anything but a matrix it throws ShapeError, to a single row ValueError.
Regularizer OrthogonalRegularizer(double factor = 0.01,
                                  const OrthogonalRegularizerOptions& options = {});

}  // namespace shikumi::nn

// Bringing features to mean 0 and standard deviation 1.
#pragma once

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::datasets {

/// (x - mean) / deviation of each feature, with the mean and deviation of the training data: fit it
/// on those, then apply it to everything. Means and deviations are f64, deviations divide by n, and
/// a feature that never changes is only shifted to 0.
class Standardizer {
public:
    /// Takes the figures of x (n, …), where each element of a row is a feature. Throws ShapeError
    /// without rows, DTypeError unless x is floating, ValueError where it isn't finite.
    static Standardizer fit(const Tensor& x);

    /// x (n, …) standardised, of x's dtype, recorded in operations. Throws ShapeError
    /// where a row has another shape than in training.
    Tensor operator()(const Tensor& x) const;

    /// The mean of each feature, f64.
    const Tensor& mean() const noexcept { return mean_; }
    /// The standard deviation of each feature, f64; 1 for a feature that never changes.
    const Tensor& deviation() const noexcept { return deviation_; }

private:
    Standardizer(const Tensor& mean, const Tensor& deviation)
        : mean_(mean), deviation_(deviation) {}

    Tensor mean_, deviation_;
};

}  // namespace shikumi::datasets

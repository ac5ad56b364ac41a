// Principal component analysis.
#pragma once

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::datasets {

/// The directions along which data vary most: eigenvectors of their covariance matrix (divided by
/// n - 1), largest variance first. Computed in f64, by LAPACK's dsyevd; the sign is chosen such
/// that each component's largest loading is positive, which makes pictures reproducible.
class PCA {
public:
    /// Finds the directions of x (n, features). Throws ShapeError unless x is a matrix of two rows
    /// or more, DTypeError unless it is floating, ValueError unless 1 <= components <= features and
    /// x is finite and not constant.
    static PCA fit(const Tensor& x, Index components);

    /// x (n, features) in the new coordinates: (n, components), of x's dtype.
    Tensor transform(const Tensor& x) const;

    /// The directions: (components, features) f64, rows of length 1, orthogonal.
    const Tensor& components() const noexcept { return components_; }
    /// The mean of each feature: (features,) f64.
    const Tensor& mean() const noexcept { return mean_; }
    /// The part of the total variance along each component: (components,) f64.
    const Tensor& explained_variance_ratio() const noexcept { return ratio_; }

private:
    PCA(const Tensor& mean, const Tensor& components, const Tensor& ratio)
        : mean_(mean), components_(components), ratio_(ratio) {}

    Tensor mean_, components_, ratio_;
};

}  // namespace shikumi::datasets

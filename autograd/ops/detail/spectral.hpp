// Quotients of differences, of which derivatives of eigenvalues and singular values are made.
#pragma once

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::detail {

/// Derivatives by eigenvalues or singular values s (…, n), c = c(s), as matrices of quotients.
/// Where a denominator is 0, or too small beside the largest value to tell, the quotient is that of
/// the derivatives along 1, 2, …, n, by L'Hôpital's rule: right wherever c is the derivative of a
/// function in which equal values play equal parts.
class Quotients {
public:
    Quotients(const Tensor& c, const Tensor& s);
    /// (cⱼ - cᵢ) / (sⱼ - sᵢ) in row i and column j; 0 on the diagonal.
    Tensor of_differences() const;
    /// (cⱼ + cᵢ) / (sⱼ + sᵢ).
    Tensor of_sums() const;
    /// cᵢ / sᵢ.
    Tensor of_each() const;

private:
    Tensor quotient(const Tensor& c, const Tensor& s, const Tensor& slope_c,
                    const Tensor& slope_s) const;

    Tensor c_, s_, slope_c_, slope_s_, small_;
};

/// 1 / (sⱼ - sᵢ) in row i and column j; 0 on the diagonal.
Tensor reciprocal_differences(const Tensor& s);

}  // namespace shikumi::detail

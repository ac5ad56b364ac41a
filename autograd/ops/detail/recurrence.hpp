// Linear recurrences along rows, of which products and running sums are made.
#pragma once

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/kernels/scan.hpp>

namespace shikumi::detail {

/// sᵢ = aᵢ₋₁ sᵢ₋₁ + bᵢ from s₀ = b₀ on, along each row of b (m, n) with a (m, n - 1), or backwards.
/// Zeros in a spoil no derivative of any order. f32, f64 and i64.
Tensor linear_recurrence(kernels::ScanOrder order, const Tensor& a, const Tensor& b);
/// Π x along each row of (m, n), up to each element: f32, f64 and i64.
Tensor running_products(const Tensor& rows);

}  // namespace shikumi::detail

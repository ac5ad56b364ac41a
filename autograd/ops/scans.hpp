// Running sums, products and extremes.
#pragma once

#include <optional>

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/ops/arguments.hpp>

namespace shikumi {

/// \defgroup scans Running sums, products and extremes
/// What is true of all elements up to each one along an axis, in the shape of `x`; without an axis,
/// of the flattened tensor. Each throws ShapeError for an axis outside the rank, and DTypeError for
/// a dtype that it doesn't take.
/// @{

/// The sum of the elements up to each one, or in `reverse` from each one on. f32, which is added up
/// in f64, and f64 keep their dtype; integers and bool add up in i64, which wraps around.
Tensor cumsum(const Tensor& x, std::optional<Integer> axis = {}, Boolean reverse = false);
/// The product of the elements up to each one. f32 and f64 keep their dtype; integers and bool
/// multiply in i64, which wraps around. Zeros among the factors spoil no derivative of any order.
Tensor cumprod(const Tensor& x, std::optional<Integer> axis = {});
/// The largest element up to each one, or NaN behind a NaN. Any dtype. The gradient goes to the
/// last one of equal elements, as PyTorch's.
Tensor cummax(const Tensor& x, std::optional<Integer> axis = {});
/// The smallest element up to each one, or NaN behind a NaN. Any dtype. The gradient goes to the
/// last one of equal elements, as PyTorch's.
Tensor cummin(const Tensor& x, std::optional<Integer> axis = {});
/// log Σ eˣ of the elements up to each one, without overflow; -∞ after nothing but -∞, with the
/// gradient 0. f32 or f64.
Tensor logcumsumexp(const Tensor& x, std::optional<Integer> axis = {});

/// @}

}  // namespace shikumi

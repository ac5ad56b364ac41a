// What the functions of linear algebra share.
#pragma once

#include <string_view>

#include <shikumi/autograd/core/named_function.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/kernels/triangular.hpp>

namespace shikumi::detail {

/// Refuses what isn't a matrix, or a batch of them, of f32 or f64. Throws DTypeError or ShapeError
/// naming `op`.
void want_matrix(std::string_view op, const Spec& x);
/// The same, for square ones.
void want_square(std::string_view op, const Spec& x);
/// `shape` without its last `count` axes.
Shape without_last(const Shape& shape, int count);
/// `shape` with further axes.
Shape with_last(const Shape& shape, std::initializer_list<Index> sizes);

/// The matrices' transposes.
Tensor transposed(const Tensor& x);
/// (x + xᵀ)/2.
Tensor symmetric(const Tensor& x);
/// The triangle on and below the diagonal number `offset`, or on and above it; 0 elsewhere.
Tensor triangle(const Tensor& x, bool lower, Index offset = 0);
/// A number for each matrix as a matrix of size 1, which broadcasts; a vector (…, n) as a row
/// (…, 1, n) or as a column (…, n, 1).
/// @{
Tensor as_matrix(const Tensor& numbers);
Tensor as_row(const Tensor& vectors);
Tensor as_column(const Tensor& vectors);
/// @}
/// The matrix 1 of the size and dtype of square matrices.
Tensor unit_like(const Tensor& a);

/// The factors of square matrices, which are constants to differentiation: whatever uses them
/// states its derivative by the matrix itself.
struct LuFactors {
    Tensor factors, pivots;
};
LuFactors lu_factors(const Tensor& a);
/// a⁻¹·b, or a⁻ᵀ·b, by the factors of a. Errors name `op`.
Tensor solve_by(StaticName op, const Tensor& a, const LuFactors& factors, const Tensor& b,
                bool transpose = false);
/// t⁻¹·b for a triangle of `a`. Errors name `op`; a number on the diagonal not above `smallest`
/// times the largest one makes the matrix singular.
Tensor solve_triangle(StaticName op, const Tensor& a, const kernels::Triangular& form,
                      const Tensor& b, double smallest = 0);

/// The common dtype and the shape (…, n, k) of a⁻¹·b. Throws ShapeError or DTypeError naming `op`.
Spec solution_spec(std::string_view op, const Spec& a, const Spec& b);
/// All inputs with the first axis of a mapped function's examples: the batching rule of operations
/// that take a batch of every input.
std::vector<Tensor> whole(const MappedInputs& in);

}  // namespace shikumi::detail

// Matrix products, by BLAS, and by oneDNN where that was measured to be faster. Only this part of
// shikumi knows them.
#pragma once

#include <shikumi/autograd/kernels/prepared.hpp>
#include <shikumi/autograd/kernels/view.hpp>

namespace shikumi::kernels {

/// C = A·B for row-major matrices: A is (m, k), or (k, m) where `transpose_a`; B is (k, n), or
/// (n, k) where `transpose_b`; C is (m, n). f32, f64, i32 or i64 (wrapping around).
struct Product {
    DType dtype = f32;
    bool transpose_a = false, transpose_b = false;
    Index m = 0, n = 0, k = 0;
    bool accumulate = false;  ///< C += A·B instead; floating dtypes only
    /// Leading dimensions: elements from one stored row to the next; 0 for rows without gaps.
    /// Floating dtypes only.
    Index lda = 0, ldb = 0, ldc = 0;
    bool whole = false;  ///< not cut: for callers that have cut the work already

    bool operator==(const Product&) const = default;
};

/// Computes it. Large products are cut into blocks that depend on their sizes alone and run on the
/// pool, with BLAS itself held at one thread meanwhile, so the bits are the same for any number of
/// threads. Throws ShapeError where a size exceeds BLAS's 32 bits.
void multiply(const Product& p, const void* a, const void* b, void* c);

/// out = a·b over the last two axes, the axes before them broadcast; the shapes have been checked.
void matmul(ConstView a, bool transpose_a, ConstView b, bool transpose_b, View out);
/// `matmul` of two matrices whose product is too small to be cut; else empty.
Prepared prepare_matmul(const Spec& a, bool transpose_a, const Spec& b, bool transpose_b,
                        const Spec& out);

}  // namespace shikumi::kernels

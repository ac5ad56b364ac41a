// Linear algebra on the last two axes: equations, factors, eigenvalues, functions of matrices.
#pragma once

#include <optional>
#include <utility>

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/ops/arguments.hpp>

namespace shikumi {

/// \defgroup linalg Linear algebra
/// Functions of matrices, which are the last two axes; all axes in front are a batch, and where two
/// batches meet they broadcast. f32 and f64; f32 is worked out in f64 and rounded at the end.
/// Derivatives of every order exist in both modes, unless a function says otherwise. Each throws
/// DTypeError for another dtype and ShapeError for what isn't a matrix, or isn't square where it
/// must be. What depends on the values, a singular matrix above all, throws ValueError that names
/// the function and the matrix of the batch, once it is evaluated.
/// @{

/// The x with a·x = b, for a (…, n, n) and b (…, n, k), or a single vector b (n). Throws ValueError
/// for a singular matrix. Gradients by M. Giles, "An extended collection of matrix derivative
/// results for forward and reverse mode algorithmic differentiation" (2008), §2.3.1.
Tensor solve(const Tensor& a, const Tensor& b);

/// Which numbers of the matrix `triangular_solve` reads.
struct TriangularSolveOptions {
    bool lower = true;           ///< those on and below the diagonal, else on and above it
    bool transpose = false;      ///< solves with the transpose of that triangle
    bool unit_diagonal = false;  ///< takes 1 for each number of the diagonal
};
/// The x with t·x = b for a triangle t of a (…, n, n), and b (…, n, k) or a single vector b (n).
/// Numbers that aren't read have the gradient 0. Throws ValueError for a 0 on the diagonal.
Tensor triangular_solve(const Tensor& a, const Tensor& b,
                        const TriangularSolveOptions& options = {});

/// The lower triangle L with a positive diagonal and L·Lᵀ = (a + aᵀ)/2, or where `upper` its
/// transpose. The gradient is symmetric. Throws ValueError unless the matrix is positive definite.
/// Derivatives by I. Murray, "Differentiation of the Cholesky decomposition" (2016).
Tensor cholesky(const Tensor& a, Boolean upper = false);
/// The x with L·Lᵀ·x = b for a factor `l` that `cholesky` gave, of which only its triangle is read,
/// and b (…, n, k) or a single vector b (n). Where `upper`, the factor is Lᵀ.
Tensor cholesky_solve(const Tensor& l, const Tensor& b, Boolean upper = false);

/// The inverse. Throws ValueError for a singular matrix.
Tensor inv(const Tensor& a);
/// The determinant; 1 of a matrix without numbers. It is a polynomial, and so are its derivatives:
/// those of singular matrices are right, too, in every order up to 8 (the first is the adjugate's
/// transpose).
Tensor det(const Tensor& a);

/// What `slogdet` gives.
struct SlogdetResult {
    Tensor sign;  ///< of the determinant, 0 of a singular matrix; its gradient is 0
    Tensor log;   ///< log |det a|, -∞ of a singular matrix
};
/// Sign and logarithm of the determinant, which neither over- nor underflows; (1, 0) of a matrix
/// without numbers. The gradient of the logarithm is a⁻ᵀ; to evaluate that of a singular matrix
/// throws ValueError.
SlogdetResult slogdet(const Tensor& a);

/// What `qr` gives.
struct QrResult {
    Tensor q;  ///< (…, m, k), with orthonormal columns
    Tensor r;  ///< (…, k, n), 0 below the diagonal, which is not negative
};
/// a = q·r for a (…, m, n), k the smaller of m and n. Derivatives, by S. Walter, "Structured
/// higher-order algorithmic differentiation" (2012), throw ValueError where the first k columns are
/// linearly dependent.
QrResult qr(const Tensor& a);

/// What `svd` gives.
struct SvdResult {
    Tensor u;   ///< (…, m, k); the entry of largest magnitude of each column is positive
    Tensor s;   ///< (…, k), largest first
    Tensor vh;  ///< (…, k, n)
};
/// a = u·diag(s)·vh for a (…, m, n), k the smaller of m and n. Derivatives by J. Townsend,
/// "Differentiating the singular value decomposition" (2016): single vectors have none where
/// singular values are equal, and those come out infinite or NaN. Throws ValueError for a matrix
/// that isn't finite.
SvdResult svd(const Tensor& a);
/// The singular values (…, k), largest first. First derivatives by equal values, which depend on
/// the vectors that were found, and second ones by reverse over any or any over reverse mode are
/// right for functions in which equal values play equal parts. Throws ValueError for a matrix that
/// isn't finite.
Tensor svdvals(const Tensor& a);

/// What `eigh` gives.
struct EighResult {
    Tensor values;   ///< (…, n), smallest first
    Tensor vectors;  ///< (…, n, n), one a column, whose entry of largest magnitude is positive
};
/// Eigenvalues and orthonormal eigenvectors of (a + aᵀ)/2. Single vectors have no derivatives where
/// eigenvalues are equal, and those come out infinite or NaN (M. Giles 2008, §3.1). Throws
/// ValueError for a matrix that isn't finite.
EighResult eigh(const Tensor& a);
/// The eigenvalues (…, n) of (a + aᵀ)/2, smallest first. First derivatives by equal values, which
/// depend on the vectors that were found, and second ones by reverse over any or any over reverse
/// mode are right for functions in which equal values play equal parts (A. S. Lewis, H. S. Sendov,
/// "Twice differentiable spectral functions", 2001). Throws ValueError for a matrix that isn't
/// finite.
Tensor eigvalsh(const Tensor& a);

/// The x (…, n, k), or (n) for a vector b (m), for which a·x comes nearest to b, and of these the
/// shortest: for a (…, m, n) of full rank, by its factors q·r. Throws ValueError for a matrix
/// without full rank, for which `matmul(pinv(a), b)` is the answer.
Tensor lstsq(const Tensor& a, const Tensor& b);
/// The pseudo-inverse (…, n, m) of a (…, m, n) by E. H. Moore and R. Penrose. Singular values of
/// `smallest` times the largest one and below count as 0; by default max(m, n) times the dtype's
/// epsilon. Derivatives, for matrices whose rank stays as it is, by G. H. Golub, V. Pereyra, "The
/// differentiation of pseudo-inverses and nonlinear least squares problems whose variables
/// separate" (1973). Throws ValueError for a matrix that isn't finite.
Tensor pinv(const Tensor& a, std::optional<double> smallest = {});

/// a·a·…·a, n factors; the inverse's power for a negative n, and 1 for n = 0.
Tensor matrix_power(const Tensor& a, Integer n);
/// The exponential 1 + a + a²/2 + …, with derivatives up to order 8. NaN for a matrix that isn't
/// finite.
Tensor expm(const Tensor& a);

/// Which norm of a matrix: "fro", √Σ x²; "nuc", the sum of the singular values; 1 or ∞, the largest
/// sum of magnitudes in a column or a row; 2, the largest singular value; -1, -∞ and -2, the
/// smallest of these.
class MatrixNorm {
public:
    /// 1, 2 or ∞, or one of their negatives. Throws ValueError for another number.
    MatrixNorm(double order);
    /// 1, 2, or one of their negatives. Throws ValueError for another number.
    template <IntegerType T>
    MatrixNorm(T order) : MatrixNorm(static_cast<double>(order)) {}
    /// "fro" or "nuc". Throws ValueError for another name.
    MatrixNorm(const char* name);
    /// Frobenius's norm.
    bool frobenius() const noexcept { return kind_ == Kind::frobenius; }
    /// The nuclear norm.
    bool nuclear() const noexcept { return kind_ == Kind::nuclear; }
    /// The number; 0 for those with a name.
    double order() const noexcept { return order_; }

private:
    enum class Kind : std::uint8_t { order, frobenius, nuclear } kind_ = Kind::order;
    double order_ = 0;
};
/// A norm of the matrices that two axes make, the rows' first; these stay with size 1 where
/// `keepdims`. Equal largest singular values or sums share the gradient; it is 0 at 0 for "fro",
/// and by a number that is 0. Throws ShapeError for the same axis twice, and for the largest or
/// smallest of nothing.
Tensor matrix_norm(const Tensor& x, MatrixNorm norm = "fro",
                   std::pair<Integer, Integer> axes = {-2, -1}, Boolean keepdims = false);

/// @}

}  // namespace shikumi

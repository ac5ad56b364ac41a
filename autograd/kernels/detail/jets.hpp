// Jets: matrices of polynomials in t₁ … tₖ in which no variable has a square. What
// a function of matrices gives for A + t₁E₁ + … + tₖEₖ has its derivative of order k in the
// directions E₁ … Eₖ as the coefficient of t₁⋯tₖ, exact to rounding and of every order.
#pragma once

#include <span>
#include <vector>

#include <shikumi/autograd/kernels/detail/scratch.hpp>

namespace shikumi::kernels::detail {

/// A matrix of polynomials: a matrix of doubles for each set of variables, which is a set of bits.
class Jets {
public:
    /// Zeros.
    Jets(Index rows, Index columns, int variables);
    Jets(const Jets& x);
    Jets(Jets&&) noexcept = default;
    Jets& operator=(Jets&&) noexcept = default;

    Index rows() const noexcept { return rows_; }
    Index columns() const noexcept { return columns_; }
    int variables() const noexcept { return variables_; }
    /// Number of sets; the last one holds all variables.
    unsigned sets() const noexcept { return 1U << variables_; }
    /// The coefficients of the product of a set of variables.
    std::span<double> operator[](unsigned set) noexcept {
        return {data_.data() + set * size_, size_};
    }
    std::span<const double> operator[](unsigned set) const noexcept {
        return {data_.data() + set * size_, size_};
    }

private:
    Index rows_, columns_;
    int variables_;
    std::size_t size_;
    Scratch<double> data_;
};

/// a·b.
Jets product(const Jets& a, const Jets& b);
/// x *= scale.
void scale(Jets& x, double scale);
/// to += scale·x.
void add(Jets& to, double scale, const Jets& x);
/// to += number·1.
void add_to_diagonal(Jets& to, double number);
/// Rows and columns [row, row + rows) and [column, column + columns) of x.
Jets block(const Jets& x, Index row, Index rows, Index column, Index columns);
/// Writes a block to that place of `to`.
void put_block(Jets& to, Index row, Index column, const Jets& block);
/// The inverse of a, whose numbers without variables have the inverse `base`.
Jets inverse(const Jets& a, std::span<const double> base);
/// The trace, 1 x 1.
Jets trace(const Jets& a);

/// The adjugate of a square matrix whose numbers without variables are a diagonal, falling and not
/// negative, of which those up to `null` count as 0. Right for matrices of every rank.
Jets adjugate(const Jets& a, double null);

}  // namespace shikumi::kernels::detail

// Functions of square matrices whose derivatives of every order are computed as they are.
#pragma once

#include <span>
#include <string_view>

#include <shikumi/autograd/kernels/view.hpp>

namespace shikumi::kernels {

/// The cofactors of A (…, n, n), which are the derivatives of det A by its numbers, for matrices of
/// every rank; with further inputs E₁ … Eₖ, which have A's shape, their derivative of order k in
/// those directions. Throws ValueError naming `op` and the matrix for one that isn't finite.
void cofactors(std::string_view op, std::span<const ConstView> in, View out);

/// The exponential of A (…, n, n), or its derivative of order k in the directions E₁ … Eₖ. By
/// scaling, the Padé approximant of degree 13 and squaring (N. J. Higham, "The scaling and squaring
/// method for the matrix exponential revisited", 2005). NaN for a matrix that isn't finite.
void expm(std::span<const ConstView> in, View out);

}  // namespace shikumi::kernels

// Rotations about an axis, in plain loops.
#pragma once

#include <array>

namespace gradbench {

/// A matrix (3, 3), row by row.
using Matrix3 = std::array<double, 9>;

/// The rotation about the axis r by the angle |r|, r other than 0, and its derivatives by r.
struct Rotation {
    Matrix3 R;                  ///< the rotation
    std::array<Matrix3, 3> by;  ///< dR/dr₀, dR/dr₁, dR/dr₂
};

/// By Rodrigues's formula R = cos θ · I + sin θ · [s]× + (1 - cos θ) s sᵀ with θ = |r|, s = r/θ.
Rotation rotation_about(const double* r);

/// a · b.
Matrix3 product(const Matrix3& a, const Matrix3& b);
/// a · v.
std::array<double, 3> product(const Matrix3& a, const double* v);

}  // namespace gradbench

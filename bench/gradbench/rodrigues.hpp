// Rotations about an axis, by tensors.
#pragma once

#include <shikumi/shikumi.hpp>

namespace gradbench {

/// The vectors v (…, 3) turned about the axis r (3) by the angle |r|, r other than 0, by
/// Rodrigues's formula v cos θ + (s × v) sin θ + s (s·v) (1 - cos θ) with θ = |r|, s = r/θ.
inline shikumi::Tensor rotated(const shikumi::Tensor& v, const shikumi::Tensor& r) {
    const shikumi::Tensor theta = norm(r), s = r / theta;
    return v * cos(theta) + cross(s, v) * sin(theta) +
           s * (sum(s * v, -1, true) * (1 - cos(theta)));
}

}  // namespace gradbench

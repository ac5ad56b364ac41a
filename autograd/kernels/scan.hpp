// Linear recurrences along rows.
#pragma once

#include <shikumi/autograd/kernels/view.hpp>

namespace shikumi::kernels {

/// sᵢ = aᵢ₋₁ sᵢ₋₁ + bᵢ from s₀ = b₀ on, for each row of n elements b and n - 1 elements a, one
/// after the other. `backwards`: sᵢ = aᵢ sᵢ₊₁ + bᵢ from the last one on. f32, f64, and i64, which
/// wraps around.
void scan(bool backwards, ConstView a, ConstView b, View s);

}  // namespace shikumi::kernels

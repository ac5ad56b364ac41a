// Linear recurrences along rows.
#pragma once

#include <shikumi/autograd/kernels/view.hpp>

namespace shikumi::kernels {

/// Which way a recurrence runs along a row.
struct ScanOrder {
    bool backwards = false;  ///< from the last element to the first
    bool restarts = false;  ///< a factor of 0 drops what was before, also an infinite number or NaN
    bool operator==(const ScanOrder&) const = default;
};

/// sᵢ = aᵢ₋₁ sᵢ₋₁ + bᵢ from s₀ = b₀ on, for each row of n elements b and n - 1 elements a, one
/// after the other. Backwards: sᵢ = aᵢ sᵢ₊₁ + bᵢ from the last one on. f32, f64, and i64, which
/// wraps around.
void scan(ScanOrder order, ConstView a, ConstView b, View s);

}  // namespace shikumi::kernels

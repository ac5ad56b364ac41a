// Reductions. The order in which elements are combined depends on the shape alone, so neither the
// number of threads nor the surroundings change a bit of the result.
#pragma once

#include <cstdint>

#include <shikumi/autograd/kernels/view.hpp>

namespace shikumi::kernels {

enum class Reduction : std::uint8_t { sum, max, min, any, all };

/// Reduces the axes whose bits are set in `axes`; `out` holds what is left, row-major. sum: f32 and
/// f64 accurately, integers and bool into i64, which wraps around. max, min: NaN wins; the reduced
/// axes are not empty. any, all: bool.
void reduce(Reduction reduction, ConstView in, std::uint32_t axes, View out);

/// Positions (i64) of the first largest (or smallest) elements along `axis`; NaN counts as such.
void arg_reduce(bool largest, ConstView in, int axis, View out);

}  // namespace shikumi::kernels

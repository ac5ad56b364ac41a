// Updates of single elements by index.
#pragma once

#include <shikumi/autograd/kernels/view.hpp>

namespace shikumi::kernels {

/// out = x (n), then out[indices[i]] = max (or min) of that and values[i], for each i. NaN wins.
/// The indices are i64 and lie within x; out may be x.
void put_extremes(bool largest, ConstView x, ConstView indices, ConstView values, View out);

}  // namespace shikumi::kernels

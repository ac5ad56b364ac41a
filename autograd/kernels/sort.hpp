// The order of elements along an axis.
#pragma once

#include <shikumi/autograd/kernels/view.hpp>

namespace shikumi::kernels {

/// out (i64) = the positions along `axis` of the first out.shape[axis] elements in rising (or
/// falling) order. Equal elements keep their order; NaN comes last either way.
void arg_sort(bool descending, ConstView x, int axis, View out);

}  // namespace shikumi::kernels

// What is true of the elements up to each one along an axis.
#pragma once

#include <shikumi/autograd/kernels/view.hpp>

namespace shikumi::kernels {

/// out[i] = x[0] + … + x[i] along `axis`, or backwards x[i] + … + x[n - 1]. f32 is added up in f64;
/// integers and bool in i64, which wraps around.
void cumulative_sum(bool backwards, ConstView x, int axis, View out);
/// out[i] (i64) = the position of the last largest (or smallest) element among x[0], …, x[i] along
/// `axis`. NaN counts as such.
void cumulative_arg(bool largest, ConstView x, int axis, View out);
/// out[i] = log(exp x[0] + … + exp x[i]) along each row of (m, n), without overflow. f32, f64.
void log_cumulative_sum_exp(ConstView x, View out);

}  // namespace shikumi::kernels

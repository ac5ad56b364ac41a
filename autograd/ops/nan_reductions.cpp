// Reductions without NaN: what stands for NaN changes no result, and gets the derivative 0.
#include <algorithm>
#include <limits>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/axes.hpp>
#include <shikumi/autograd/ops/detail/dtype_checks.hpp>
#include <shikumi/autograd/ops/detail/infinity.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace {

using detail::infinity;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

void check(std::string_view op, const Tensor& x, const Axes& axes) {
    detail::want_floating(op, x.spec());
    detail::axis_set(op, axes, x.rank());
}

// How many elements aren't NaN, in the dtype of x.
Tensor count(const Tensor& x, const Axes& axes, bool keepdims) {
    return sum(!isnan(x), axes, keepdims).cast(x.dtype());
}

Tensor without(const Tensor& x, double stand_in) { return where(isnan(x), stand_in, x); }

// x less the mean of what isn't NaN, 0 for NaN.
Tensor deviation(const Tensor& x, const Axes& axes) {
    const Tensor mean = sum(without(x, 0), axes, true) / count(x, axes, true);
    return where(isnan(x), 0, x - mean);
}

Tensor extreme(std::string_view op, bool largest, const Tensor& x, const Axes& axes,
               bool keepdims) {
    check(op, x, axes);
    const detail::AxisSet set = detail::axis_set(op, axes, x.rank());
    if (detail::count(x.shape(), set) == 0 && detail::reduced(x.shape(), set, false).size() > 0)
        fail<ShapeError>(op, "got ", x.spec(), ", and there are no elements to choose from");
    const Tensor rest = without(x, largest ? -infinity : infinity);
    const Tensor best = largest ? max(rest, axes, keepdims) : min(rest, axes, keepdims);
    return where(all(isnan(x), axes, keepdims), nan, best);
}

Tensor arg_extreme(std::string_view op, bool largest, const Tensor& x, std::optional<Integer> axis,
                   bool keepdims) {
    detail::want_floating(op, x.spec());
    if (axis) normalize_axis(op, *axis, x.rank());
    if (x.size() == 0 && (!axis || x.shape()[normalize_axis(op, *axis, x.rank())] == 0))
        fail<ShapeError>(op, "got ", x.spec(), ", and there are no elements to choose from");
    return largest ? argmax(without(x, -infinity), axis, keepdims)
                   : argmin(without(x, infinity), axis, keepdims);
}

}  // namespace

Tensor nansum(const Tensor& x, const Axes& axes, Boolean keepdims) {
    check("nansum", x, axes);
    return sum(without(x, 0), axes, keepdims);
}

Tensor nanprod(const Tensor& x, const Axes& axes, Boolean keepdims) {
    check("nanprod", x, axes);
    return prod(without(x, 1), axes, keepdims);
}

Tensor nanmean(const Tensor& x, const Axes& axes, Boolean keepdims) {
    check("nanmean", x, axes);
    return sum(without(x, 0), axes, keepdims) / count(x, axes, keepdims);
}

Tensor nanvar(const Tensor& x, const Axes& axes, Boolean keepdims, Integer ddof) {
    check("nanvar", x, axes);
    return sum(square(deviation(x, axes)), axes, keepdims) /
           maximum(count(x, axes, keepdims) - Index{ddof}, 0);
}

Tensor nanstd(const Tensor& x, const Axes& axes, Boolean keepdims, Integer ddof) {
    check("nanstd", x, axes);
    return norm(deviation(x, axes), axes, keepdims) /
           sqrt(maximum(count(x, axes, keepdims) - Index{ddof}, 0));
}

Tensor nanmax(const Tensor& x, const Axes& axes, Boolean keepdims) {
    return extreme("nanmax", true, x, axes, keepdims);
}
Tensor nanmin(const Tensor& x, const Axes& axes, Boolean keepdims) {
    return extreme("nanmin", false, x, axes, keepdims);
}

Tensor nanargmax(const Tensor& x, std::optional<Integer> axis, Boolean keepdims) {
    return arg_extreme("nanargmax", true, x, axis, keepdims);
}
Tensor nanargmin(const Tensor& x, std::optional<Integer> axis, Boolean keepdims) {
    return arg_extreme("nanargmin", false, x, axis, keepdims);
}

}  // namespace shikumi

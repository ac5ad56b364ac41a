// Statistics composed of reductions.
#include <algorithm>
#include <array>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/detail/axes.hpp>
#include <shikumi/autograd/ops/detail/dtype_checks.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace {

void want_reals(std::string_view op, std::initializer_list<const Spec*> specs) {
    common_dtype(op, std::vector<const Spec*>(specs));
    detail::want_floating(op, **specs.begin());
}

// One number for each element of an axis, or an array in the shape of x, as one that broadcasts.
Tensor beside(std::string_view op, std::string_view what, const Tensor& given, const Tensor& x,
              int axis) {
    if (given.shape() == x.shape()) return given;
    if (given.rank() != 1 || given.size() != x.shape()[axis])
        fail<ShapeError>(op, what, " of ", given.shape(), " fit neither ", x.shape(),
                         " nor its axis ", axis);
    Shape::Sizes sizes;
    for (int i = 0; i < x.rank(); ++i) sizes.push_back(i == axis ? given.size() : 1);
    return reshape(given, Shape(sizes));
}

// x less the mean of each row.
Tensor centered(std::string_view op, const Tensor& x) {
    detail::want_floating(op, x.spec());
    if (x.rank() != 2) fail<ShapeError>(op, "takes (variables, observations), got ", x.shape());
    return x - mean(x, 1, true);
}

// Σ (y[i] + y[i+1]) / 2 · widths[i]
Tensor trapezoids(const Tensor& y, const Tensor& widths, int axis) {
    return sum((slice(y, axis, {.start = 1}) + slice(y, axis, {.stop = -1})) * 0.5 * widths, axis);
}

}  // namespace

Tensor ptp(const Tensor& x, const Axes& axes, Boolean keepdims) {
    constexpr std::string_view op = "ptp";
    if (x.dtype() == bool_) fail<DTypeError>(op, "takes numbers, got ", x.spec());
    const detail::AxisSet set = detail::axis_set(op, axes, x.rank());
    if (detail::count(x.shape(), set) == 0 && detail::reduced(x.shape(), set, false).size() > 0)
        fail<ShapeError>(op, "got ", x.spec(), ", and there are no elements to choose from");
    return max(x, axes, keepdims) - min(x, axes, keepdims);
}

Tensor average(const Tensor& x, const Tensor& weights) {
    constexpr std::string_view op = "average";
    want_reals(op, {&x.spec(), &weights.spec()});
    if (weights.shape() != x.shape())
        fail<ShapeError>(op, "weights of ", weights.shape(), " don't fit ", x.shape());
    return sum(x * weights) / sum(weights);
}

Tensor average(const Tensor& x, const Tensor& weights, Integer axis, Boolean keepdims) {
    constexpr std::string_view op = "average";
    want_reals(op, {&x.spec(), &weights.spec()});
    const int at = normalize_axis(op, axis, x.rank());
    const Tensor w = beside(op, "weights", weights, x, at);
    return sum(x * w, at, keepdims) / sum(broadcast_to(w, x.shape()), at, keepdims);
}

Tensor cov(const Tensor& x, Integer ddof) {
    const Tensor deviation = centered("cov", x);
    const double n = static_cast<double>(x.shape()[1] - Index{ddof});
    return matmul(deviation, transpose(deviation)) / std::max(n, 0.0);
}

Tensor corrcoef(const Tensor& x) {
    const Tensor deviation = centered("corrcoef", x);
    const Tensor unit = deviation / norm(deviation, {1}, true);
    return matmul(unit, transpose(unit));
}

Tensor trapezoid(const Tensor& y, double dx, Integer axis) {
    constexpr std::string_view op = "trapezoid";
    detail::want_floating(op, y.spec());
    const int at = normalize_axis(op, axis, y.rank());
    return trapezoids(y, scalar(dx, y.dtype()), at);
}

Tensor trapezoid(const Tensor& y, const Tensor& x, Integer axis) {
    constexpr std::string_view op = "trapezoid";
    want_reals(op, {&y.spec(), &x.spec()});
    const int at = normalize_axis(op, axis, y.rank());
    const Tensor places = beside(op, "places", x, y, at);
    return trapezoids(y, slice(places, at, {.start = 1}) - slice(places, at, {.stop = -1}), at);
}

Tensor interp(const Tensor& x, const Tensor& xp, const Tensor& fp) {
    constexpr std::string_view op = "interp";
    want_reals(op, {&x.spec(), &xp.spec(), &fp.spec()});
    if (xp.rank() != 1 || xp.size() == 0 || fp.shape() != xp.shape())
        fail<ShapeError>(op, "takes points of two lists of one length, got ", xp.shape(), " and ",
                         fp.shape());
    const Index n = xp.size();
    if (n == 1) return where(isnan(x), x, reshape(fp, Shape{}));
    const Tensor piece = minimum(maximum(searchsorted(xp, x, Side::right) - 1, 0), n - 2);
    const Tensor left = take(xp, piece), low = take(fp, piece);
    const Tensor slope = (take(fp, piece + 1) - low) / (take(xp, piece + 1) - left);
    const Tensor y = low + slope * (x - left);
    return where(x < xp[0], fp[0], where(x >= xp[-1], fp[-1], y));
}

}  // namespace shikumi

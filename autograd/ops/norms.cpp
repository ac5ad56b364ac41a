// Norms of vectors. Elements are divided by the largest (or, for a negative order, the smallest),
// so that their powers neither over- nor underflow. The norm doesn't depend on that divisor, which
// is a constant to differentiation.
#include <cmath>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/axes.hpp>
#include <shikumi/autograd/ops/detail/dtype_checks.hpp>
#include <shikumi/autograd/ops/detail/infinity.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace {

using detail::infinity;

// (Σ |x|^p)^(1/p) over axes that stay, of elements that aren't all absent.
Tensor power_norm(const Tensor& x, double p, const Axes& axes) {
    const Tensor zero = equal(x, 0), size = where(zero, 1, abs(x));
    const Tensor extreme = p > 0 ? max(where(zero, 0, size), axes, true)
                                 : min(where(zero, infinity, size), axes, true);
    const Tensor scale = stop_gradient(where((extreme > 0) & isfinite(extreme), extreme, 1));
    const Tensor powers = where(zero, 0, pow(size / scale, p));
    const Tensor total = sum(powers, axes, true), none = equal(total, 0);
    const Tensor length = scale * pow(where(none, 1, total), 1 / p);
    if (p > 0) return where(none, 0, length);
    // Negative powers: 0 has an infinite one, which makes the norm 0, and infinity has 0.
    return where(any(zero, axes, true), 0, where(none, infinity, length));
}

}  // namespace

Tensor vector_norm(const Tensor& x, double order, const Axes& axes, Boolean keepdims) {
    constexpr std::string_view op = "vector_norm";
    detail::want_floating(op, x.spec());
    if (std::isnan(order)) fail<ValueError>(op, "wants a number as its order, got NaN");
    const detail::AxisSet set = detail::axis_set(op, axes, x.rank());
    const Shape shape = detail::reduced(x.shape(), set, keepdims);
    const bool none = detail::count(x.shape(), set) == 0;
    if (none && std::isinf(order) && shape.size() > 0)
        fail<ShapeError>(op, "got ", x.spec(), ", and no elements have no largest or smallest");
    if (order == infinity) return max(abs(x), axes, keepdims);
    if (order == -infinity) return min(abs(x), axes, keepdims);
    if (order == 0) return sum(not_equal(x, 0).cast(x.dtype()), axes, keepdims);
    if (order == 1) return sum(abs(x), axes, keepdims);
    if (order == 2) return norm(x, axes, keepdims);
    if (none || shape.size() == 0) return zeros(shape, x.dtype());
    return reshape(power_norm(x, order, axes), shape);
}

}  // namespace shikumi

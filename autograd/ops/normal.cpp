// The error function's complement and inverse, and the normal distribution function.
#include <cmath>
#include <numbers>

#include <shikumi/autograd/kernels/special.hpp>
#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/ops/detail/normal.hpp>
#include <shikumi/autograd/ops/detail/scalar_kernel.hpp>

namespace shikumi {

namespace {

// x + φ(x) / Φ(x); 1 - φ(x) / Φ(x) · y
Tensor inverse_mills(const Tensor& x);
Tensor mills_excess(const Tensor& x) {
    return detail::special<"mills_excess", kernels::mills_excess>(
        x, [](auto& t, auto& y) { return 1 - detail::multiply_no_nan(y, inverse_mills(t)); });
}

// y = φ(x) / Φ(x); -y (x + y), 0 where y is
Tensor inverse_mills(const Tensor& x) {
    return detail::special<"inverse_mills", kernels::inverse_mills>(
        x, [](auto& t, auto& y) { return -detail::multiply_no_nan(mills_excess(t), y); });
}

}  // namespace

Tensor erfc(const Tensor& x) {
    return detail::special<"erfc", std::erfc>(
        x, [](auto& t, auto&) { return -2 * std::numbers::inv_sqrtpi * detail::gaussian(t); });
}
Tensor erfinv(const Tensor& x) {
    return detail::special<"erfinv", kernels::erfinv>(
        x, [](auto&, auto& y) { return 0.5 / std::numbers::inv_sqrtpi * exp(square(y)); });
}
Tensor log_ndtr(const Tensor& x) {
    return detail::special<"log_ndtr", kernels::log_ndtr>(
        x, [](auto& t, auto&) { return inverse_mills(t); });
}

}  // namespace shikumi

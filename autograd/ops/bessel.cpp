// Bessel functions, of which sinc is one.
#include <numbers>

#include <shikumi/autograd/kernels/special.hpp>
#include <shikumi/autograd/ops/detail/dtype_checks.hpp>
#include <shikumi/autograd/ops/detail/scalar_kernel.hpp>

namespace shikumi {

namespace {

// y = exp(-|x|) Iₙ(x), where I₋ₙ = Iₙ; (that of n - 1 + that of n + 1) / 2 - y sign x
Tensor scaled_bessel(const Tensor& x, const Tensor& n) {
    return detail::of_order<"scaled_bessel", kernels::scaled_bessel>(
        x, n, [](auto& t, auto& order, auto& y) {
            return 0.5 * (scaled_bessel(t, order - 1) + scaled_bessel(t, order + 1)) - y * sign(t);
        });
}

// jₙ(πx); π (n jₙ₋₁ - (n + 1) jₙ₊₁) / (2n + 1)
Tensor spherical_bessel(const Tensor& x, const Tensor& n) {
    return detail::of_order<"spherical_bessel", kernels::spherical_bessel>(
        x, n, [](auto& t, auto& order, auto&) {
            const Tensor below = order * spherical_bessel(t, order - 1);
            const Tensor above = (order + 1) * spherical_bessel(t, order + 1);
            return (below - above) * (std::numbers::pi / (2 * order + 1));
        });
}

}  // namespace

Tensor i0e(const Tensor& x) {
    detail::want_floating("i0e", x.spec());
    return scaled_bessel(x, scalar(0, x.dtype()));
}
Tensor i1e(const Tensor& x) {
    detail::want_floating("i1e", x.spec());
    return scaled_bessel(x, scalar(1, x.dtype()));
}
Tensor sinc(const Tensor& x) {
    detail::want_floating("sinc", x.spec());
    return spherical_bessel(x, scalar(0, x.dtype()));
}

}  // namespace shikumi

// Elementary functions that training programs seldom need, each stated as in math.cpp.
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include <shikumi/autograd/kernels/vector_math.hpp>
#include <shikumi/autograd/ops/detail/dtype_checks.hpp>
#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/ops/detail/scalar_kernel.hpp>

namespace shikumi {

namespace {

using detail::FloatingOp;
using kernels::BlockKernel;
namespace vector = kernels::math;

// a / √(a² + b²), without squares that overflow or underflow, 0 at the origin;
// s²/h, -y s/h for s = the same of (b, a), h = √(a² + b²)
struct Cosine final : FloatingOp {
    std::string_view name() const noexcept override { return "cosine_of_angle"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating_arrays(in[0].dtype, [](auto a, auto b) {
            using T = decltype(a);
            const T x = std::abs(a), y = std::abs(b), wide = x > y ? x : y;
            const T r = a / wide, s = b / wide, c = r / std::sqrt(r * r + s * s);
            return wide == 0 ? wide : c;
        });
    }
    Tensor partial(int i, Tensors in, const Tensor& y) const override {
        const Tensor s = record(Cosine{}, in[1], in[0]);
        return detail::multiply_no_nan(reciprocal(hypot(in[0], in[1])), i == 0 ? s * s : -y * s);
    }
};

// √(a² + b²), ∞ where either is infinite; a / y, b / y
struct Hypot final : FloatingOp {
    std::string_view name() const noexcept override { return "hypot"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(
            in[0].dtype,
            [](float a, float b) {
                const double x = a, y = b;
                constexpr float infinity = std::numeric_limits<float>::infinity();
                const bool infinite = std::abs(a) == infinity || std::abs(b) == infinity;
                return infinite ? infinity : static_cast<float>(std::sqrt(x * x + y * y));
            },
            [](double a, double b) { return std::hypot(a, b); });
    }
    Tensor partial(int i, Tensors in, const Tensor&) const override {
        return i == 0 ? record(Cosine{}, in[0], in[1]) : record(Cosine{}, in[1], in[0]);
    }
};

// |x| with the sign of y; sign x where y is positive, else -sign x, and 0
struct CopySign final : FloatingOp {
    std::string_view name() const noexcept override { return "copysign"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(in[0].dtype, [](auto x, auto y) { return std::copysign(x, y); });
    }
    Tensor times_partial(int i, Tensors in, const Tensor&, const Tensor& g) const override {
        if (i == 1) return {};
        return record(CopySign{}, ones_like(in[1]), in[1]) * sign(in[0]) * g;
    }
};

// 0 for x < 0, 1 for x > 0, the second at 0; 0, and 1 where x is 0
struct Heaviside final : FloatingOp {
    std::string_view name() const noexcept override { return "heaviside"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(in[0].dtype, [](auto x, auto at_zero) {
            return x == 0 ? at_zero : x < 0 ? 0 : x > 0 ? 1 : x;
        });
    }
    Tensor times_partial(int i, Tensors in, const Tensor&, const Tensor& g) const override {
        return i == 0 ? Tensor() : where(equal(in[0], 0), g, 0);
    }
};

}  // namespace

Tensor exp2(const Tensor& x) {
    return detail::unary<"exp2">(
        x, [](float v) { return static_cast<float>(vector::exp(v * std::numbers::ln2)); },
        [](double v) { return std::exp2(v); },
        [](auto&, auto& y) { return std::numbers::ln2 * y; });
}
Tensor cbrt(const Tensor& x) {
    return detail::special<"cbrt", std::cbrt>(
        x, [](auto&, auto& y) { return reciprocal(3 * square(y)); });
}
Tensor trunc(const Tensor& x) {
    return detail::unary<"trunc">(
        x, [](auto v) { return std::trunc(v); }, [](auto&, auto&) { return Tensor(); });
}
Tensor deg2rad(const Tensor& x) {
    detail::want_floating("deg2rad", x.spec());
    return x * (std::numbers::pi / 180);
}
Tensor rad2deg(const Tensor& x) {
    detail::want_floating("rad2deg", x.spec());
    return x * (180 / std::numbers::pi);
}
Tensor hypot(const Tensor& a, const Tensor& b) { return record(Hypot{}, a, b); }
Tensor copysign(const Tensor& x, const Tensor& y) { return record(CopySign{}, x, y); }
Tensor heaviside(const Tensor& x, const Tensor& at_zero) { return record(Heaviside{}, x, at_zero); }
Tensor float_power(const Tensor& a, const Tensor& b) {
    const std::array<const Spec*, 2> specs{&a.spec(), &b.spec()};
    numeric_spec("float_power", specs);
    return pow(a.cast(f64), b.cast(f64));
}

}  // namespace shikumi

// Each function is stated as its arithmetic on an element v and its derivative, in operations, from
// the argument x and the value y.
#include <cmath>
#include <limits>
#include <numbers>

#include <shikumi/autograd/kernels/vector_math.hpp>
#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/ops/detail/normal.hpp>
#include <shikumi/autograd/ops/detail/recomputable.hpp>
#include <shikumi/autograd/ops/detail/unary.hpp>

namespace shikumi {

namespace {

using detail::FloatingOp;
using detail::literal;
using detail::NumericOp;
using detail::Recomputable;
using detail::unary;
using detail::wrapping;
using kernels::BlockKernel;
namespace vector = kernels::math;

// The derivative of a step function.
constexpr auto zero = [](auto&, auto&) { return Tensor(); };

template <class T>
auto magnitude(T x) {
    if constexpr (std::is_floating_point_v<T>)
        return std::abs(x);
    else
        return x < 0 ? -wrapping(x) : wrapping(x);
}

// |x|; sign x
struct Abs final : NumericOp, Recomputable {
    std::string_view name() const noexcept override { return "abs"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::numeric(in[0].dtype, [](auto x) { return magnitude(x); });
    }
    Tensor times_partial(int, Tensors in, const Tensor&, const Tensor& g) const override;
};

// g where x > 0, -g where x < 0, 0 at 0, NaN for NaN; 0, the same of g
struct AbsGradient final : FloatingOp, Recomputable {
    std::string_view name() const noexcept override { return "abs_gradient"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating_arrays(in[0].dtype, [](auto x, auto g) {
            const auto off = x == 0 ? 0 : x;
            return x > 0 ? g : x < 0 ? -g : off;
        });
    }
    Tensor times_partial(int i, Tensors in, const Tensor&, const Tensor& g) const override {
        return i == 0 ? Tensor() : record(AbsGradient{}, in[0], g);
    }
};

Tensor Abs::times_partial(int, Tensors in, const Tensor&, const Tensor& g) const {
    return record(AbsGradient{}, in[0], g);
}

// 1, 0 or -1, NaN for NaN; 0
struct Sign final : NumericOp, Recomputable {
    std::string_view name() const noexcept override { return "sign"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::numeric(in[0].dtype, [](auto x) {
            return x != x ? x : static_cast<decltype(x)>((x > 0) - (x < 0));
        });
    }
    Tensor partial(int, Tensors, const Tensor&) const override { return Tensor(); }
};

// q(a, b) = a / (a² + b²), without a square that overflows, 0 where either is infinite;
// s² - q², -2 q s for s = q(b, a)
struct InverseComponent final : FloatingOp {
    std::string_view name() const noexcept override { return "inverse_component"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating_arrays(in[0].dtype, [](auto a, auto b) {
            using T = decltype(a);
            const bool steep = std::abs(a) >= std::abs(b);
            const T wide = steep ? a : b, ratio = (steep ? b : a) / wide;
            const T q = (steep ? 1 : ratio) / (wide * (1 + ratio * ratio));
            const bool infinite = std::abs(wide) > std::numeric_limits<T>::max();
            const bool limit = infinite & (a == a) & (b == b);
            return limit ? 0 : q;
        });
    }
    Tensor partial(int i, Tensors in, const Tensor& q) const override;
};

// a / (a² + b²)
Tensor inverse_component(const Tensor& a, const Tensor& b) {
    return record(InverseComponent{}, a, b);
}

Tensor InverseComponent::partial(int i, Tensors in, const Tensor& q) const {
    const Tensor s = inverse_component(in[1], in[0]);
    return i == 0 ? (s - q) * (s + q) : -2 * (q * s);
}

// 1 / (1 + x²) and x / (1 + x²)
Tensor over_square(const Tensor& x) { return inverse_component(literal("atan", 1, x.dtype()), x); }
Tensor times_over_square(const Tensor& x) {
    return inverse_component(x, literal("atan", 1, x.dtype()));
}

// 1 / √(1 + x²); -x y / (1 + x²)
Tensor over_hypotenuse(const Tensor& x) {
    return unary<"over_hypotenuse">(
        x,
        [](auto v) {
            using T = decltype(v);
            // Where 1 + x² = x², which may overflow.
            constexpr T far = std::is_same_v<T, float> ? 1e18 : 1e150;
            const T a = std::abs(v);
            return a > far ? 1 / a : 1 / std::sqrt(1 + a * a);
        },
        [](auto& t, auto& y) { return -times_over_square(t) * y; });
}

// 1 - x²; -2 x
Tensor one_minus_square(const Tensor& x) {
    return unary<"one_minus_square">(
        x, [](auto v) { return (1 - v) * (1 + v); }, [](auto& t, auto&) { return -2 * t; });
}

// the angle of (x, y); x / (x² + y²), -y / (x² + y²)
struct Atan2 final : FloatingOp {
    std::string_view name() const noexcept override { return "atan2"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(in[0].dtype, [](auto y, auto x) { return std::atan2(y, x); });
    }
    Tensor partial(int i, Tensors in, const Tensor&) const override {
        return i == 0 ? inverse_component(in[1], in[0]) : -inverse_component(in[0], in[1]);
    }
};

BlockKernel with_tanh_slope(const BlockKernel& kernel, DType dtype) {
    return kernels::with_slope(kernel, dtype, [](auto x) { return vector::tanh_with_slope(x); });
}

// tanh x; 1 / cosh² x, which the rounded tanh x does not tell
struct Tanh final : FloatingOp {
    std::string_view name() const noexcept override { return "tanh"; }
    BlockKernel kernel(Specs in) const override {
        const auto kernel = kernels::floating(in[0].dtype, [](auto x) { return vector::tanh(x); });
        return with_tanh_slope(kernel, in[0].dtype);
    }
    Tensor times_partial(int, Tensors in, const Tensor&, const Tensor& g) const override {
        return detail::tanh_gradient(in[0], g);
    }
};

// out = g / cosh² x; -2 out tanh x, 1 / cosh² x
struct TanhGradient final : FloatingOp {
    std::string_view name() const noexcept override { return "tanh_gradient"; }
    BlockKernel kernel(Specs in) const override {
        const auto kernel = kernels::floating_arrays(
            in[0].dtype, [](auto x, auto g) { return g * vector::tanh_slope(x); });
        return with_tanh_slope(kernel, in[0].dtype);
    }
    Tensor times_partial(int i, Tensors in, const Tensor& out, const Tensor& g) const override {
        return i == 0 ? -2 * (out * tanh(in[0])) * g : detail::tanh_gradient(in[0], g);
    }
};

}  // namespace

// ---- exponentials, logarithms, roots ------------------------------------------------------------

Tensor exp(const Tensor& t) {
    return unary<"exp">(
        t, [](auto v) { return vector::exp(v); }, [](auto&, auto& y) { return y; });
}
Tensor expm1(const Tensor& t) {
    return unary<"expm1">(
        t, [](auto v) { return vector::expm1(v); }, [](auto& x, auto&) { return exp(x); });
}
Tensor log(const Tensor& t) {
    return unary<"log">(
        t, [](auto v) { return vector::log(v); }, [](auto& x, auto&) { return reciprocal(x); });
}
Tensor log1p(const Tensor& t) {
    return unary<"log1p">(
        t, [](auto v) { return vector::log1p(v); },
        [](auto& x, auto&) { return reciprocal(x + 1); });
}
Tensor log2(const Tensor& t) {
    return unary<"log2">(
        t, [](auto v) { return vector::log2(v); },
        [](auto& x, auto&) { return std::numbers::log2e / x; });
}
Tensor log10(const Tensor& t) {
    return unary<"log10">(
        t, [](float v) { return vector::log10(v); }, [](double v) { return std::log10(v); },
        [](auto& x, auto&) { return std::numbers::log10e / x; });
}
Tensor sqrt(const Tensor& t) {
    return unary<"sqrt">(
        t, [](auto v) { return std::sqrt(v); }, [](auto&, auto& y) { return 0.5 / y; });
}
Tensor rsqrt(const Tensor& t) {
    return unary<"rsqrt">(
        t, [](auto v) { return 1 / std::sqrt(v); }, [](auto& x, auto& y) { return -0.5 * y / x; });
}

// ---- signs and whole numbers --------------------------------------------------------------------

Tensor abs(const Tensor& t) { return record(Abs{}, t); }
Tensor sign(const Tensor& t) { return record(Sign{}, t); }
Tensor floor(const Tensor& t) {
    return unary<"floor">(
        t, [](auto v) { return std::floor(v); }, zero);
}
Tensor ceil(const Tensor& t) {
    return unary<"ceil">(
        t, [](auto v) { return std::ceil(v); }, zero);
}
Tensor round(const Tensor& t) {
    return unary<"round">(
        t, [](auto v) { return std::nearbyint(v); }, zero);
}

// ---- trigonometric ------------------------------------------------------------------------------

Tensor sin(const Tensor& t) {
    return unary<"sin">(
        t, [](float v) { return vector::turns(v); }, [](float v) { return vector::sin(v); },
        [](auto v) { return std::sin(v); }, [](auto& x, auto&) { return cos(x); });
}
Tensor cos(const Tensor& t) {
    return unary<"cos">(
        t, [](float v) { return vector::turns(v); }, [](float v) { return vector::cos(v); },
        [](auto v) { return std::cos(v); }, [](auto& x, auto&) { return -sin(x); });
}
Tensor tan(const Tensor& t) {
    return unary<"tan">(
        t, [](float v) { return vector::turns(v); }, [](float v) { return vector::tan(v); },
        [](auto v) { return std::tan(v); }, [](auto&, auto& y) { return 1 + square(y); });
}
Tensor asin(const Tensor& t) {
    return unary<"asin">(
        t, [](float v) { return vector::asin(v); }, [](double v) { return std::asin(v); },
        [](auto& x, auto&) { return rsqrt(one_minus_square(x)); });
}
Tensor acos(const Tensor& t) {
    return unary<"acos">(
        t, [](float v) { return vector::acos(v); }, [](double v) { return std::acos(v); },
        [](auto& x, auto&) { return -rsqrt(one_minus_square(x)); });
}
Tensor atan(const Tensor& t) {
    return unary<"atan">(
        t, [](float v) { return vector::atan(v); }, [](double v) { return std::atan(v); },
        [](auto& x, auto&) { return over_square(x); });
}
Tensor atan2(const Tensor& y, const Tensor& x) { return record(Atan2{}, y, x); }

// ---- hyperbolic ---------------------------------------------------------------------------------

Tensor sinh(const Tensor& t) {
    return unary<"sinh">(
        t, [](float v) { return vector::sinh(v); }, [](double v) { return std::sinh(v); },
        [](auto& x, auto&) { return cosh(x); });
}
Tensor cosh(const Tensor& t) {
    return unary<"cosh">(
        t, [](float v) { return vector::cosh(v); }, [](double v) { return std::cosh(v); },
        [](auto& x, auto&) { return sinh(x); });
}
Tensor tanh(const Tensor& t) { return record(Tanh{}, t); }
Tensor detail::tanh_gradient(const Tensor& x, const Tensor& g) {
    return record(TanhGradient{}, x, g);
}
Tensor asinh(const Tensor& t) {
    return unary<"asinh">(
        t, [](float v) { return vector::asinh(v); }, [](double v) { return std::asinh(v); },
        [](auto& x, auto&) { return over_hypotenuse(x); });
}
Tensor acosh(const Tensor& t) {
    return unary<"acosh">(
        t, [](float v) { return vector::acosh(v); }, [](double v) { return std::acosh(v); },
        [](auto& x, auto&) { return rsqrt(x - 1) * rsqrt(x + 1); });
}
Tensor atanh(const Tensor& t) {
    return unary<"atanh">(
        t, [](float v) { return vector::atanh(v); }, [](double v) { return std::atanh(v); },
        [](auto& x, auto&) { return reciprocal(one_minus_square(x)); });
}

// ---- special functions --------------------------------------------------------------------------

// exp(-x²); -2 x y, where the border keeps ∞ · 0 out and changes no other number
Tensor detail::gaussian(const Tensor& x) {
    return unary<"gaussian">(
        x, [](auto v) { return vector::gaussian(v, decltype(v){1}); },
        [](auto& t, auto& y) { return -2 * clip(t, -30, 30) * y; });
}
Tensor erf(const Tensor& t) {
    return unary<"erf">(
        t, [](float v) { return vector::erf(v); }, [](double v) { return std::erf(v); },
        [](auto& x, auto&) { return 2 * std::numbers::inv_sqrtpi * detail::gaussian(x); });
}

}  // namespace shikumi

// Functions of one number (and atan2).
#include <cmath>
#include <numbers>

#include <shikumi/autograd/kernels/vector_math.hpp>
#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/ops/detail/pointwise.hpp>
#include <shikumi/autograd/ops/detail/recomputable.hpp>

namespace shikumi {

namespace {

using detail::FloatingOp;
using detail::NumericOp;
using detail::Recomputable;
using detail::wrapping;
using kernels::BlockKernel;
namespace vector = kernels::math;

template <class T>
auto magnitude(T x) {
    if constexpr (std::is_floating_point_v<T>)
        return std::abs(x);
    else
        return x < 0 ? -wrapping(x) : wrapping(x);
}

// eˣ; eˣ
struct Exp final : FloatingOp {
    std::string_view name() const noexcept override { return "exp"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(in[0].dtype, [](auto x) { return vector::exp(x); });
    }
    Tensor partial(int, Tensors, const Tensor& out) const override { return out; }
};

// eˣ - 1; eˣ
struct Expm1 final : FloatingOp {
    std::string_view name() const noexcept override { return "expm1"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(in[0].dtype, [](auto x) { return vector::expm1(x); });
    }
    Tensor partial(int, Tensors, const Tensor& out) const override { return out + 1; }
};

// log x; 1 / x
struct Log final : FloatingOp {
    std::string_view name() const noexcept override { return "log"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(in[0].dtype, [](auto x) { return vector::log(x); });
    }
    Tensor partial(int, Tensors in, const Tensor&) const override { return reciprocal(in[0]); }
};

// log(1 + x); 1 / (1 + x)
struct Log1p final : FloatingOp {
    std::string_view name() const noexcept override { return "log1p"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(in[0].dtype, [](auto x) { return vector::log1p(x); });
    }
    Tensor partial(int, Tensors in, const Tensor&) const override { return reciprocal(in[0] + 1); }
};

// log x / log 2; 1 / (x log 2)
struct Log2 final : FloatingOp {
    std::string_view name() const noexcept override { return "log2"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(in[0].dtype, [](auto x) { return vector::log2(x); });
    }
    Tensor partial(int, Tensors in, const Tensor&) const override {
        return reciprocal(in[0] * std::numbers::ln2);
    }
};

// log x / log 10; 1 / (x log 10)
struct Log10 final : FloatingOp {
    std::string_view name() const noexcept override { return "log10"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(
            in[0].dtype, [](float x) { return vector::log10(x); },
            [](double x) { return std::log10(x); });
    }
    Tensor partial(int, Tensors in, const Tensor&) const override {
        return reciprocal(in[0] * std::numbers::ln10);
    }
};

// √x; 1 / (2 √x)
struct Sqrt final : FloatingOp {
    std::string_view name() const noexcept override { return "sqrt"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(in[0].dtype, [](auto x) { return std::sqrt(x); });
    }
    Tensor partial(int, Tensors, const Tensor& out) const override { return 0.5 / out; }
};

// 1 / √x; -1 / (2 x √x)
struct Rsqrt final : FloatingOp {
    std::string_view name() const noexcept override { return "rsqrt"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(in[0].dtype, [](auto x) { return 1 / std::sqrt(x); });
    }
    Tensor partial(int, Tensors in, const Tensor& out) const override { return -0.5 * out / in[0]; }
};

// |x|; sign x
struct Abs final : NumericOp, Recomputable {
    std::string_view name() const noexcept override { return "abs"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::numeric(in[0].dtype, [](auto x) { return magnitude(x); });
    }
    Tensor partial(int, Tensors in, const Tensor&) const override { return sign(in[0]); }
};

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

// ⌊x⌋; 0
struct Floor final : FloatingOp {
    std::string_view name() const noexcept override { return "floor"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(in[0].dtype, [](auto x) { return std::floor(x); });
    }
    Tensor partial(int, Tensors, const Tensor&) const override { return Tensor(); }
};

// ⌈x⌉; 0
struct Ceil final : FloatingOp {
    std::string_view name() const noexcept override { return "ceil"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(in[0].dtype, [](auto x) { return std::ceil(x); });
    }
    Tensor partial(int, Tensors, const Tensor&) const override { return Tensor(); }
};

// the nearest integer, of two the even one; 0
struct Round final : FloatingOp {
    std::string_view name() const noexcept override { return "round"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(in[0].dtype, [](auto x) { return std::nearbyint(x); });
    }
    Tensor partial(int, Tensors, const Tensor&) const override { return Tensor(); }
};

// sin x; cos x
struct Sin final : FloatingOp {
    std::string_view name() const noexcept override { return "sin"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(
            in[0].dtype, [](float x) { return vector::turns(x); },
            [](float x) { return vector::sin(x); }, [](auto x) { return std::sin(x); });
    }
    Tensor partial(int, Tensors in, const Tensor&) const override { return cos(in[0]); }
};

// cos x; -sin x
struct Cos final : FloatingOp {
    std::string_view name() const noexcept override { return "cos"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(
            in[0].dtype, [](float x) { return vector::turns(x); },
            [](float x) { return vector::cos(x); }, [](auto x) { return std::cos(x); });
    }
    Tensor partial(int, Tensors in, const Tensor&) const override { return -sin(in[0]); }
};

// tan x; 1 + tan² x
struct Tan final : FloatingOp {
    std::string_view name() const noexcept override { return "tan"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(
            in[0].dtype, [](float x) { return vector::turns(x); },
            [](float x) { return vector::tan(x); }, [](auto x) { return std::tan(x); });
    }
    Tensor partial(int, Tensors, const Tensor& out) const override { return 1 + square(out); }
};

// arcsin x; 1 / √(1 - x²)
struct Asin final : FloatingOp {
    std::string_view name() const noexcept override { return "asin"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(
            in[0].dtype, [](float x) { return vector::asin(x); },
            [](double x) { return std::asin(x); });
    }
    Tensor partial(int, Tensors in, const Tensor&) const override {
        return rsqrt((1 - in[0]) * (1 + in[0]));
    }
};

// arccos x; -1 / √(1 - x²)
struct Acos final : FloatingOp {
    std::string_view name() const noexcept override { return "acos"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(
            in[0].dtype, [](float x) { return vector::acos(x); },
            [](double x) { return std::acos(x); });
    }
    Tensor partial(int, Tensors in, const Tensor&) const override {
        return -rsqrt((1 - in[0]) * (1 + in[0]));
    }
};

// arctan x; 1 / (1 + x²)
struct Atan final : FloatingOp {
    std::string_view name() const noexcept override { return "atan"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(
            in[0].dtype, [](float x) { return vector::atan(x); },
            [](double x) { return std::atan(x); });
    }
    Tensor partial(int, Tensors in, const Tensor&) const override {
        return reciprocal(1 + square(in[0]));
    }
};

// the angle of (x, y); x / (x² + y²), -y / (x² + y²)
struct Atan2 final : FloatingOp {
    std::string_view name() const noexcept override { return "atan2"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(in[0].dtype, [](auto y, auto x) { return std::atan2(y, x); });
    }
    Tensor partial(int i, Tensors in, const Tensor&) const override {
        return (i == 0 ? in[1] : -in[0]) / (square(in[0]) + square(in[1]));
    }
};

// sinh x; cosh x
struct Sinh final : FloatingOp {
    std::string_view name() const noexcept override { return "sinh"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(
            in[0].dtype, [](float x) { return vector::sinh(x); },
            [](double x) { return std::sinh(x); });
    }
    Tensor partial(int, Tensors in, const Tensor&) const override { return cosh(in[0]); }
};

// cosh x; sinh x
struct Cosh final : FloatingOp {
    std::string_view name() const noexcept override { return "cosh"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(
            in[0].dtype, [](float x) { return vector::cosh(x); },
            [](double x) { return std::cosh(x); });
    }
    Tensor partial(int, Tensors in, const Tensor&) const override { return sinh(in[0]); }
};

// tanh x; 1 - tanh² x
struct Tanh final : FloatingOp {
    std::string_view name() const noexcept override { return "tanh"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(in[0].dtype, [](auto x) { return vector::tanh(x); });
    }
    Tensor times_partial(int, Tensors, const Tensor& out, const Tensor& g) const override {
        return detail::tanh_gradient(out, g);
    }
};

// g (1 - y²); -2 g y, 1 - y²
struct TanhGradient final : FloatingOp, Recomputable {
    std::string_view name() const noexcept override { return "tanh_gradient"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(in[0].dtype, [](auto y, auto g) { return g * (1 - y * y); });
    }
    Tensor partial(int i, Tensors in, const Tensor&) const override {
        return i == 0 ? -2 * (in[1] * in[0]) : 1 - square(in[0]);
    }
};

// arsinh x; 1 / √(1 + x²)
struct Asinh final : FloatingOp {
    std::string_view name() const noexcept override { return "asinh"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(
            in[0].dtype, [](float x) { return vector::asinh(x); },
            [](double x) { return std::asinh(x); });
    }
    Tensor partial(int, Tensors in, const Tensor&) const override {
        return rsqrt(1 + square(in[0]));
    }
};

// arcosh x; 1 / √(x² - 1)
struct Acosh final : FloatingOp {
    std::string_view name() const noexcept override { return "acosh"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(
            in[0].dtype, [](float x) { return vector::acosh(x); },
            [](double x) { return std::acosh(x); });
    }
    Tensor partial(int, Tensors in, const Tensor&) const override {
        return rsqrt((in[0] - 1) * (in[0] + 1));
    }
};

// artanh x; 1 / (1 - x²)
struct Atanh final : FloatingOp {
    std::string_view name() const noexcept override { return "atanh"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(
            in[0].dtype, [](float x) { return vector::atanh(x); },
            [](double x) { return std::atanh(x); });
    }
    Tensor partial(int, Tensors in, const Tensor&) const override {
        return reciprocal((1 - in[0]) * (1 + in[0]));
    }
};

// 2/√π ∫₀ˣ exp(-t²) dt; 2/√π exp(-x²)
struct Erf final : FloatingOp {
    std::string_view name() const noexcept override { return "erf"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(
            in[0].dtype, [](float x) { return vector::erf(x); },
            [](double x) { return std::erf(x); });
    }
    Tensor partial(int, Tensors in, const Tensor&) const override {
        return 2 * std::numbers::inv_sqrtpi * exp(-square(in[0]));
    }
};

}  // namespace

Tensor exp(const Tensor& x) { return record(Exp{}, x); }
Tensor expm1(const Tensor& x) { return record(Expm1{}, x); }
Tensor log(const Tensor& x) { return record(Log{}, x); }
Tensor log1p(const Tensor& x) { return record(Log1p{}, x); }
Tensor log2(const Tensor& x) { return record(Log2{}, x); }
Tensor log10(const Tensor& x) { return record(Log10{}, x); }
Tensor sqrt(const Tensor& x) { return record(Sqrt{}, x); }
Tensor rsqrt(const Tensor& x) { return record(Rsqrt{}, x); }
Tensor abs(const Tensor& x) { return record(Abs{}, x); }
Tensor sign(const Tensor& x) { return record(Sign{}, x); }
Tensor floor(const Tensor& x) { return record(Floor{}, x); }
Tensor ceil(const Tensor& x) { return record(Ceil{}, x); }
Tensor round(const Tensor& x) { return record(Round{}, x); }
Tensor sin(const Tensor& x) { return record(Sin{}, x); }
Tensor cos(const Tensor& x) { return record(Cos{}, x); }
Tensor tan(const Tensor& x) { return record(Tan{}, x); }
Tensor asin(const Tensor& x) { return record(Asin{}, x); }
Tensor acos(const Tensor& x) { return record(Acos{}, x); }
Tensor atan(const Tensor& x) { return record(Atan{}, x); }
Tensor atan2(const Tensor& y, const Tensor& x) { return record(Atan2{}, y, x); }
Tensor sinh(const Tensor& x) { return record(Sinh{}, x); }
Tensor cosh(const Tensor& x) { return record(Cosh{}, x); }
Tensor tanh(const Tensor& x) { return record(Tanh{}, x); }
Tensor detail::tanh_gradient(const Tensor& y, const Tensor& g) {
    return record(TanhGradient{}, y, g);
}
Tensor asinh(const Tensor& x) { return record(Asinh{}, x); }
Tensor acosh(const Tensor& x) { return record(Acosh{}, x); }
Tensor atanh(const Tensor& x) { return record(Atanh{}, x); }
Tensor erf(const Tensor& x) { return record(Erf{}, x); }

}  // namespace shikumi

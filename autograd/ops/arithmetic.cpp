// Sums, products, powers, extremes.
#include <cmath>

#include <shikumi/autograd/kernels/vector_math.hpp>
#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/ops/detail/pointwise.hpp>
#include <shikumi/autograd/ops/detail/recomputable.hpp>
#include <shikumi/autograd/ops/detail/unary.hpp>

namespace shikumi {

namespace {

using detail::FloatingOp;
using detail::literal;
using detail::NumericOp;
using detail::Recomputable;
using detail::wrapping;
using kernels::BlockKernel;
namespace vector = kernels::math;

// a + b; 1, 1
struct Add final : NumericOp, Recomputable {
    std::string_view name() const noexcept override { return "add"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::numeric(in[0].dtype,
                                [](auto a, auto b) { return wrapping(a) + wrapping(b); });
    }
    Tensor times_partial(int, Tensors, const Tensor&, const Tensor& g) const override { return g; }
};

// a - b; 1, -1
struct Subtract final : NumericOp, Recomputable {
    std::string_view name() const noexcept override { return "subtract"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::numeric(in[0].dtype,
                                [](auto a, auto b) { return wrapping(a) - wrapping(b); });
    }
    Tensor times_partial(int i, Tensors, const Tensor&, const Tensor& g) const override {
        return i == 0 ? g : -g;
    }
};

// a b; b, a
struct Multiply final : NumericOp, Recomputable {
    std::string_view name() const noexcept override { return "multiply"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::numeric(in[0].dtype,
                                [](auto a, auto b) { return wrapping(a) * wrapping(b); });
    }
    Tensor partial(int i, Tensors in, const Tensor&) const override { return in[i == 0 ? 1 : 0]; }
};

// a / b; 1 / b, -(a / b) / b
struct Divide final : Pointwise {
    std::string_view name() const noexcept override { return "divide"; }
    Spec infer(Specs in) const override {
        if (const DType t = common_dtype(name(), in); is_integer(t))
            fail<DTypeError>(name(), "got ", in[0], " and ", in[1],
                             ", and integers have no exact quotient; cast to f32 or f64 first");
        return floating_spec(name(), in);
    }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(in[0].dtype, [](auto a, auto b) { return a / b; });
    }
    Tensor times_partial(int i, Tensors in, const Tensor& out, const Tensor& g) const override {
        return i == 0 ? g / in[1] : -(g / in[1]) * out;
    }
};

// -x; -1
struct Negative final : NumericOp, Recomputable {
    std::string_view name() const noexcept override { return "negative"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::numeric(in[0].dtype, [](auto x) { return -wrapping(x); });
    }
    Tensor times_partial(int, Tensors, const Tensor&, const Tensor& g) const override { return -g; }
};

// x²; 2 x
struct Square final : NumericOp, Recomputable {
    std::string_view name() const noexcept override { return "square"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::numeric(in[0].dtype, [](auto x) { return wrapping(x) * wrapping(x); });
    }
    Tensor partial(int, Tensors in, const Tensor&) const override { return in[0] * 2; }
};

// x w, 0 where w is 0; w, x
struct MultiplyNoNan final : FloatingOp, Recomputable {
    std::string_view name() const noexcept override { return "multiply_no_nan"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(in[0].dtype, [](auto x, auto w) { return w == 0 ? w : x * w; });
    }
    Tensor times_partial(int i, Tensors in, const Tensor&, const Tensor& g) const override {
        return i == 0 ? detail::multiply_no_nan(g, in[1]) : detail::multiply_no_nan(in[0], g);
    }
};

// aᵇ log a, 0 where aᵇ is 0; aᵇ⁻¹ (b log a + 1), aᵇ log² a
struct PowLog final : FloatingOp {
    std::string_view name() const noexcept override { return "pow_log"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(in[0].dtype, [](auto a, auto b) {
            const auto power = std::pow(a, b);
            return power == 0 ? power : power * std::log(a);
        });
    }
    Tensor times_partial(int i, Tensors in, const Tensor& out, const Tensor& g) const override;
};

// aᵇ; b aᵇ⁻¹, aᵇ log a. A factor of 0, be it b or the cotangent, makes the first 0 for any a, and
// so are all higher derivatives. The second is 0 at a = b = 0, except where the power is itself a
// part of a derivative.
struct Pow final : FloatingOp {
    explicit Pow(bool p = false) : part(p) {}
    bool operator==(const Pow&) const = default;
    std::string_view name() const noexcept override { return "pow"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(
            in[0].dtype, [](float a, float b) { return vector::pow_takes(a, b); },
            [](float a, float b) { return vector::pow(a, b); },
            [](auto a, auto b) { return std::pow(a, b); });
    }
    Tensor times_partial(int i, Tensors in, const Tensor&, const Tensor& g) const override {
        const Tensor &a = in[0], &b = in[1];
        if (i == 0) return detail::multiply_no_nan(record(Pow(true), a, b - 1), b * g);
        const Tensor slope = detail::multiply_no_nan(record(PowLog{}, a, b), g);
        return part ? slope : where(logical_and(equal(a, 0), equal(b, 0)), 0, slope);
    }

    bool part;
};

Tensor PowLog::times_partial(int i, Tensors in, const Tensor& out, const Tensor& g) const {
    const Tensor &a = in[0], &b = in[1];
    if (i == 1) return detail::multiply_no_nan(log(a), out * g);
    const Tensor lower = b - 1;
    return detail::multiply_no_nan(record(PowLog{}, a, lower), b * g) +
           detail::multiply_no_nan(record(Pow(true), a, lower), g);
}

// g where a > b, g / 2 where a = b, else 0: the share of a in the gradient of the larger of two;
// 0, 0, the same of g
struct LargerGradient final : FloatingOp, Recomputable {
    std::string_view name() const noexcept override { return "larger_gradient"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(in[0].dtype, [](auto a, auto b, auto g) {
            return a > b ? g : a == b ? g / 2 : 0;
        });
    }
    Tensor times_partial(int i, Tensors in, const Tensor&, const Tensor& g) const override {
        return i == 2 ? record(LargerGradient{}, in[0], in[1], g) : Tensor();
    }
};
Tensor larger_gradient(const Tensor& a, const Tensor& b, const Tensor& g) {
    return record(LargerGradient{}, a, b, g);
}

// max(a, b), NaN where either is; 1 for the larger
struct Maximum final : NumericOp, Recomputable {
    std::string_view name() const noexcept override { return "maximum"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::numeric(in[0].dtype,
                                [](auto a, auto b) { return a > b || a != a ? a : b; });
    }
    Tensor times_partial(int i, Tensors in, const Tensor&, const Tensor& g) const override {
        return i == 0 ? larger_gradient(in[0], in[1], g) : larger_gradient(in[1], in[0], g);
    }
};

// min(a, b), NaN where either is; 1 for the smaller
struct Minimum final : NumericOp, Recomputable {
    std::string_view name() const noexcept override { return "minimum"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::numeric(in[0].dtype,
                                [](auto a, auto b) { return a < b || a != a ? a : b; });
    }
    Tensor times_partial(int i, Tensors in, const Tensor&, const Tensor& g) const override {
        return i == 0 ? larger_gradient(in[1], in[0], g) : larger_gradient(in[0], in[1], g);
    }
};

// min(max(x, low), high); 1 inside, borders included
struct Clip final : NumericOp, Recomputable {
    std::string_view name() const noexcept override { return "clip"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::numeric(in[0].dtype, [](auto x, auto low, auto high) {
            const auto raised = x < low || low != low ? low : x;
            return raised > high || high != high ? high : raised;
        });
    }
    Tensor times_partial(int i, Tensors in, const Tensor& out, const Tensor& g) const override {
        if (i == 0) return where(equal(in[0], out), g, 0);
        const Tensor &x = in[0], &low = in[1], &high = in[2];
        return where(
            i == 1 ? logical_and(x < low, equal(low, out)) : logical_or(x > high, low > high), g,
            0);
    }
};

// aᵇ of integers, by squares
Tensor integer_power(const Tensor& a, Scalar b) {
    const auto exponent = literal("pow", b, a.dtype()).item<std::int64_t>();
    if (exponent < 0)
        fail<ValueError>("pow", "integers have no power of ", exponent,
                         "; cast to f32 or f64 first");
    Tensor power = ones_like(a), squares = a;
    for (std::int64_t left = exponent; left != 0; left /= 2) {
        if (left % 2 != 0) power = power * squares;
        if (left > 1) squares = square(squares);
    }
    return power;
}

}  // namespace

Tensor operator+(const Tensor& a, const Tensor& b) { return record(Add{}, a, b); }
Tensor operator+(const Tensor& a, Scalar b) { return a + literal("add", b, a.dtype()); }
Tensor operator+(Scalar a, const Tensor& b) { return literal("add", a, b.dtype()) + b; }

Tensor operator-(const Tensor& a, const Tensor& b) { return record(Subtract{}, a, b); }
Tensor operator-(const Tensor& a, Scalar b) { return a - literal("subtract", b, a.dtype()); }
Tensor operator-(Scalar a, const Tensor& b) { return literal("subtract", a, b.dtype()) - b; }

Tensor operator*(const Tensor& a, const Tensor& b) { return record(Multiply{}, a, b); }
Tensor operator*(const Tensor& a, Scalar b) { return a * literal("multiply", b, a.dtype()); }
Tensor operator*(Scalar a, const Tensor& b) { return literal("multiply", a, b.dtype()) * b; }

Tensor operator/(const Tensor& a, const Tensor& b) { return record(Divide{}, a, b); }
Tensor operator/(const Tensor& a, Scalar b) { return a / literal("divide", b, a.dtype()); }
Tensor operator/(Scalar a, const Tensor& b) { return literal("divide", a, b.dtype()) / b; }

Tensor operator-(const Tensor& x) { return record(Negative{}, x); }
Tensor square(const Tensor& x) { return record(Square{}, x); }
Tensor reciprocal(const Tensor& t) {
    return detail::unary<"reciprocal">(
        t, [](auto v) { return 1 / v; }, [](auto&, auto& y) { return -square(y); });
}

Tensor detail::multiply_no_nan(const Tensor& x, const Tensor& w) {
    return record(MultiplyNoNan{}, x, w);
}

Tensor pow(const Tensor& a, const Tensor& b) { return record(Pow(), a, b); }
Tensor pow(const Tensor& a, Scalar b) {
    if (is_integer(a.dtype())) return integer_power(a, b);
    if (is_floating(a.dtype()) && b.to<double>() == 2) return square(a);
    return pow(a, literal("pow", b, a.dtype()));
}
Tensor pow(Scalar a, const Tensor& b) { return pow(literal("pow", a, b.dtype()), b); }

Tensor maximum(const Tensor& a, const Tensor& b) { return record(Maximum{}, a, b); }
Tensor maximum(const Tensor& a, Scalar b) { return maximum(a, literal("maximum", b, a.dtype())); }
Tensor minimum(const Tensor& a, const Tensor& b) { return record(Minimum{}, a, b); }
Tensor maximum(Scalar a, const Tensor& b) { return maximum(literal("maximum", a, b.dtype()), b); }
Tensor minimum(const Tensor& a, Scalar b) { return minimum(a, literal("minimum", b, a.dtype())); }
Tensor minimum(Scalar a, const Tensor& b) { return minimum(literal("minimum", a, b.dtype()), b); }

Tensor clip(const Tensor& x, const Tensor& low, const Tensor& high) {
    return record(Clip{}, x, low, high);
}
Tensor clip(const Tensor& x, const Tensor& low, Scalar high) {
    return clip(x, low, literal("clip", high, x.dtype()));
}
Tensor clip(const Tensor& x, Scalar low, const Tensor& high) {
    return clip(x, literal("clip", low, x.dtype()), high);
}
Tensor clip(const Tensor& x, Scalar low, Scalar high) {
    const Tensor lower = literal("clip", low, x.dtype()), upper = literal("clip", high, x.dtype());
    const bool ordered = is_floating(x.dtype())
                             ? low.to<double>() <= high.to<double>()
                             : lower.item<std::int64_t>() <= upper.item<std::int64_t>();
    if (!ordered)
        fail<ValueError>("clip", "the lower border ", to_string(low), " lies above the upper, ",
                         to_string(high));
    return clip(x, lower, upper);
}

}  // namespace shikumi

// Sums, products, powers, extremes.
#include <cmath>

#include <shikumi/autograd/kernels/vector_math.hpp>
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
    Tensor partial(int i, Tensors in, const Tensor& out) const override {
        return i == 0 ? reciprocal(in[1]) : -out / in[1];
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

// aᵇ; b aᵇ⁻¹, aᵇ log a. The first is 0 for b = 0 and any a, the second for a = 0, and so are all
// higher derivatives.
struct Pow final : FloatingOp {
    std::string_view name() const noexcept override { return "pow"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(
            in[0].dtype, [](float a, float b) { return vector::pow_takes(a, b); },
            [](float a, float b) { return vector::pow(a, b); },
            [](auto a, auto b) { return std::pow(a, b); });
    }
    Tensor partial(int i, Tensors in, const Tensor& out) const override {
        const Tensor& a = in[0];
        const Tensor& b = in[1];
        if (i == 0) return b * pow(a, where(equal(b, 0), 0, b - 1));
        const Tensor zero = equal(a, 0);
        return where(zero, 0, out * log(where(zero, 1, a)));
    }
};

// 1 where a > b, ½ where a = b, else 0: the share of a in the gradient of the larger of two
struct Wins final : FloatingOp, Recomputable {
    std::string_view name() const noexcept override { return "wins"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(in[0].dtype, [](auto a, auto b) {
            return a > b ? 1 : a == b ? 0.5f : 0;
        });
    }
    Tensor partial(int, Tensors, const Tensor&) const override { return {}; }
};

// max(a, b), NaN where either is; 1 for the larger
struct Maximum final : NumericOp, Recomputable {
    std::string_view name() const noexcept override { return "maximum"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::numeric(in[0].dtype,
                                [](auto a, auto b) { return a > b || a != a ? a : b; });
    }
    Tensor partial(int i, Tensors in, const Tensor&) const override {
        return i == 0 ? record(Wins{}, in[0], in[1]) : record(Wins{}, in[1], in[0]);
    }
};

// min(a, b), NaN where either is; 1 for the smaller
struct Minimum final : NumericOp, Recomputable {
    std::string_view name() const noexcept override { return "minimum"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::numeric(in[0].dtype,
                                [](auto a, auto b) { return a < b || a != a ? a : b; });
    }
    Tensor partial(int i, Tensors in, const Tensor&) const override {
        return i == 0 ? record(Wins{}, in[1], in[0]) : record(Wins{}, in[0], in[1]);
    }
};

// 1 where low <= x <= high, else 0
struct Inside final : FloatingOp, Recomputable {
    std::string_view name() const noexcept override { return "inside"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(
            in[0].dtype, [](auto x, auto low, auto high) { return low <= x && x <= high ? 1 : 0; });
    }
    Tensor partial(int, Tensors, const Tensor&) const override { return {}; }
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
    Tensor partial(int i, Tensors in, const Tensor&) const override {
        if (i == 0) return record(Inside{}, in[0], in[1], in[2]);
        return cast(i == 1 ? in[0] < in[1] : in[0] > in[2], in[0].dtype());
    }
};

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

Tensor pow(const Tensor& a, const Tensor& b) { return record(Pow{}, a, b); }
Tensor pow(const Tensor& a, Scalar b) {
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

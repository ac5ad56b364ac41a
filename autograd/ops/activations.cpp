// Activation functions. Few are operations; the others are compositions, which fuse into one loop
// anyway.
#include <cmath>
#include <limits>
#include <numbers>
#include <type_traits>

#include <shikumi/autograd/kernels/vector_math.hpp>
#include <shikumi/autograd/ops/detail/dtype_checks.hpp>
#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/ops/detail/normal.hpp>
#include <shikumi/autograd/ops/detail/pointwise.hpp>
#include <shikumi/autograd/ops/detail/recomputable.hpp>
#include <shikumi/autograd/ops/detail/unary.hpp>

namespace shikumi {

namespace {

using detail::FloatingOp;
using detail::NumericOp;
using detail::Recomputable;
using detail::want_floating;
using kernels::BlockKernel;
namespace vector = kernels::math;

// σ(x) = 1 / (1 + e⁻ˣ); σ(x) σ(-x), which the rounded σ(x) does not tell. An overflow of e⁻ˣ gives
// the right 0.
struct Sigmoid final : FloatingOp {
    std::string_view name() const noexcept override { return "sigmoid"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(in[0].dtype, [](auto x) { return vector::sigmoid(x); });
    }
    Tensor times_partial(int, Tensors in, const Tensor&, const Tensor& g) const override {
        return detail::sigmoid_gradient(in[0], g);
    }
};

// out = g σ(x) σ(-x); -out tanh(x/2), σ(x) σ(-x)
struct SigmoidGradient final : FloatingOp {
    std::string_view name() const noexcept override { return "sigmoid_gradient"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating_arrays(
            in[0].dtype, [](auto x, auto g) { return g * vector::sigmoid_slope(x); });
    }
    Tensor times_partial(int i, Tensors in, const Tensor& out, const Tensor& g) const override {
        return i == 0 ? -(out * tanh(in[0] * 0.5)) * g : detail::sigmoid_gradient(in[0], g);
    }
};

// max(0, x); 1 where x > 0, else 0: the sign of the result
struct Relu final : NumericOp, Recomputable {
    std::string_view name() const noexcept override { return "relu"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::numeric(in[0].dtype, [](auto x) { return x < 0 ? 0 : x; });
    }
    Tensor times_partial(int, Tensors, const Tensor& out, const Tensor& g) const override {
        return detail::relu_gradient(out, g);
    }
};

// g where y > 0, else 0; 0, 1 where y > 0
struct ReluGradient final : FloatingOp, Recomputable {
    std::string_view name() const noexcept override { return "relu_gradient"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating_arrays(in[0].dtype, [](auto y, auto g) { return y > 0 ? g : 0; });
    }
    Tensor times_partial(int i, Tensors in, const Tensor&, const Tensor& g) const override {
        return i == 0 ? Tensor() : detail::relu_gradient(in[0], g);
    }
};

// min(max(0, x), 6); 1 where 0 < x < 6, else 0
struct Relu6 final : FloatingOp, Recomputable {
    std::string_view name() const noexcept override { return "relu6"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(in[0].dtype, [](auto x) { return x < 0 ? 0 : x > 6 ? 6 : x; });
    }
    Tensor times_partial(int, Tensors, const Tensor& out, const Tensor& g) const override {
        return detail::relu_gradient(out * (6 - out), g);
    }
};

// x where x > 0, else α (eˣ - 1); 1 where x > 0, else α eˣ, and by α: eˣ - 1 where x < 0
struct Elu final : FloatingOp {
    std::string_view name() const noexcept override { return "elu"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(
            in[0].dtype, [](auto x, auto alpha) { return x > 0 ? x : alpha * vector::expm1(x); });
    }
    Tensor times_partial(int i, Tensors in, const Tensor&, const Tensor& g) const override {
        const Tensor above = in[0] > 0, below = where(above, 0, in[0]);
        return i == 0 ? where(above, g, exp(below) * in[1] * g) : where(above, 0, expm1(below) * g);
    }
};

// Beyond ±1000 every function here has its limit for a value and 0 for a slope: as a factor of
// slopes, this differs from x only where ∞ · 0 would.
Tensor held(const Tensor& x) { return clip(x, -1000, 1000); }

// s(x) = σ(v) for v = √(8/π) (x + 0.044715 x³), which is close to Φ(x); s(x) s(-x) dv/dx. The
// rounding error of v would be that of eᵛ, hence the wider type.
Tensor normal_cdf_by_tanh(const Tensor& x) {
    constexpr double slope = 2 * std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
    return detail::unary<"normal_cdf_by_tanh">(
        x,
        [](auto t) {
            using T = decltype(t);
            using Wide = std::conditional_t<std::is_same_v<T, float>, double, long double>;
            constexpr Wide root = 1.595769121605730711759784920535L;  // √(8/π)
            const Wide a = std::abs(t) > 30 ? T{30} : std::abs(t);    // σ is 0 or 1 there
            const Wide v = root * (a + Wide(0.044715L) * (a * a * a));
            const T high = static_cast<T>(v), low = static_cast<T>(v - high);
            const T e = vector::exp(-high), tail = e - e * low;
            return (t < 0 ? tail : 1) / (1 + tail);
        },
        [](auto& t, auto& y) {
            return y * normal_cdf_by_tanh(-t) * (slope + 3 * 0.044715 * slope * square(held(t)));
        });
}

// With e = exp(-|x|), tanh(softplus(x)) = n / (n + d), and its slope 4 (e + e²) / (n + d)² for x <
// 0 or 4 (e² + e³) / (n + d)², where n = e² + 2 e and d = 2 for x < 0, else n = 1 + 2 e and d = 2
// e².
template <bool slope>
struct MishGate {
    double operator()(double x) const {
        const double e = vector::exp(-std::abs(x)), square = e * e;
        const double n = x < 0 ? square + 2 * e : 1 + 2 * e, all = n + (x < 0 ? 2 : 2 * square);
        return slope ? 4 * (x < 0 ? e : square) * (1 + e) / (all * all) : n / all;
    }
    float operator()(float x) const { return static_cast<float>((*this)(static_cast<double>(x))); }
};

// t' for t = tanh(softplus(x)); t' (σ(-x) - 2 t σ(x))
Tensor mish_gate(const Tensor& x);
Tensor mish_gate_slope(const Tensor& x) {
    return detail::unary<"mish_gate_slope">(x, MishGate<true>{}, [](auto& t, auto& y) {
        return y * (sigmoid(-t) - 2 * mish_gate(t) * sigmoid(t));
    });
}

// t = tanh(softplus(x)); t'
Tensor mish_gate(const Tensor& x) {
    return detail::unary<"mish_gate">(x, MishGate<false>{},
                                      [](auto& t, auto&) { return mish_gate_slope(t); });
}

// x s for a gate s, 0 where s is 0 even if x is infinite; s, x
struct Gated final : FloatingOp, Recomputable {
    std::string_view name() const noexcept override { return "gated"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating_arrays(in[0].dtype,
                                        [](auto x, auto s) { return s > 0 ? x * s : s; });
    }
    Tensor partial(int i, Tensors in, const Tensor&) const override {
        return i == 0 ? in[1] : held(in[0]);
    }
};
Tensor gated(const Tensor& x, const Tensor& gate) { return record(Gated{}, x, gate); }

// y = relu(x) + b/2 / (r + |x|) for r = √(x² + b), which is (x + r)/2 without its differences;
// y/r, and by b: 1/(4 r). Far out the slope has its limits, while r would be infinite.
struct Squareplus final : FloatingOp {
    std::string_view name() const noexcept override { return "squareplus"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(in[0].dtype, [](auto x, auto b) {
            const auto a = std::abs(x);
            return (x < 0 ? 0 : x) + b / 2 / (std::sqrt(x * x + b) + a);
        });
    }
    Tensor partial(int i, Tensors in, const Tensor&) const override {
        const Tensor root = sqrt(square(clip(in[0], -1e15, 1e15)) + in[1]);
        return i == 0 ? record(Squareplus{}, minimum(in[0], 1e15), in[1]) / root : 0.25 / root;
    }
};

void want_positive(std::string_view op, std::string_view what, double value) {
    if (!(value > 0)) fail<ValueError>(op, what, " must be positive, got ", value);
}

void want_threshold(std::string_view op, double value) {
    if (!(value >= 0)) fail<ValueError>(op, "the threshold must not be negative, got ", value);
}

}  // namespace

Tensor sigmoid(const Tensor& x) { return record(Sigmoid{}, x); }
Tensor log_sigmoid(const Tensor& x) {
    want_floating("log_sigmoid", x.spec());
    return -softplus(-x);
}
Tensor detail::sigmoid_gradient(const Tensor& x, const Tensor& g) {
    return record(SigmoidGradient{}, x, g);
}
Tensor relu(const Tensor& x) { return record(Relu{}, x); }
Tensor detail::relu_gradient(const Tensor& y, const Tensor& g) {
    return record(ReluGradient{}, y, g);
}
Tensor relu6(const Tensor& x) { return record(Relu6{}, x); }
Tensor activations::leaky_relu(const Tensor& x) { return shikumi::leaky_relu(x, 0.2); }
Tensor activations::elu(const Tensor& x) { return shikumi::elu(x, 1.0); }
Tensor activations::gelu(const Tensor& x) { return shikumi::gelu(x, false); }
Tensor leaky_relu(const Tensor& x, double negative_slope) {
    want_floating("leaky_relu", x.spec());
    if (negative_slope == 0) return relu(x);
    return where(x > 0, x, x * negative_slope);
}
Tensor elu(const Tensor& x, double alpha) {
    want_floating("elu", x.spec());
    return record(Elu{}, x, scalar(alpha, x.dtype()));
}

Tensor activations::celu(const Tensor& x) { return shikumi::celu(x, 1.0); }
Tensor celu(const Tensor& x, double alpha) {
    want_floating("celu", x.spec());
    want_positive("celu", "alpha", alpha);
    const Tensor above = x > 0;
    return where(above, x, alpha * expm1(where(above, 0, x) / alpha));
}

Tensor selu(const Tensor& x) {
    want_floating("selu", x.spec());
    constexpr double scale = 1.0507009873554804934, alpha = 1.6732632423543772848;
    return scale * where(x < 0, elu(x, alpha), x);
}

// The density of the normal distribution, φ(x) = exp(-x²/2) / √(2π); -x φ(x)
Tensor detail::normal_density(const Tensor& x) {
    return detail::unary<"normal_density">(
        x, [](auto v) { return vector::normal_density(v); },
        [](auto& t, auto& y) { return -held(t) * y; });
}

// The normal distribution function Φ(x); φ(x)
Tensor ndtr(const Tensor& x) {
    return detail::unary<"ndtr">(
        x, [](auto v) { return vector::normal_cdf(v); },
        [](auto& t, auto&) { return detail::normal_density(t); });
}

Tensor gelu(const Tensor& x, Boolean approximate) {
    want_floating("gelu", x.spec());
    return gated(x, approximate ? normal_cdf_by_tanh(x) : ndtr(x));
}

Tensor silu(const Tensor& x) {
    want_floating("silu", x.spec());
    return gated(x, sigmoid(x));
}
Tensor softplus(const Tensor& t) {
    return detail::unary<"softplus">(
        t, [](auto v) { return vector::softplus(v); }, [](auto& x, auto&) { return sigmoid(x); });
}
Tensor softsign(const Tensor& t) {
    return detail::unary<"softsign">(
        t,
        [](auto v) {
            const auto a = std::abs(v);
            return a > std::numeric_limits<decltype(v)>::max() ? std::copysign(decltype(v){1}, v)
                                                               : v / (1 + a);
        },
        [](auto& x, auto&) { return square(reciprocal(1 + abs(x))); });
}
Tensor mish(const Tensor& x) {
    want_floating("mish", x.spec());
    return gated(x, mish_gate(x));
}
Tensor activations::squareplus(const Tensor& x) { return shikumi::squareplus(x, 4.0); }
Tensor squareplus(const Tensor& x, double b) {
    want_floating("squareplus", x.spec());
    want_positive("squareplus", "b", b);
    return record(Squareplus{}, x, scalar(b, x.dtype()));
}
Tensor sparse_plus(const Tensor& x) {
    want_floating("sparse_plus", x.spec());
    const Tensor above = x >= 1;
    return where(above, x, square(relu(where(above, 0, x) + 1)) * 0.25);
}
Tensor sparse_sigmoid(const Tensor& x) {
    want_floating("sparse_sigmoid", x.spec());
    return relu6(3 * x + 3) / 6;
}
Tensor hard_sigmoid(const Tensor& x) {
    want_floating("hard_sigmoid", x.spec());
    return clip(0.2 * x + 0.5, 0, 1);
}
Tensor hard_sigmoid6(const Tensor& x) {
    want_floating("hard_sigmoid6", x.spec());
    return relu6(x + 3) / 6;
}
Tensor hard_silu(const Tensor& x) {
    want_floating("hard_silu", x.spec());
    return gated(x, hard_sigmoid6(x));
}
Tensor hard_tanh(const Tensor& x) {
    want_floating("hard_tanh", x.spec());
    return clip(x, -1, 1);
}

Tensor activations::hard_shrink(const Tensor& x) { return shikumi::hard_shrink(x, 0.5); }
Tensor hard_shrink(const Tensor& x, double threshold) {
    want_floating("hard_shrink", x.spec());
    want_threshold("hard_shrink", threshold);
    return where(abs(x) <= threshold, 0, x);
}
Tensor activations::soft_shrink(const Tensor& x) { return shikumi::soft_shrink(x, 0.5); }
Tensor soft_shrink(const Tensor& x, double threshold) {
    want_floating("soft_shrink", x.spec());
    want_threshold("soft_shrink", threshold);
    return x - clip(x, -threshold, threshold);
}
Tensor tanh_shrink(const Tensor& t) {
    return detail::unary<"tanh_shrink">(
        t, [](auto v) { return v - vector::tanh(v); },
        [](auto& x, auto&) { return square(tanh(x)); });
}
Tensor threshold(const Tensor& x, double limit, double otherwise) {
    want_floating("threshold", x.spec());
    return where(x <= limit, otherwise, x);
}

Tensor activations::glu(const Tensor& x) { return shikumi::glu(x, -1); }
Tensor glu(const Tensor& x, Integer axis) {
    want_floating("glu", x.spec());
    const int at = normalize_axis("glu", axis, x.rank());
    if (x.shape()[at] % 2 != 0)
        fail<ShapeError>("glu", "wants two halves, got axis ", at, " of ", x.shape());
    const std::vector<Tensor> halves = split(x, 2, at);
    return gated(halves[0], sigmoid(halves[1]));
}

}  // namespace shikumi

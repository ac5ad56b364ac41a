// Activation functions. Few are operations; the others are compositions, which fuse into one loop
// anyway.
#include <numbers>

#include <shikumi/autograd/kernels/vector_math.hpp>
#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/ops/detail/pointwise.hpp>
#include <shikumi/autograd/ops/detail/recomputable.hpp>
#include <shikumi/autograd/ops/detail/unary.hpp>

namespace shikumi {

namespace {

using detail::FloatingOp;
using detail::NumericOp;
using detail::Recomputable;
using kernels::BlockKernel;
namespace vector = kernels::math;

// σ(x) = 1 / (1 + e⁻ˣ); σ (1 - σ). An overflow of e⁻ˣ gives the right 0.
struct Sigmoid final : FloatingOp {
    std::string_view name() const noexcept override { return "sigmoid"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(in[0].dtype, [](auto x) { return vector::sigmoid(x); });
    }
    Tensor times_partial(int, Tensors, const Tensor& out, const Tensor& g) const override {
        return detail::sigmoid_gradient(out, g);
    }
};

// g y (1 - y); g (1 - 2 y), y (1 - y)
struct SigmoidGradient final : FloatingOp, Recomputable {
    std::string_view name() const noexcept override { return "sigmoid_gradient"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(in[0].dtype, [](auto y, auto g) { return g * (y * (1 - y)); });
    }
    Tensor partial(int i, Tensors in, const Tensor&) const override {
        return i == 0 ? in[1] * (1 - 2 * in[0]) : in[0] * (1 - in[0]);
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
        return kernels::floating(in[0].dtype, [](auto y, auto g) { return y > 0 ? g : 0; });
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
    Tensor partial(int, Tensors, const Tensor& out) const override { return sign(out * (6 - out)); }
};

// x where x > 0, else α (eˣ - 1); 1 where x > 0, else α eˣ, and by α: eˣ - 1 where x < 0
struct Elu final : FloatingOp {
    std::string_view name() const noexcept override { return "elu"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating(
            in[0].dtype, [](auto x, auto alpha) { return x > 0 ? x : alpha * vector::expm1(x); });
    }
    Tensor partial(int i, Tensors in, const Tensor& out) const override {
        if (i == 0) return where(in[0] > 0, 1, out + in[1]);
        return expm1(minimum(in[0], 0));
    }
};

}  // namespace

Tensor sigmoid(const Tensor& x) { return record(Sigmoid{}, x); }
Tensor log_sigmoid(const Tensor& x) { return -softplus(-x); }
Tensor detail::sigmoid_gradient(const Tensor& y, const Tensor& g) {
    return record(SigmoidGradient{}, y, g);
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
    return where(x > 0, x, x * negative_slope);
}
Tensor elu(const Tensor& x, double alpha) { return record(Elu{}, x, scalar(alpha, x.dtype())); }

Tensor selu(const Tensor& x) {
    constexpr double scale = 1.0507009873554804934, alpha = 1.6732632423543772848;
    return scale * elu(x, alpha);
}

Tensor gelu(const Tensor& x, Boolean approximate) {
    if (!approximate) return 0.5 * x * (1 + erf(x / std::numbers::sqrt2));
    constexpr double root = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;  // √(2/π)
    return 0.5 * x * (1 + tanh(root * x * (1 + 0.044715 * square(x))));
}

Tensor silu(const Tensor& x) { return x * sigmoid(x); }
Tensor softplus(const Tensor& t) {
    return detail::unary<"softplus">(
        t, [](auto v) { return vector::softplus(v); }, [](auto& x, auto&) { return sigmoid(x); });
}
Tensor softsign(const Tensor& x) { return x / (1 + abs(x)); }
Tensor mish(const Tensor& x) { return x * tanh(softplus(x)); }
Tensor hard_sigmoid(const Tensor& x) { return clip(0.2 * x + 0.5, 0, 1); }

}  // namespace shikumi

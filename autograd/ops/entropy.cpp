// Logarithms of probabilities, and products with them.
#include <cmath>
#include <limits>

#include <shikumi/autograd/kernels/vector_math.hpp>
#include <shikumi/autograd/ops/detail/scalar_kernel.hpp>

namespace shikumi {

namespace {

using detail::FloatingOp;
using kernels::BlockKernel;
namespace vector = kernels::math;

// x log y, 0 where x is 0; log y, 0 where x is 0 and y <= 0, and x / y
struct XLogY final : FloatingOp {
    std::string_view name() const noexcept override { return "xlogy"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating_arrays(in[0].dtype, [](auto x, auto y) {
            const auto product = x * vector::log(y);
            return x == 0 && y == y ? 0 : product;
        });
    }
    Tensor partial(int i, Tensors in, const Tensor&) const override {
        const Tensor &x = in[0], &y = in[1];
        return i == 0 ? where(logical_and(equal(x, 0), y <= 0), 0, log(y)) : x / y;
    }
};

// x log(1 + y), 0 where x is 0; log(1 + y), 0 where x is 0 and y <= -1, and x / (1 + y)
struct XLog1pY final : FloatingOp {
    std::string_view name() const noexcept override { return "xlog1py"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating_arrays(in[0].dtype, [](auto x, auto y) {
            const auto product = x * vector::log1p(y);
            return x == 0 && y == y ? 0 : product;
        });
    }
    Tensor partial(int i, Tensors in, const Tensor&) const override {
        const Tensor &x = in[0], &y = in[1];
        return i == 0 ? where(logical_and(equal(x, 0), y <= -1), 0, log1p(y)) : x / (1 + y);
    }
};

// σ(a - b), the share of a in log(eᵃ + eᵇ); its product with the share of b, and minus that. The
// rounding error of the difference would be that of the exponential, hence its rest.
struct ExpShare final : FloatingOp {
    std::string_view name() const noexcept override { return "exp_share"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating_arrays(in[0].dtype, [](auto a, auto b) {
            using T = decltype(a);
            const T d = a - b, part = d - a;
            const T lost = (a - (d - part)) - (b + part);
            const T rest = std::abs(d) <= std::numeric_limits<T>::max() ? lost : 0;
            const T q = vector::exp(-std::abs(d)) * (1 - (d < 0 ? -rest : rest));
            return (d < 0 ? q : d != d ? d : 1) / (1 + q);
        });
    }
    Tensor partial(int i, Tensors in, const Tensor& y) const override {
        const Tensor slope = y * record(ExpShare{}, in[1], in[0]);
        return i == 0 ? slope : -slope;
    }
};

// log(eᵃ + eᵇ); σ(a - b), σ(b - a)
struct LogAddExp final : FloatingOp {
    std::string_view name() const noexcept override { return "logaddexp"; }
    BlockKernel kernel(Specs in) const override {
        return kernels::floating_arrays(in[0].dtype, [](auto a, auto b) {
            using T = decltype(a);
            const T larger = a > b || a != a ? a : b;
            const T distance = a == b ? 0 : std::abs(a - b);
            return larger + vector::log1p(vector::exp(-distance));
        });
    }
    Tensor partial(int i, Tensors in, const Tensor&) const override {
        return i == 0 ? record(ExpShare{}, in[0], in[1]) : record(ExpShare{}, in[1], in[0]);
    }
};

// log(x / (1 - x)) without a difference of nearly equal logarithms. Where denormal numbers count as
// 0, those of long double don't.
double log_odds(double x) {
    if (std::abs(x - 0.5) < 0.25) return 2 * std::atanh(2 * x - 1);
    const long double w = x;
    return static_cast<double>(std::log(w) - std::log1p(-w));
}

}  // namespace

Tensor logit(const Tensor& x) {
    return detail::special<"logit", log_odds>(
        x, [](auto& t, auto&) { return reciprocal(t * (1 - t)); });
}
Tensor entr(const Tensor& x) {
    return detail::unary<"entr">(
        x,
        [](auto v) {
            using T = decltype(v);
            const T inside = v == 0 ? 0 : -v * vector::log(v);
            return v < 0 ? -std::numeric_limits<T>::infinity() : inside;
        },
        [](auto& t, auto&) { return -1 - log(t); });
}
Tensor xlogy(const Tensor& x, const Tensor& y) { return record(XLogY{}, x, y); }
Tensor xlog1py(const Tensor& x, const Tensor& y) { return record(XLog1pY{}, x, y); }
Tensor logaddexp(const Tensor& a, const Tensor& b) { return record(LogAddExp{}, a, b); }

}  // namespace shikumi

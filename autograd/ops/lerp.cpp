// Compiled with -ffp-contract=off: the optimisers' fused loops round after the product, too.
#include <shikumi/autograd/kernels/lerp.hpp>
#include <shikumi/autograd/ops/detail/averages.hpp>
#include <shikumi/autograd/ops/detail/pointwise.hpp>
#include <shikumi/autograd/ops/detail/recomputable.hpp>

namespace shikumi {

namespace {

// a + (b - a) t; 1 - t, t, b - a
struct Lerp final : detail::FloatingOp, detail::Recomputable {
    std::string_view name() const noexcept override { return "lerp"; }
    kernels::BlockKernel kernel(Specs in) const override {
        return kernels::floating(in[0].dtype,
                                 [](auto a, auto b, auto t) { return kernels::lerp(a, b, t); });
    }
    Tensor partial(int i, Tensors in, const Tensor&) const override {
        if (i == 0) return 1 - in[2];
        return i == 1 ? in[2] : in[1] - in[0];
    }
};

// a + (b - a) t; 1 - t, t, b - a
struct MovingAverage final : detail::FloatingOp, detail::Recomputable {
    std::string_view name() const noexcept override { return "moving_average"; }
    kernels::BlockKernel kernel(Specs in) const override {
        return kernels::floating(in[0].dtype,
                                 [](auto a, auto b, auto t) { return a + (b - a) * t; });
    }
    Tensor partial(int i, Tensors in, const Tensor&) const override {
        if (i == 0) return 1 - in[2];
        return i == 1 ? in[2] : in[1] - in[0];
    }
};

}  // namespace

Tensor detail::moving_average(const Tensor& a, const Tensor& b, const Tensor& t) {
    return record(MovingAverage{}, a, b, t);
}
Tensor detail::moving_average(const Tensor& a, const Tensor& b, double t) {
    return moving_average(a, b, literal("moving_average", t, a.dtype()));
}
Tensor lerp(const Tensor& a, const Tensor& b, const Tensor& t) { return record(Lerp{}, a, b, t); }
Tensor lerp(const Tensor& a, const Tensor& b, Scalar t) {
    return lerp(a, b, detail::literal("lerp", t, a.dtype()));
}

}  // namespace shikumi

// Running sums, products and extremes.
#include <limits>

#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/kernels/cumulative.hpp>
#include <shikumi/autograd/ops/detail/attributes.hpp>
#include <shikumi/autograd/ops/detail/dtype_checks.hpp>
#include <shikumi/autograd/ops/detail/recurrence.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace {

using detail::AlongDirection;

// out[i] = Σ x up to i, or from i on; g likewise, the other way round
struct CumulativeSum final : Multilinear, AlongDirection {
    CumulativeSum(int a, bool b) : AlongDirection{{a}, b} {}
    bool operator==(const CumulativeSum&) const = default;
    std::string_view name() const noexcept override { return "cumsum"; }
    Spec infer(Specs in) const override {
        return {in[0].shape, is_floating(in[0].dtype) ? in[0].dtype : i64};
    }
    void eval(ConstViews in, View out) const override {
        kernels::cumulative_sum(backwards, in[0], axis, out);
    }
    double flops(Specs in, const Spec&) const noexcept override {
        return static_cast<double>(in[0].size());
    }
    Tensor adjoint(int, Tensors, const Tensor& g) const override {
        return record(CumulativeSum(axis, !backwards), g);
    }
    Tensor batched(const MappedInputs& in) const override {
        return record(CumulativeSum(axis + 1, backwards), in[0]);
    }
};

// out[i] = the position of the last largest (or smallest) element up to i; a constant
struct CumulativeArg final : General {
    CumulativeArg(bool l, int a) : largest(l), axis(a) {}
    bool operator==(const CumulativeArg&) const = default;
    std::string_view name() const noexcept override { return largest ? "cumargmax" : "cumargmin"; }
    Spec infer(Specs in) const override { return {in[0].shape, i64}; }
    void eval(ConstViews in, View out) const override {
        kernels::cumulative_arg(largest, in[0], axis, out);
    }
    Tensor vjp(int, Tensors, const Tensor&, const Tensor&) const override { return {}; }
    Tensor batched(const MappedInputs& in) const override {
        return record(CumulativeArg(largest, axis + 1), in[0]);
    }

    bool largest;
    int axis;
};

// out[i] = log Σ exp x up to i, along each row of (m, n), that is log(exp out[i-1] + exp x[i]). So
// its tangent is the recurrence t[i] = exp(out[i-1] - out[i]) t[i-1] + exp(x[i] - out[i]) dx[i],
// whose factors lie between 0 and 1, and the gradient the same backwards.
struct LogCumulativeSumExp final : General {
    std::string_view name() const noexcept override { return "logcumsumexp"; }
    Spec infer(Specs in) const override { return in[0]; }
    void eval(ConstViews in, View out) const override {
        kernels::log_cumulative_sum_exp(in[0], out);
    }
    double flops(Specs in, const Spec&) const noexcept override {
        return 3 * static_cast<double>(in[0].size());
    }
    Tensor vjp(int, Tensors in, const Tensor& out, const Tensor& g) const override {
        const Tensor from = above(out);
        return detail::linear_recurrence({.backwards = true}, kept(out, from), g) *
               exp(in[0] - from);
    }
    Tensor jvp(Tensors in, const Tensor& out, Tensors tangents) const override {
        const Tensor from = above(out);
        return detail::linear_recurrence({}, kept(out, from), exp(in[0] - from) * tangents[0]);
    }
    Tensor batched(const MappedInputs& in) const override {
        return in.parted(record(LogCumulativeSumExp{}, in.joined(0)));
    }

    // out, and 0 where nothing but -∞ was added up: exp(-∞ - 0) is 0.
    static Tensor above(const Tensor& out) {
        return where(equal(out, -std::numeric_limits<double>::infinity()), 0, out);
    }
    // exp(out[i-1] - out[i])
    static Tensor kept(const Tensor& out, const Tensor& from) {
        return exp(slice(out, 1, {.stop = out.shape()[1] - 1}) - slice(from, 1, {.start = 1}));
    }
};

// Along which axis of which tensor: the flattened one where there is none.
struct Line {
    Line(std::string_view op, const Tensor& t, std::optional<Integer> a)
        : x(a ? t : flatten(t)), axis(a ? normalize_axis(op, *a, t.rank()) : 0) {}

    // f of the tensor as rows (m, n) along the axis, in the tensor's shape.
    template <class F>
    Tensor by_rows(F f) const {
        if (x.size() == 0) return x;
        const Tensor last = moveaxis(x, axis, -1);
        const Index n = last.shape().back();
        return moveaxis(reshape(f(reshape(last, Shape{x.size() / n, n})), last.shape()), -1, axis);
    }

    Tensor x;
    int axis;
};

Tensor running_extreme(bool largest, const Line& line) {
    const Tensor at = record(CumulativeArg(largest, line.axis), line.x);
    return take_along_axis(line.x, at, line.axis);
}

}  // namespace

Tensor cumsum(const Tensor& x, std::optional<Integer> axis, Boolean reverse) {
    const Line line("cumsum", x, axis);
    return record(CumulativeSum(line.axis, reverse), line.x);
}

Tensor cumprod(const Tensor& x, std::optional<Integer> axis) {
    const Line line("cumprod", is_floating(x.dtype()) ? x : cast(x, i64), axis);
    return line.by_rows(detail::running_products);
}

Tensor cummax(const Tensor& x, std::optional<Integer> axis) {
    return running_extreme(true, Line("cummax", x, axis));
}
Tensor cummin(const Tensor& x, std::optional<Integer> axis) {
    return running_extreme(false, Line("cummin", x, axis));
}

Tensor logcumsumexp(const Tensor& x, std::optional<Integer> axis) {
    detail::want_floating("logcumsumexp", x.spec());
    return Line("logcumsumexp", x, axis).by_rows([](const Tensor& rows) {
        return record(LogCumulativeSumExp{}, rows);
    });
}

}  // namespace shikumi

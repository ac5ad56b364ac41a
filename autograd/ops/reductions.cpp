// Reductions over any axes. The operations are sum, max, min, argmax, argmin, any and all; the rest
// is composed of them.
#include <algorithm>
#include <limits>

#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/detail/dtype_checks.hpp>
#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/ops/detail/reducing.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace {

using detail::AxisSet;
using detail::Reducing;
using kernels::Reduction;

// With the reduced axes again, of size 1.
Tensor with_kept_axes(const Tensor& reduced, const Shape& in, AxisSet axes) {
    return reshape(reduced, detail::reduced(in, axes, true));
}

// A reduction of some axes: its evaluation and its shape.
template <class Family>
struct AxisReduction : Family, Reducing {
    AxisReduction(Reduction r, AxisSet a, bool k) : Reducing{r, a}, keepdims(k) {}
    bool operator==(const AxisReduction&) const = default;
    Shape shape(const Shape& in) const { return detail::reduced(in, axes, keepdims); }
    void eval(ConstViews in, View out) const final { kernels::reduce(reduction, in[0], axes, out); }
    kernels::Prepared prepare(Specs in, const Spec&) const final {
        return kernels::prepare_reduce(reduction, in[0], axes);
    }

    bool keepdims;
};

double elements(Specs in) { return static_cast<double>(in[0].size()); }

// out = Σ x; g repeated along the axes. Integers and bool add up in i64, as NumPy's do: 300 pixels
// of u8 have no sum in u8.
struct Sum final : AxisReduction<Multilinear> {
    Sum(AxisSet a, bool k) : AxisReduction(Reduction::sum, a, k) {}
    bool operator==(const Sum&) const = default;
    std::string_view name() const noexcept override { return "sum"; }
    Spec infer(Specs in) const override {
        return {shape(in[0].shape), is_floating(in[0].dtype) ? in[0].dtype : i64};
    }
    double flops(Specs in, const Spec&) const noexcept override { return elements(in); }
    Tensor adjoint(int, Tensors in, const Tensor& g) const override {
        const Shape& wide = in[0].shape();
        return broadcast_to(with_kept_axes(g, wide, axes), wide);
    }
};

// out = max x (or min); g shared equally by the elements that equal it
struct Extreme final : AxisReduction<General> {
    Extreme(bool largest, AxisSet a, bool k)
        : AxisReduction(largest ? Reduction::max : Reduction::min, a, k) {}
    bool operator==(const Extreme&) const = default;
    std::string_view name() const noexcept override {
        return reduction == Reduction::max ? "max" : "min";
    }
    Spec infer(Specs in) const override {
        const Spec out{shape(in[0].shape), in[0].dtype};
        if (out.size() > 0 && detail::count(in[0].shape, axes) == 0)
            fail<ShapeError>(name(), "got ", in[0], ", and no elements have no ", name());
        return out;
    }
    double flops(Specs in, const Spec&) const noexcept override { return elements(in); }
    Tensor vjp(int, Tensors in, const Tensor& out, const Tensor& g) const override {
        return with_kept_axes(g, in[0].shape(), axes) * shares(in[0], out);
    }
    Tensor jvp(Tensors in, const Tensor& out, Tensors tangents) const override {
        return record(Sum(axes, keepdims), tangents[0] * shares(in[0], out));
    }

    // 1 / n for each of the n elements that equal the extreme, else 0.
    Tensor shares(const Tensor& x, const Tensor& out) const {
        const Tensor hits = cast(equal(x, with_kept_axes(out, x.shape(), axes)), x.dtype());
        return hits / record(Sum(axes, true), hits);
    }
};

// out = the position of the first largest (or smallest) element; a constant
struct ArgExtreme final : General {
    ArgExtreme(bool l, int a, bool k) : largest(l), axis(a), keepdims(k) {}
    bool operator==(const ArgExtreme&) const = default;
    std::string_view name() const noexcept override { return largest ? "argmax" : "argmin"; }
    Spec infer(Specs in) const override {
        const Spec out{detail::reduced(in[0].shape, AxisSet{1} << axis, keepdims), i64};
        if (in[0].shape[axis] == 0 && out.size() > 0)
            fail<ShapeError>(name(), "axis ", axis, " of ", in[0], " is empty");
        return out;
    }
    void eval(ConstViews in, View out) const override {
        if (out.size() > 0) kernels::arg_reduce(largest, in[0], axis, out);
    }
    Tensor vjp(int, Tensors, const Tensor&, const Tensor&) const override { return {}; }

    bool largest;
    int axis;
    bool keepdims;
};

// out = x₁ or x₂ or … (and); a constant
struct Logic final : AxisReduction<General> {
    Logic(bool either, AxisSet a, bool k)
        : AxisReduction(either ? Reduction::any : Reduction::all, a, k) {}
    bool operator==(const Logic&) const = default;
    std::string_view name() const noexcept override {
        return reduction == Reduction::any ? "any" : "all";
    }
    Spec infer(Specs in) const override {
        if (in[0].dtype != bool_)
            fail<DTypeError>(name(), "wants bool, got ", in[0],
                             ": compare first, e.g. not_equal(x, 0)");
        return {shape(in[0].shape), bool_};
    }
    Tensor vjp(int, Tensors, const Tensor&, const Tensor&) const override { return {}; }
};

// 1 / n, where n = 0 gives NaN for the sum of nothing.
double reciprocal_of(Index n) {
    return n > 0 ? 1.0 / static_cast<double>(n) : std::numeric_limits<double>::infinity();
}

Tensor arg_extreme(bool largest, const Tensor& x, std::optional<Integer> axis, bool keepdims) {
    if (axis) {
        const int a = normalize_axis(largest ? "argmax" : "argmin", *axis, x.rank());
        return record(ArgExtreme(largest, a, keepdims), x);
    }
    const Tensor position = record(ArgExtreme(largest, 0, false), flatten(x));
    return keepdims ? reshape(position, detail::reduced(x.shape(), ~AxisSet{0}, true)) : position;
}

// √x whose derivative at 0 is 0 rather than infinite.
Tensor safe_sqrt(const Tensor& x) {
    const Tensor zero = equal(x, 0);
    return where(zero, 0, sqrt(where(zero, 1, x)));
}

}  // namespace

Tensor sum(const Tensor& x, const Axes& axes, Boolean keepdims) {
    return record(Sum(detail::axis_set("sum", axes, x.rank()), keepdims), x);
}

Tensor mean(const Tensor& x, const Axes& axes, Boolean keepdims) {
    detail::want_floating("mean", x.spec());
    const AxisSet set = detail::axis_set("mean", axes, x.rank());
    return record(Sum(set, keepdims), x) * reciprocal_of(detail::count(x.shape(), set));
}

// By halves: x₁x₂…x₂ₙ = (x₁…xₙ)(xₙ₊₁…x₂ₙ). Only products, so a zero harms no derivative.
Tensor prod(const Tensor& x, const Axes& axes, Boolean keepdims) {
    if (!is_floating(x.dtype()) && x.dtype() != i64) return prod(cast(x, i64), axes, keepdims);
    const AxisSet set = detail::axis_set("prod", axes, x.rank());
    std::vector<int> order;  // the axes to multiply over come last
    for (const bool last : {false, true}) {
        for (int i = 0; i < x.rank(); ++i) {
            if (detail::holds(set, i) == last) order.push_back(i);
        }
    }
    const Shape out = detail::reduced(x.shape(), set, keepdims);
    Index n = detail::count(x.shape(), set);
    if (n == 0) return ones(out, x.dtype());
    Tensor rows = reshape(transpose(x, order), Shape{out.size(), n});
    while (n > 1) {
        const Index half = n / 2;
        const Tensor product = slice(rows, 1, {.stop = half}) * slice(rows, 1, {half, 2 * half});
        rows = n % 2 == 0 ? product : concatenate({product, slice(rows, 1, {.start = n - 1})}, 1);
        n -= half;
    }
    return reshape(rows, out);
}

Tensor max(const Tensor& x, const Axes& axes, Boolean keepdims) {
    return record(Extreme(true, detail::axis_set("max", axes, x.rank()), keepdims), x);
}
Tensor min(const Tensor& x, const Axes& axes, Boolean keepdims) {
    return record(Extreme(false, detail::axis_set("min", axes, x.rank()), keepdims), x);
}

Tensor argmax(const Tensor& x, std::optional<Integer> axis, Boolean keepdims) {
    return arg_extreme(true, x, axis, keepdims);
}
Tensor argmin(const Tensor& x, std::optional<Integer> axis, Boolean keepdims) {
    return arg_extreme(false, x, axis, keepdims);
}

// Two passes: Σ (x - mean)² / (n - ddof).
Tensor var(const Tensor& x, const Axes& axes, Boolean keepdims, Integer ddof) {
    detail::want_floating("var", x.spec());
    const AxisSet set = detail::axis_set("var", axes, x.rank());
    const Tensor deviation = x - mean(x, axes, true);
    const Index n = std::max<Index>(0, detail::count(x.shape(), set) - ddof);
    return record(Sum(set, keepdims), square(deviation)) * reciprocal_of(n);
}

Tensor std(const Tensor& x, const Axes& axes, Boolean keepdims, Integer ddof) {
    return safe_sqrt(var(x, axes, keepdims, ddof));
}

// log Σ exp(x - m) + m for the largest element m, or 0 where that is infinite.
Tensor logsumexp(const Tensor& x, const Axes& axes, Boolean keepdims) {
    detail::want_floating("logsumexp", x.spec());
    const AxisSet set = detail::axis_set("logsumexp", axes, x.rank());
    const Tensor largest = stop_gradient(record(Extreme(true, set, true), x));
    const Tensor shift = where(isfinite(largest), largest, 0);
    const Tensor result = log(record(Sum(set, true), exp(x - shift))) + shift;
    return reshape(result, detail::reduced(x.shape(), set, keepdims));
}

Tensor norm(const Tensor& x, const Axes& axes, Boolean keepdims) {
    detail::want_floating("norm", x.spec());
    return safe_sqrt(sum(square(x), axes, keepdims));
}

Tensor any(const Tensor& x, const Axes& axes, Boolean keepdims) {
    return record(Logic(true, detail::axis_set("any", axes, x.rank()), keepdims), x);
}
Tensor all(const Tensor& x, const Axes& axes, Boolean keepdims) {
    return record(Logic(false, detail::axis_set("all", axes, x.rank()), keepdims), x);
}

Tensor detail::sum_to(const Tensor& x, const Shape& shape) {
    if (x.shape() == shape) return x;
    if (broadcast("sum_to", x.shape(), shape) != x.shape())
        fail<ShapeError>("sum_to", shape, " does not broadcast to ", x.shape());
    const int added = x.rank() - shape.rank();
    AxisSet axes = 0;
    for (int i = 0; i < x.rank(); ++i) {
        if (i < added || (shape[i - added] == 1 && x.shape()[i] != 1)) axes |= AxisSet{1} << i;
    }
    return reshape(record(Sum(axes, false), x), shape);
}

}  // namespace shikumi

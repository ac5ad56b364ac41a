// Reductions over any axes. Sums, means, extremes, lengths, any and all are operations; the rest is
// composed of them.
#include <algorithm>
#include <limits>

#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/kernels/scan.hpp>
#include <shikumi/autograd/ops/detail/attributes.hpp>
#include <shikumi/autograd/ops/detail/dtype_checks.hpp>
#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/ops/detail/lengths.hpp>
#include <shikumi/autograd/ops/detail/recurrence.hpp>
#include <shikumi/autograd/ops/detail/reducing.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace {

using detail::AlongAxis;
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
    AxisReduction(const Reduction& r, AxisSet a, bool k) : Reducing{r, a}, keepdims(k) {}
    bool operator==(const AxisReduction&) const = default;
    Shape shape(const Shape& in) const { return detail::reduced(in, axes, keepdims); }
    void eval(ConstViews in, View out) const final { kernels::reduce(reduction, in[0], axes, out); }
    kernels::Prepared prepare(Specs in, const Spec&) const final {
        return kernels::prepare_reduce(reduction, in[0], axes);
    }

    bool keepdims;
};

// The reduction of each example of a batch, whose axes lie one further back.
template <class O>
Tensor behind_batch(O op, const MappedInputs& in) {
    op.axes <<= 1;
    return record(std::move(op), in[0]);
}

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
    Tensor batched(const MappedInputs& in) const override { return behind_batch(*this, in); }
};

// out = Σ x / n; g / n repeated along the axes
struct Mean final : AxisReduction<Multilinear> {
    Mean(AxisSet a, bool k, Index n)
        : AxisReduction({Reduction::sum, static_cast<double>(n)}, a, k) {}
    bool operator==(const Mean&) const = default;
    std::string_view name() const noexcept override { return "mean"; }
    Spec infer(Specs in) const override {
        detail::want_floating(name(), in[0]);
        return {shape(in[0].shape), in[0].dtype};
    }
    double flops(Specs in, const Spec&) const noexcept override { return elements(in); }
    Tensor adjoint(int, Tensors in, const Tensor& g) const override {
        const Shape& wide = in[0].shape();
        return broadcast_to(with_kept_axes(g / reduction.divisor, wide, axes), wide);
    }
    Tensor batched(const MappedInputs& in) const override { return behind_batch(*this, in); }
};

// out = Σ x² / n; x · 2 g / n
struct MeanSquare final : AxisReduction<General> {
    MeanSquare(AxisSet a, bool k, Index n)
        : AxisReduction({Reduction::squares, static_cast<double>(n)}, a, k) {}
    bool operator==(const MeanSquare&) const = default;
    std::string_view name() const noexcept override { return "mean_square"; }
    Spec infer(Specs in) const override { return {shape(in[0].shape), in[0].dtype}; }
    double flops(Specs in, const Spec&) const noexcept override { return 2 * elements(in); }
    Tensor vjp(int, Tensors in, const Tensor&, const Tensor& g) const override {
        return in[0] * with_kept_axes(g * 2 / reduction.divisor, in[0].shape(), axes);
    }
    Tensor batched(const MappedInputs& in) const override { return behind_batch(*this, in); }
};

// out = √(Σ x² / n + ε); x / out · g / n, or 0 where out = 0
struct Length final : AxisReduction<General> {
    Length(AxisSet a, bool k, Index n, double epsilon)
        : AxisReduction(Reduction::root_of_squares(static_cast<double>(n), epsilon), a, k) {}
    bool operator==(const Length&) const = default;
    std::string_view name() const noexcept override { return "length"; }
    Spec infer(Specs in) const override { return {shape(in[0].shape), in[0].dtype}; }
    double flops(Specs in, const Spec&) const noexcept override { return 2 * elements(in); }
    Tensor vjp(int, Tensors in, const Tensor& out, const Tensor& g) const override {
        Tensor share = g / reduction.divisor, length = out;
        if (reduction.epsilon == 0) {
            const Tensor zero = equal(out, 0);
            share = where(zero, 0, share);
            length = where(zero, 1, length);
        }
        const Shape& wide = in[0].shape();
        return in[0] / with_kept_axes(length, wide, axes) * with_kept_axes(share, wide, axes);
    }
    Tensor batched(const MappedInputs& in) const override { return behind_batch(*this, in); }
};

// out = max x (or min); g shared equally by the elements that equal it. They are chosen: a product
// with 0 would make NaN of an infinite g.
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
        const Tensor hit = hits(in[0], out);
        return where(hit, with_kept_axes(g, in[0].shape(), axes), 0) / count(hit, g.dtype(), true);
    }
    Tensor jvp(Tensors in, const Tensor& out, Tensors tangents) const override {
        const Tensor hit = hits(in[0], out), &t = tangents[0];
        return record(Sum(axes, keepdims), where(hit, t, 0)) / count(hit, t.dtype(), keepdims);
    }
    Tensor batched(const MappedInputs& in) const override { return behind_batch(*this, in); }

    // Whether an element equals the extreme, and how many do.
    Tensor hits(const Tensor& x, const Tensor& out) const {
        return equal(x, with_kept_axes(out, x.shape(), axes));
    }
    Tensor count(const Tensor& hit, DType dtype, bool keep) const {
        return record(Sum(axes, keep), cast(hit, dtype));
    }
};

// out = the position of the first largest (or smallest) element; a constant
struct ArgExtreme final : General, AlongAxis {
    ArgExtreme(bool l, int a, bool k) : AlongAxis{a}, largest(l), keepdims(k) {}
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
    Tensor batched(const MappedInputs& in) const override {
        return record(ArgExtreme(largest, axis + 1, keepdims), in[0]);
    }

    bool largest, keepdims;
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
    Tensor batched(const MappedInputs& in) const override { return behind_batch(*this, in); }
};

// out = the recurrence sᵢ = aᵢ₋₁ sᵢ₋₁ + bᵢ along each row of (m, n), or backwards. By b, λ is the
// same recurrence of g in the other direction; by a, λ of the element that a leads to times s of
// the one that it comes from. Only products and sums, so a zero harms no derivative.
struct Scan final : General {
    explicit Scan(kernels::ScanOrder o) : order(o) {}
    bool operator==(const Scan&) const = default;
    std::string_view name() const noexcept override { return "scan"; }
    Spec infer(Specs in) const override { return in[1]; }
    void eval(ConstViews in, View out) const override { kernels::scan(order, in[0], in[1], out); }
    double flops(Specs in, const Spec&) const noexcept override { return 2 * elements(in); }
    Tensor vjp(int i, Tensors in, const Tensor& out, const Tensor& g) const override {
        const Tensor by_b = record(Scan({!order.backwards, order.restarts}), in[0], g);
        if (i == 1) return by_b;
        const Index n = out.shape().back();
        const auto first = [n](const Tensor& x) { return slice(x, 1, {.stop = n - 1}); };
        const auto last = [](const Tensor& x) { return slice(x, 1, {.start = 1}); };
        return order.backwards ? first(by_b) * last(out) : last(by_b) * first(out);
    }
    Tensor batched(const MappedInputs& in) const override {
        return in.parted(record(Scan(order), in.joined(0), in.joined(1)));
    }

    kernels::ScanOrder order;
};

// How many elements become one, less ddof, but at least 0.
Index count_of(const Tensor& x, AxisSet axes, Index ddof = 0) {
    return std::max<Index>(0, detail::count(x.shape(), axes) - ddof);
}

// x less its mean.
Tensor deviation(const Tensor& x, AxisSet axes) {
    return x - record(Mean(axes, true, count_of(x, axes)), x);
}

Tensor arg_extreme(bool largest, const Tensor& x, std::optional<Integer> axis, bool keepdims) {
    if (axis) {
        const int a = normalize_axis(largest ? "argmax" : "argmin", *axis, x.rank());
        return record(ArgExtreme(largest, a, keepdims), x);
    }
    const Tensor position = record(ArgExtreme(largest, 0, false), flatten(x));
    return keepdims ? reshape(position, detail::reduced(x.shape(), ~AxisSet{0}, true)) : position;
}

}  // namespace

Tensor sum(const Tensor& x, const Axes& axes, Boolean keepdims) {
    return record(Sum(detail::axis_set("sum", axes, x.rank()), keepdims), x);
}

Tensor mean(const Tensor& x, const Axes& axes, Boolean keepdims) {
    const AxisSet set = detail::axis_set("mean", axes, x.rank());
    return record(Mean(set, keepdims, count_of(x, set)), x);
}

Tensor detail::linear_recurrence(kernels::ScanOrder order, const Tensor& a, const Tensor& b) {
    return record(Scan(order), a, b);
}

// The recurrence pᵢ = xᵢ pᵢ₋₁, which starts with x₀.
Tensor detail::running_products(const Tensor& rows) {
    const Index m = rows.shape()[0], n = rows.shape()[1];
    if (n < 2) return rows;
    const Tensor start =
        concatenate({slice(rows, 1, {.stop = 1}), zeros({m, n - 1}, rows.dtype())}, 1);
    return record(Scan({}), slice(rows, 1, {.start = 1}), start);
}

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
    const Index n = detail::count(x.shape(), set), m = out.size();
    if (n == 0) return ones(out, x.dtype());
    const Tensor products = detail::running_products(reshape(transpose(x, order), Shape{m, n}));
    return reshape(slice(products, 1, {.start = n - 1}), out);
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
    return record(MeanSquare(set, keepdims, count_of(x, set, ddof)), deviation(x, set));
}

Tensor std(const Tensor& x, const Axes& axes, Boolean keepdims, Integer ddof) {
    detail::want_floating("std", x.spec());
    const AxisSet set = detail::axis_set("std", axes, x.rank());
    return record(Length(set, keepdims, count_of(x, set, ddof), 0), deviation(x, set));
}

// log Σ exp(x - m) + m for the largest element m, or 0 where that is infinite. A sum of 0, of
// nothing or of nothing but e^-∞, is set apart: log would have an infinite slope there.
Tensor logsumexp(const Tensor& x, const Axes& axes, Boolean keepdims) {
    detail::want_floating("logsumexp", x.spec());
    const AxisSet set = detail::axis_set("logsumexp", axes, x.rank());
    Tensor shift = zeros(detail::reduced(x.shape(), set, true), x.dtype());
    if (detail::count(x.shape(), set) > 0) {
        const Tensor largest = stop_gradient(record(Extreme(true, set, true), x));
        shift = where(isfinite(largest), largest, 0);
    }
    const Tensor total = record(Sum(set, true), exp(x - shift)), none = equal(total, 0);
    const Tensor result =
        where(none, -std::numeric_limits<double>::infinity(), log(where(none, 1, total)) + shift);
    return reshape(result, detail::reduced(x.shape(), set, keepdims));
}

Tensor norm(const Tensor& x, const Axes& axes, Boolean keepdims) {
    detail::want_floating("norm", x.spec());
    return record(Length(detail::axis_set("norm", axes, x.rank()), keepdims, 1, 0), x);
}

Tensor detail::mean_square(const Tensor& x, const Axes& axes) {
    const AxisSet set = axis_set("mean_square", axes, x.rank());
    return record(MeanSquare(set, true, count_of(x, set)), x);
}

Tensor detail::root_mean_square(const Tensor& x, const Axes& axes, double epsilon) {
    const AxisSet set = axis_set("root_mean_square", axes, x.rank());
    return record(Length(set, true, count_of(x, set), epsilon), x);
}

Tensor detail::unit(const Tensor& x, const Axes& axes) {
    const Tensor length = norm(x, axes, true);
    return x / where(equal(length, 0), std::numeric_limits<double>::infinity(), length);
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

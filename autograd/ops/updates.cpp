// Updates by index give a new tensor: the array as one row, changed at the positions of the chosen
// elements.
#include <algorithm>
#include <array>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/kernels/scatter.hpp>
#include <shikumi/autograd/ops/detail/axes.hpp>
#include <shikumi/autograd/ops/detail/dtype_checks.hpp>
#include <shikumi/autograd/ops/detail/pointwise.hpp>
#include <shikumi/autograd/ops/detail/recurrence.hpp>
#include <shikumi/autograd/ops/detail/rows.hpp>
#include <shikumi/autograd/ops/detail/selection.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace {

using detail::Selection;

// out = x, then out[i] = max(out[i], v) for each index i and its value v (or min); g shared equally
// by the element and the values that equal the outcome
struct PutExtremes final : General {
    explicit PutExtremes(bool l) : largest(l) {}
    bool operator==(const PutExtremes&) const = default;
    std::string_view name() const noexcept override { return "put_extremes"; }
    bool in_place() const noexcept override { return true; }
    Spec infer(Specs in) const override { return in[0]; }
    void eval(ConstViews in, View out) const override {
        kernels::put_extremes(largest, in[0], in[1], in[2], out);
    }
    Tensor vjp(int i, Tensors in, const Tensor& out, const Tensor& g) const override {
        if (i == 1) return {};
        const Tensor share = g / hits(in, out, g.dtype());
        return i == 0 ? where(equal(in[0], out), share, 0)
                      : where(equal(in[2], take(out, in[1])), take(share, in[1]), 0);
    }

    // How many of an element and its values equal the outcome.
    static Tensor hits(Tensors in, const Tensor& out, DType dtype) {
        return equal(in[0], out).cast(dtype) +
               detail::sum_at("put_extremes", equal(in[2], take(out, in[1])).cast(dtype), in[1],
                              out.size());
    }

    bool largest;
};

// An update: the array and the values as rows, and where each value goes.
struct Update {
    Tensor x, values, at;
    Shape shape;
    bool distinct;

    Index size() const { return x.size(); }
    Tensor result(const Tensor& row) const { return reshape(row, shape); }
};

void want_one_dtype(std::string_view op, const Tensor& x, const Tensor& values) {
    common_dtype(op, std::array{&x.spec(), &values.spec()});
}

Update update(StaticName op, const Tensor& x, const Subscripts& subscripts, const Tensor& values) {
    want_one_dtype(op.text, x, values);
    const Selection chosen = detail::selection(op, x.shape(), subscripts);
    const Shape& wanted = chosen.shape;
    if (values.rank() > wanted.rank() || broadcast(op.text, values.shape(), wanted) != wanted)
        fail<ShapeError>(op.text, "values of ", values.shape(), " don't broadcast to the ", wanted,
                         " elements chosen from ", x.shape());
    return {flatten(x), flatten(broadcast_to(values, wanted)),
            flatten(detail::positions(x.shape(), chosen)), x.shape(), chosen.distinct};
}

Tensor put(const Update& u, const Tensor& values) {
    return u.result(detail::put_rows(u.x, u.at, values));
}

Tensor add(std::string_view op, const Update& u) {
    return u.result(u.x + detail::sum_at(op, u.values, u.at, u.size()));
}

// Values of one element come together, in their order. The running product of each such run begins
// with the element itself; its last number is put last, and stays.
Tensor multiply(const Update& u) {
    const Index n = u.at.size();
    if (n == 0) return u.result(u.x);
    const Tensor order = argsort(u.at), at = take(u.at, order), values = take(u.values, order);
    const auto first = [n](const Tensor& t) { return slice(t, 0, {.stop = n - 1}); };
    const auto last = [](const Tensor& t) { return slice(t, 0, {.start = 1}); };
    const Tensor begins = concatenate({ones({1}, bool_), not_equal(last(at), first(at))});
    const Tensor start = where(begins, take(u.x, at) * values, 0);
    const Tensor factors = where(last(begins), 0, last(values));
    const Tensor products = detail::linear_recurrence(
        {.restarts = true}, reshape(factors, Shape{1, n - 1}), reshape(start, Shape{1, n}));
    return u.result(detail::put_rows(u.x, at, flatten(products)));
}

Tensor extreme(bool largest, const Update& u) {
    if (!u.distinct) return u.result(record(PutExtremes(largest), u.x, u.at, u.values));
    const Tensor old = take(u.x, u.at);
    return put(u, largest ? maximum(old, u.values) : minimum(old, u.values));
}

// The elements of x along an axis: i[p] in the place of p's position there.
Update along_axis(StaticName op, const Tensor& x, const Tensor& indices, const Tensor& values,
                  Integer axis) {
    const int along = normalize_axis(op.text, axis, x.rank());
    detail::want_indices(op.text, indices.spec());
    want_one_dtype(op.text, x, values);
    if (values.shape() != indices.shape())
        fail<ShapeError>(op.text, "each index has a value: got indices ", indices.shape(),
                         " and values ", values.shape());
    bool fits = indices.rank() == x.rank();
    for (int i = 0; fits && i < x.rank(); ++i)
        fits = i == along || indices.shape()[i] <= x.shape()[i];
    if (!fits)
        fail<ShapeError>(op.text, "indices ", indices.shape(), " don't fit ", x.shape(),
                         " beside axis ", along);
    Index step = 1;
    Tensor at = zeros({}, i64);
    for (int i = x.rank() - 1; i >= 0; --i) {
        Shape::Sizes own;
        for (int j = 0; j < x.rank(); ++j) own.push_back(j == i ? indices.shape()[i] : 1);
        at = at + step * (i == along ? detail::checked_indices(op, indices, x.shape()[i], true)
                                     : reshape(arange(indices.shape()[i]), Shape(own)));
        step *= x.shape()[i];
    }
    return {flatten(x), flatten(values), flatten(at), x.shape(), false};
}

// f(x, value) under a mask, where there is nothing but a mask and one value: so the mask needn't be
// known. Else undefined.
template <class F>
Tensor by_mask(std::string_view op, const Tensor& x, const Subscripts& at, const Tensor& value,
               F f) {
    if (at.list().size() != 1 || value.rank() != 0) return {};
    const Tensor& mask = at.list()[0].tensor();
    if (!mask.defined() || mask.dtype() != bool_) return {};
    want_one_dtype(op, x, value);
    Shape::Sizes sizes;
    bool fits = mask.rank() <= x.rank();
    for (int i = 0; fits && i < x.rank(); ++i) {
        const bool own = i < mask.rank();
        fits = !own || mask.shape()[i] == x.shape()[i];
        sizes.push_back(own ? mask.shape()[i] : 1);
    }
    if (!fits) fail<ShapeError>(op, "a mask ", mask.shape(), " doesn't fit ", x.shape());
    return where(reshape(mask, Shape(sizes)), f(x, value), x);
}

void want_numbers(std::string_view op, const Tensor& x) {
    if (x.dtype() == bool_) fail<DTypeError>(op, "takes numbers, got ", x.spec());
}

Tensor like(std::string_view op, const Tensor& x, Scalar value) {
    return detail::literal(op, value, x.dtype());
}

}  // namespace

Tensor at_set(const Tensor& x, const Subscripts& at, const Tensor& values) {
    const auto second = [](const Tensor&, const Tensor& value) { return value; };
    if (const Tensor y = by_mask("at_set", x, at, values, second); y.defined()) return y;
    const Update u = update("at_set", x, at, values);
    return put(u, u.values);
}
Tensor at_set(const Tensor& x, const Subscripts& at, Scalar value) {
    return at_set(x, at, like("at_set", x, value));
}

Tensor at_add(const Tensor& x, const Subscripts& at, const Tensor& values) {
    want_numbers("at_add", x);
    const auto total = [](const Tensor& a, const Tensor& b) { return a + b; };
    if (const Tensor y = by_mask("at_add", x, at, values, total); y.defined()) return y;
    return add("at_add", update("at_add", x, at, values));
}
Tensor at_add(const Tensor& x, const Subscripts& at, Scalar value) {
    return at_add(x, at, like("at_add", x, value));
}

Tensor at_multiply(const Tensor& x, const Subscripts& at, const Tensor& values) {
    want_numbers("at_multiply", x);
    const auto product = [](const Tensor& a, const Tensor& b) { return a * b; };
    if (const Tensor y = by_mask("at_multiply", x, at, values, product); y.defined()) return y;
    if (x.dtype() != i64 && !is_floating(x.dtype())) {
        want_one_dtype("at_multiply", x, values);
        return at_multiply(x.cast(i64), at, values.cast(i64)).cast(x.dtype());
    }
    const Update u = update("at_multiply", x, at, values);
    return u.distinct ? put(u, take(u.x, u.at) * u.values) : multiply(u);
}
Tensor at_multiply(const Tensor& x, const Subscripts& at, Scalar value) {
    return at_multiply(x, at, like("at_multiply", x, value));
}

Tensor at_min(const Tensor& x, const Subscripts& at, const Tensor& values) {
    want_numbers("at_min", x);
    const auto chosen = [](const Tensor& a, const Tensor& b) { return minimum(a, b); };
    if (const Tensor y = by_mask("at_min", x, at, values, chosen); y.defined()) return y;
    return extreme(false, update("at_min", x, at, values));
}
Tensor at_min(const Tensor& x, const Subscripts& at, Scalar value) {
    return at_min(x, at, like("at_min", x, value));
}

Tensor at_max(const Tensor& x, const Subscripts& at, const Tensor& values) {
    want_numbers("at_max", x);
    const auto chosen = [](const Tensor& a, const Tensor& b) { return maximum(a, b); };
    if (const Tensor y = by_mask("at_max", x, at, values, chosen); y.defined()) return y;
    return extreme(true, update("at_max", x, at, values));
}
Tensor at_max(const Tensor& x, const Subscripts& at, Scalar value) {
    return at_max(x, at, like("at_max", x, value));
}

Tensor scatter(const Tensor& x, const Tensor& indices, const Tensor& values, Integer axis) {
    const Update u = along_axis("scatter", x, indices, values, axis);
    return put(u, u.values);
}

Tensor scatter_add(const Tensor& x, const Tensor& indices, const Tensor& values, Integer axis) {
    want_numbers("scatter_add", x);
    return add("scatter_add", along_axis("scatter_add", x, indices, values, axis));
}

Tensor fill_diagonal(const Tensor& x, const Tensor& values) {
    constexpr std::string_view op = "fill_diagonal";
    if (x.rank() < 2) fail<ShapeError>(op, "takes two axes or more, got ", x.shape());
    Index step = 0, next = 1, count = x.shape()[0];
    for (int i = x.rank() - 1; i >= 0; --i) {
        if (x.rank() > 2 && x.shape()[i] != x.shape()[0])
            fail<ShapeError>(op, "more than two axes have one size, got ", x.shape());
        step += next;
        next *= x.shape()[i];
        count = std::min(count, x.shape()[i]);
    }
    want_one_dtype(op, x, values);
    if (values.rank() > 1 || (values.rank() == 1 && values.size() != 1 && values.size() != count))
        fail<ShapeError>(op, "a diagonal of ", count, " elements takes one value or as many, got ",
                         values.shape());
    if (count == 0) return x;
    const Slice diagonal{0, (count - 1) * step + 1, step};
    return reshape(at_set(flatten(x), diagonal, values), x.shape());
}
Tensor fill_diagonal(const Tensor& x, Scalar value) {
    return fill_diagonal(x, like("fill_diagonal", x, value));
}

}  // namespace shikumi

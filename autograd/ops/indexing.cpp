// Reading by index, and the adjoints, which add by index.
#include <algorithm>
#include <span>

#include <shikumi/autograd/graph/node.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/kernels/gather.hpp>
#include <shikumi/autograd/ops/detail/attributes.hpp>
#include <shikumi/autograd/ops/detail/axes.hpp>
#include <shikumi/autograd/ops/detail/dtype_checks.hpp>
#include <shikumi/autograd/ops/detail/rows.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace {

using detail::AlongAxis;
using detail::want_indices;

// Linear in input 0; input 1 holds indices, whose values are known only at evaluation.
struct ByIndex : Multilinear, AlongAxis {
    explicit ByIndex(int a) : AlongAxis{a} {}
    bool can_fail() const noexcept override { return true; }
    bool operator==(const ByIndex&) const = default;
};

// Where an index of each example of a batch lies among the rows of all of them.
Tensor in_joined_rows(StaticName op, const Tensor& indices, Index rows) {
    const Index examples = indices.shape().front();
    Shape::Sizes sizes;
    sizes.push_back(examples);
    for (int i = 1; i < indices.rank(); ++i) sizes.push_back(1);
    return detail::checked_indices(op, indices, rows, true) +
           reshape(arange(examples) * rows, Shape(sizes));
}

// out = x[…, indices, …]; g added up at the indices
struct Take final : ByIndex {
    using ByIndex::ByIndex;
    bool operator==(const Take&) const = default;
    std::string_view name() const noexcept override { return "take"; }
    Spec infer(Specs in) const override {
        want_indices(name(), in[1]);
        detail::check_rank(name(), in[0].shape.rank() - 1 + in[1].shape.rank());
        Shape::Sizes sizes;
        for (int i = 0; i < axis; ++i) sizes.push_back(in[0].shape[i]);
        for (const Index size : in[1].shape.sizes()) sizes.push_back(size);
        for (int i = axis + 1; i < in[0].shape.rank(); ++i) sizes.push_back(in[0].shape[i]);
        return {Shape(sizes), in[0].dtype};
    }
    void eval(ConstViews in, View out) const override {
        kernels::take(name(), in[0], in[1], axis, out);
    }
    Tensor adjoint(int i, Tensors in, const Tensor& g) const override;
    Tensor batched(const MappedInputs& in) const override {
        if (!in.mapped(1)) return record(Take(axis + 1), in[0], in[1]);
        if (axis != 0) return {};
        if (!in.mapped(0)) return record(Take(0), in[0], in[1]);
        const Tensor indices = in_joined_rows("take", in[1], in[0].shape()[1]);
        return record(Take(0), in.joined(0), indices);
    }
};

// out[…, indices, …] += x; g[…, indices, …]
struct TakeAdjoint final : ByIndex {
    TakeAdjoint(int a, const Shape& s) : ByIndex(a), shape(s) {}
    bool operator==(const TakeAdjoint&) const = default;
    std::string_view name() const noexcept override { return "take_adjoint"; }
    Spec infer(Specs in) const override { return {shape, in[0].dtype}; }
    void eval(ConstViews in, View out) const override {
        kernels::scatter_add(name(), in[0], in[1], axis, out);
    }
    Tensor adjoint(int i, Tensors in, const Tensor& g) const override {
        return i == 0 ? record(Take(axis), g, in[1]) : Tensor();
    }
    Tensor batched(const MappedInputs& in) const override {
        if (!in.mapped(1))
            return record(TakeAdjoint(axis + 1, detail::with_front_axis(in.size(), shape)), in[0],
                          in[1]);
        if (axis != 0) return {};
        const Index rows = shape.front();
        const TakeAdjoint all(0, shape.with_front(in.size() * rows));
        return in.parted(
            record(TakeAdjoint(all), in.whole(0), in_joined_rows("take", in[1], rows)));
    }

    Shape shape;
};

Tensor Take::adjoint(int i, Tensors in, const Tensor& g) const {
    return i == 0 ? record(TakeAdjoint(axis, in[0].shape()), g, in[1]) : Tensor();
}

// out[i…] = x[i… with indices[i…] at the axis]; g added up there
struct TakeAlong final : ByIndex {
    using ByIndex::ByIndex;
    bool operator==(const TakeAlong&) const = default;
    std::string_view name() const noexcept override { return "take_along_axis"; }
    Spec infer(Specs in) const override { return {in[1].shape, in[0].dtype}; }
    void eval(ConstViews in, View out) const override {
        kernels::take_along(name(), in[0], in[1], axis, out);
    }
    Tensor adjoint(int i, Tensors in, const Tensor& g) const override;
    Tensor batched(const MappedInputs& in) const override {
        return record(TakeAlong(axis + 1), in.whole(0), in.whole(1));
    }
};

// out[i… with indices[i…] at the axis] += x[i…]; g there
struct TakeAlongAdjoint final : ByIndex {
    TakeAlongAdjoint(int a, const Shape& s) : ByIndex(a), shape(s) {}
    bool operator==(const TakeAlongAdjoint&) const = default;
    std::string_view name() const noexcept override { return "take_along_axis_adjoint"; }
    Spec infer(Specs in) const override { return {shape, in[0].dtype}; }
    void eval(ConstViews in, View out) const override {
        kernels::scatter_add_along(name(), in[0], in[1], axis, out);
    }
    Tensor adjoint(int i, Tensors in, const Tensor& g) const override {
        return i == 0 ? record(TakeAlong(axis), g, in[1]) : Tensor();
    }
    Tensor batched(const MappedInputs& in) const override {
        return record(TakeAlongAdjoint(axis + 1, detail::with_front_axis(in.size(), shape)),
                      in.whole(0), in.whole(1));
    }

    Shape shape;
};

Tensor TakeAlong::adjoint(int i, Tensors in, const Tensor& g) const {
    return i == 0 ? record(TakeAlongAdjoint(axis, in[0].shape()), g, in[1]) : Tensor();
}

// out[i…, indices[i…]] = 1; a constant
struct OneHot final : General {
    OneHot(Index d, DType t) : depth(d), dtype(t) {}
    bool operator==(const OneHot&) const = default;
    bool can_fail() const noexcept override { return true; }
    std::string_view name() const noexcept override { return "one_hot"; }
    Spec infer(Specs in) const override {
        want_indices(name(), in[0]);
        detail::check_rank(name(), in[0].shape.rank() + 1);
        Shape::Sizes sizes = in[0].shape.sizes();
        sizes.push_back(depth);
        return {Shape(sizes), dtype};
    }
    void eval(ConstViews in, View out) const override { kernels::one_hot(name(), in[0], out); }
    Tensor vjp(int, Tensors, const Tensor&, const Tensor&) const override { return {}; }
    Tensor batched(const MappedInputs& in) const override {
        return record(OneHot(depth, dtype), in[0]);
    }

    Index depth;
    DType dtype;
};

// out = the number of elements of in[0] that are below x, or not above it; a constant
struct SearchSorted final : General, detail::OfSide {
    explicit SearchSorted(Side s) : OfSide{s} {}
    bool operator==(const SearchSorted&) const = default;
    std::string_view name() const noexcept override { return "searchsorted"; }
    Spec infer(Specs in) const override {
        if (common_dtype(name(), in) == bool_)
            fail<DTypeError>(name(), "can't search among truth values");
        if (in[0].shape.rank() != 1)
            fail<ShapeError>(name(), "searches among numbers (n), got ", in[0].shape);
        return {in[1].shape, i64};
    }
    void eval(ConstViews in, View out) const override {
        dispatch(in[0].spec.dtype, [&]<class T>() {
            const std::span<const T> among(in[0].as<T>(), static_cast<std::size_t>(in[0].size()));
            const T* const x = in[1].as<T>();
            auto* const to = out.as<std::int64_t>();
            for (Index i = 0; i < out.size(); ++i) {
                const auto at = x[i] != x[i]         ? among.end()
                                : side == Side::left ? std::ranges::lower_bound(among, x[i])
                                                     : std::ranges::upper_bound(among, x[i]);
                to[i] = at - among.begin();
            }
        });
    }
    Tensor vjp(int, Tensors, const Tensor&, const Tensor&) const override { return {}; }
    Tensor batched(const MappedInputs& in) const override {
        return in.mapped(0) ? Tensor() : record(SearchSorted(side), in[0], in[1]);
    }
};

}  // namespace

detail::IndexedRows detail::indexed_rows_of(const Tensor& gradient) {
    const Node* node = gradient.node();
    if (!node || !node->at_home() || !node->op || node->data || node->has(Node::constant))
        return {};
    const auto* op = dynamic_cast<const TakeAdjoint*>(node->op);
    if (!op || op->axis != 0) return {};
    return {node->inputs()[1], node->inputs()[0]};
}

Tensor detail::sum_at(std::string_view op, const Tensor& values, const Tensor& indices,
                      Index size) {
    want_indices(op, indices.spec());
    if (values.dtype() == bool_) fail<DTypeError>(op, "can't add up ", values.spec());
    if (values.shape() != indices.shape())
        fail<ShapeError>(op, "values ", values.shape(), " want an index each, got ",
                         indices.shape());
    return record(TakeAdjoint(0, Shape{size}), flatten(values), flatten(indices));
}

Tensor take(const Tensor& x, const Tensor& indices, Integer axis) {
    return record(Take(normalize_axis("take", axis, x.rank())), x, indices);
}

Tensor take_along_axis(const Tensor& x, const Tensor& indices, Integer axis) {
    constexpr std::string_view op = "take_along_axis";
    const int at = normalize_axis(op, axis, x.rank());
    want_indices(op, indices.spec());
    if (indices.rank() != x.rank())
        fail<ShapeError>(op, "x of ", x.shape(), " and indices of ", indices.shape(),
                         " differ in rank");
    // All other axes broadcast.
    const auto stretched = [&](const Tensor& t, const Tensor& other) {
        Shape::Sizes sizes = other.shape().sizes();
        sizes[at] = t.shape()[at];
        return broadcast_to(t, broadcast(op, t.shape(), Shape(sizes)));
    };
    return record(TakeAlong(at), stretched(x, indices), stretched(indices, x));
}

Tensor one_hot(const Tensor& indices, Integer depth, DType dtype) {
    if (depth < 0) fail<ValueError>("one_hot", "wants a depth of at least 0, got ", Index{depth});
    return record(OneHot(depth, dtype), indices);
}

Tensor searchsorted(const Tensor& sorted, const Tensor& x, Side side) {
    return record(SearchSorted(side), sorted, x);
}

}  // namespace shikumi

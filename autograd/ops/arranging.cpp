// Other orders of elements and axes, composed of slices, joins and transposes.
#include <algorithm>
#include <numeric>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/detail/axes.hpp>
#include <shikumi/autograd/ops/detail/index_list.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace {

// The axes of a list, none of which may occur twice.
std::vector<int> distinct_axes(std::string_view op, const Axes& axes, int rank) {
    detail::axis_set(op, axes, rank);
    std::vector<int> list;
    for (const Index axis : axes.list()) list.push_back(normalize_axis(op, axis, rank));
    if (axes.all()) {
        list.resize(static_cast<std::size_t>(rank));
        std::iota(list.begin(), list.end(), 0);
    }
    return list;
}

Tensor rolled(const Tensor& x, Index shift, int axis) {
    const Index n = x.shape()[axis];
    if (n == 0) return x;
    const Index by = (shift % n + n) % n;
    if (by == 0) return x;
    return concatenate({slice(x, axis, {.start = n - by}), slice(x, axis, {.stop = n - by})}, axis);
}

// The list of a function that takes several tensors.
void want_some(std::string_view op, const std::vector<Tensor>& parts) {
    if (parts.empty()) fail<ShapeError>(op, "no tensors to join");
}

// Joins parts by `concatenate`, after a check under this name.
Tensor joined(std::string_view op, const std::vector<Tensor>& parts, int axis) {
    std::vector<const Spec*> specs;
    for (const Tensor& part : parts) {
        specs.push_back(&part.spec());
        bool fits = part.rank() == parts[0].rank();
        for (int i = 0; fits && i < part.rank(); ++i)
            fits = i == axis || part.shape()[i] == parts[0].shape()[i];
        if (!fits)
            fail<ShapeError>(op, "shapes ", parts[0].shape(), " and ", part.shape(),
                             " don't fit together along axis ", axis);
    }
    common_dtype(op, specs);
    return concatenate(parts, axis);
}

Tensor as_list(const Tensor& x) { return x.rank() == 0 ? flatten(x) : x; }
Tensor as_row(const Tensor& x) { return x.rank() < 2 ? reshape(x, Shape{1, x.size()}) : x; }
Tensor as_column(const Tensor& x) { return x.rank() < 2 ? reshape(x, Shape{x.size(), 1}) : x; }

template <class F>
std::vector<Tensor> each(const std::vector<Tensor>& parts, F f) {
    std::vector<Tensor> all;
    for (const Tensor& part : parts) all.push_back(f(part));
    return all;
}

}  // namespace

Tensor repeat(const Tensor& x, const std::vector<Index>& counts, std::optional<Integer> axis) {
    constexpr std::string_view op = "repeat";
    if (!axis) return repeat(flatten(x), counts, 0);
    const int at = normalize_axis(op, *axis, x.rank());
    const Index size = x.shape()[at];
    if (static_cast<Index>(counts.size()) != size)
        fail<ShapeError>(op, "got ", counts.size(), " counts for the ", size, " elements of axis ",
                         at, " of ", x.shape());
    constexpr Index most = Index{1} << 60;  // elements of a shape
    Index total = 0;
    for (const Index count : counts) {
        if (count < 0) fail<ShapeError>(op, "can't repeat an element ", count, " times");
        if (count > most - total)
            fail<ShapeError>(op, "makes more than 2^60 elements of axis ", at, " of ", x.shape());
        total += count;
    }
    std::size_t element = 0;
    Index left = total > 0 ? counts[0] : 0;
    const Tensor list = detail::index_list(Shape{total}, [&](Index) {
        while (left == 0) left = counts[++element];
        --left;
        return static_cast<Index>(element);
    });
    return take(x, list, at);
}

Tensor roll(const Tensor& x, const PerAxis& shifts, const Axes& axes) {
    constexpr std::string_view op = "roll";
    const auto& by = shifts.list();
    const std::size_t count = axes.all() ? 1 : axes.list().size();
    if (by.size() != 1 && by.size() != count)
        fail<ShapeError>(op, "got ", by.size(), " shifts for ", count,
                         count == 1 ? " axis" : " axes");
    if (axes.all()) return reshape(rolled(flatten(x), by[0], 0), x.shape());
    Tensor y = x;
    for (std::size_t i = 0; i < count; ++i)
        y = rolled(y, by[by.size() == 1 ? 0 : i], normalize_axis(op, axes.list()[i], x.rank()));
    return y;
}

Tensor moveaxis(const Tensor& x, const Axes& source, const Axes& destination) {
    constexpr std::string_view op = "moveaxis";
    const std::vector<int> from = distinct_axes(op, source, x.rank()),
                           to = distinct_axes(op, destination, x.rank());
    if (from.size() != to.size())
        fail<ShapeError>(op, "got ", from.size(), " axes for ", to.size(), " places");
    std::vector<int> order(static_cast<std::size_t>(x.rank()), -1);
    for (std::size_t i = 0; i < from.size(); ++i) order[static_cast<std::size_t>(to[i])] = from[i];
    auto place = order.begin();
    for (int axis = 0; axis < x.rank(); ++axis) {
        if (std::ranges::find(from, axis) != from.end()) continue;
        place = std::find(place, order.end(), -1);
        *place = axis;
    }
    return transpose(x, order);
}

Tensor swapaxes(const Tensor& x, Integer axis1, Integer axis2) {
    std::vector<int> order(static_cast<std::size_t>(x.rank()));
    std::iota(order.begin(), order.end(), 0);
    const auto at = [&](Integer axis) {
        return static_cast<std::size_t>(normalize_axis("swapaxes", axis, x.rank()));
    };
    std::swap(order[at(axis1)], order[at(axis2)]);
    return transpose(x, order);
}

Tensor rot90(const Tensor& x, Integer k, Integer first, Integer second) {
    constexpr std::string_view op = "rot90";
    const int a = normalize_axis(op, first, x.rank()), b = normalize_axis(op, second, x.rank());
    if (a == b) fail<ShapeError>(op, "turns in a plane of two axes, got axis ", a, " twice");
    switch ((k % 4 + 4) % 4) {
        case 0:
            return x;
        case 1:
            return swapaxes(flip(x, b), a, b);
        case 2:
            return flip(x, {a, b});
        default:
            return flip(swapaxes(x, a, b), b);
    }
}

std::vector<Tensor> meshgrid(const std::vector<Tensor>& lists, Indexing indexing) {
    constexpr std::string_view op = "meshgrid";
    const auto count = static_cast<int>(lists.size());
    detail::check_rank(op, count);
    const auto axis_of = [&](int i) {
        return indexing == Indexing::xy && count > 1 && i < 2 ? 1 - i : i;
    };
    Shape::Sizes sizes;
    for (int i = 0; i < count; ++i) sizes.push_back(1);
    const Shape::Sizes single = sizes;
    for (int i = 0; i < count; ++i) {
        const Tensor& list = lists[static_cast<std::size_t>(i)];
        if (list.rank() > 1) fail<ShapeError>(op, "takes lists (n), got ", list.shape());
        sizes[axis_of(i)] = list.size();
    }
    std::vector<Tensor> grids;
    for (int i = 0; i < count; ++i) {
        const Tensor& list = lists[static_cast<std::size_t>(i)];
        Shape::Sizes own = single;
        own[axis_of(i)] = list.size();
        grids.push_back(broadcast_to(reshape(list, Shape(own)), Shape(sizes)));
    }
    return grids;
}

Tensor hstack(const std::vector<Tensor>& parts) {
    want_some("hstack", parts);
    const std::vector<Tensor> lists = each(parts, as_list);
    return joined("hstack", lists, lists[0].rank() == 1 ? 0 : 1);
}

Tensor vstack(const std::vector<Tensor>& parts) {
    want_some("vstack", parts);
    return joined("vstack", each(parts, as_row), 0);
}

Tensor dstack(const std::vector<Tensor>& parts) {
    want_some("dstack", parts);
    return joined("dstack",
                  each(parts,
                       [](const Tensor& part) {
                           const Tensor x = as_row(part);
                           return x.rank() == 2 ? expand_dims(x, 2) : x;
                       }),
                  2);
}

Tensor column_stack(const std::vector<Tensor>& parts) {
    want_some("column_stack", parts);
    return joined("column_stack", each(parts, as_column), 1);
}

Tensor diff(const Tensor& x, Integer n, Integer axis) {
    constexpr std::string_view op = "diff";
    if (x.dtype() == bool_) fail<DTypeError>(op, "takes numbers, got ", x.spec());
    const int at = normalize_axis(op, axis, x.rank());
    if (n < 0) fail<ValueError>(op, "wants n from 0 on, got ", Index{n});
    Tensor y = x;
    for (Index i = 0; i < n && y.shape()[at] > 0; ++i)
        y = slice(y, at, {.start = 1}) - slice(y, at, {.stop = -1});
    return y;
}

Tensor sliding_window(const Tensor& x, Integer size, Integer axis, Integer step) {
    constexpr std::string_view op = "sliding_window";
    const int at = normalize_axis(op, axis, x.rank());
    detail::check_rank(op, x.rank() + 1);
    if (size < 1 || step < 1)
        fail<ValueError>(op, "wants a size and a step from 1 on, got ", Index{size}, " and ",
                         Index{step});
    const Index n = x.shape()[at];
    if (size > n)
        fail<ShapeError>(op, "a window of ", Index{size}, " elements doesn't fit axis ", at, " of ",
                         x.shape());
    const Index windows = (n - size) / step + 1;
    const Tensor list = detail::index_list(Shape{windows, size},
                                           [&](Index i) { return i / size * step + i % size; });
    return moveaxis(take(x, list, at), at + 1, -1);
}

Tensor vander(const Tensor& x, std::optional<Integer> columns, Boolean increasing) {
    constexpr std::string_view op = "vander";
    if (x.dtype() == bool_) fail<DTypeError>(op, "takes numbers, got ", x.spec());
    if (x.rank() != 1) fail<ShapeError>(op, "takes numbers (n), got ", x.shape());
    const Index count = columns ? Index{*columns} : x.size();
    if (count < 0) fail<ValueError>(op, "wants columns from 0 on, got ", count);
    if (count == 0) return zeros({x.size(), 0}, x.dtype());
    std::vector<Tensor> powers{ones_like(x)};
    for (Index i = 1; i < count; ++i) powers.push_back(powers.back() * x);
    if (!increasing) std::reverse(powers.begin(), powers.end());
    return stack(powers, 1);
}

}  // namespace shikumi

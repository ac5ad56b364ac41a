// Reading by NumPy's subscripts: slices first, then the axes under indices are joined to one, along
// which `take` reads. So the derivatives are those of slice and take.
#include <algorithm>
#include <array>
#include <numeric>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/detail/axes.hpp>
#include <shikumi/autograd/ops/detail/dtype_checks.hpp>
#include <shikumi/autograd/ops/detail/extent.hpp>
#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/ops/detail/index_list.hpp>
#include <shikumi/autograd/ops/detail/rows.hpp>
#include <shikumi/autograd/ops/detail/selection.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace {

using detail::Selection;
using One = Subscripts::One;
using Choice = Selection::Choice;
using Kind = Choice::Kind;

bool is_mask(const Tensor& t) { return t.dtype() == bool_; }

// How many axes a subscript stands for.
int axes_of(std::string_view op, const One& one) {
    switch (one.kind()) {
        case One::Kind::position:
        case One::Kind::slice:
            return 1;
        case One::Kind::tensor:
            if (is_mask(one.tensor())) return one.tensor().rank();
            detail::want_indices(op, one.tensor().spec());
            return 1;
        default:
            return 0;
    }
}

Choice position_part(std::string_view op, const Shape& shape, int axis, const Slice& range) {
    const Index size = shape[axis], given = *range.start;
    if (given < -size || given >= size)
        fail<ValueError>(op, "position ", given, " is outside axis ", axis, " of ", shape);
    const Index at = given < 0 ? given + size : given;
    return {.kind = Kind::indices, .axis = axis, .axes = 1, .range = {at, at + 1}, .size = size};
}

Choice slice_part(const Shape& shape, int axis, const Slice& range) {
    return {.kind = Kind::slice,
            .axis = axis,
            .axes = 1,
            .range = range,
            .size = detail::extent(range, shape[axis]).count};
}

Choice tensor_part(StaticName op, const Shape& shape, int axis, const Tensor& t) {
    Choice part{.kind = Kind::indices, .axis = axis, .axes = is_mask(t) ? t.rank() : 1};
    for (int i = 0; i < part.axes; ++i) part.size *= shape[axis + i];
    if (!is_mask(t)) {
        part.at = detail::checked_indices(op, t, part.size, true);
        return part;
    }
    for (int i = 0; i < part.axes; ++i) {
        if (t.shape()[i] != shape[axis + i])
            fail<ShapeError>(op.text, "a mask ", t.shape(), " doesn't fit ", shape, " from axis ",
                             axis, " on");
    }
    part.at = detail::true_positions(t);
    return part;
}

// The parts of a selection in the order of the subscripts; axes that these leave out stay whole.
std::vector<Choice> parts_of(StaticName op, const Shape& shape, std::vector<One> list) {
    const auto is_ellipsis = [](const One& one) { return one.kind() == One::Kind::others; };
    const auto ellipses = std::ranges::count_if(list, is_ellipsis);
    if (ellipses > 1)
        fail<ValueError>(op.text, "got ", ellipses,
                         " ellipses, where one stands for all remaining axes");
    int named = 0;
    for (const One& one : list) named += axes_of(op.text, one);
    if (named > shape.rank())
        fail<ShapeError>(op.text, "subscripts for ", named, " axes of ", shape, ", which has ",
                         shape.rank());
    if (ellipses == 0) list.push_back(ellipsis);
    std::vector<Choice> parts;
    int axis = 0;
    for (const One& one : list) {
        if (one.kind() == One::Kind::new_axis) {
            parts.push_back({.kind = Kind::newaxis});
        } else if (is_ellipsis(one)) {
            if (named == shape.rank()) parts.push_back({.kind = Kind::nothing});
            for (int rest = shape.rank() - named; rest > 0; --rest)
                parts.push_back(slice_part(shape, axis++, {}));
        } else {
            parts.push_back(
                one.kind() == One::Kind::position ? position_part(op.text, shape, axis, one.slice())
                : one.kind() == One::Kind::slice  ? slice_part(shape, axis, one.slice())
                                                  : tensor_part(op, shape, axis, one.tensor()));
            axis += parts.back().axes;
        }
    }
    return parts;
}

bool is_indices(const Choice& part) { return part.kind == Kind::indices; }

// The sizes of the axes that the parts leave, with those of the indices in their place.
Shape result_shape(std::string_view op, const Selection& s) {
    std::vector<Index> sizes;
    std::size_t place = 0;
    bool placed = !s.in_place;
    for (const Choice& part : s.parts) {
        if (is_indices(part) && !placed) {
            place = sizes.size();
            placed = true;
        }
        if (part.kind == Kind::slice || part.kind == Kind::newaxis) sizes.push_back(part.size);
    }
    const auto chosen = s.chosen.sizes();
    sizes.insert(sizes.begin() + static_cast<std::ptrdiff_t>(place), chosen.begin(), chosen.end());
    detail::check_rank(op, static_cast<int>(sizes.size()));
    return Shape(std::span<const Index>(sizes));
}

// One index for several axes: Σ indices[i] · (the sizes of those behind it).
Tensor joined_indices(const std::vector<const Choice*>& indexed) {
    Tensor joined = indexed.front()->at;
    for (std::size_t i = 1; i < indexed.size(); ++i)
        joined = joined * indexed[i]->size + indexed[i]->at;
    return joined;
}

// x with `count` axes from `from` on moved in front.
Tensor moved_in_front(const Tensor& x, int from, int count) {
    std::vector<int> order(static_cast<std::size_t>(x.rank()));
    std::iota(order.begin(), order.end(), 0);
    std::rotate(order.begin(), order.begin() + from, order.begin() + from + count);
    return transpose(x, order);
}

Tensor with_axes_in_front(const Tensor& x, const std::vector<int>& axes) {
    std::vector<int> order = axes;
    for (int i = 0; i < x.rank(); ++i) {
        if (std::ranges::find(axes, i) == axes.end()) order.push_back(i);
    }
    return transpose(x, order);
}

// The sizes of x with `count` axes from `from` on as one.
Shape with_joined_axes(const Shape& x, int from, int count) {
    Shape::Sizes sizes;
    for (int i = 0; i < from; ++i) sizes.push_back(x[i]);
    Index joined = 1;
    for (int i = from; i < from + count; ++i) joined *= x[i];
    sizes.push_back(joined);
    for (int i = from + count; i < x.rank(); ++i) sizes.push_back(x[i]);
    return Shape(sizes);
}

// Where a slice's elements lie, `step` apart, along axis `axis` of a result of `rank` axes.
Tensor along(const Choice& slice, Index size, Index step, int axis, int rank) {
    const detail::Extent taken = detail::extent(slice.range, size);
    Shape::Sizes sizes;
    for (int i = 0; i < rank; ++i) sizes.push_back(i == axis ? taken.count : 1);
    return detail::index_list(Shape(sizes),
                              [&](Index i) { return (taken.start + i * slice.range.step) * step; });
}

}  // namespace

Selection detail::selection(StaticName op, const Shape& shape, const Subscripts& subscripts) {
    Selection s;
    s.parts = parts_of(op, shape, subscripts.list());
    for (const Choice& part : s.parts) {
        if (!part.at.defined()) continue;
        s.chosen = broadcast(op.text, s.chosen, part.at.shape());
    }
    for (const One& one : subscripts.list())
        s.distinct = s.distinct && (one.kind() != One::Kind::tensor || is_mask(one.tensor()));
    const auto first = std::ranges::find_if(s.parts, is_indices);
    const auto behind = std::find_if_not(first, s.parts.end(), is_indices);
    s.in_place = std::none_of(behind, s.parts.end(), is_indices);
    s.shape = result_shape(op.text, s);
    return s;
}

Tensor detail::selected(const Tensor& x, const Selection& s) {
    std::vector<Slice> ranges(static_cast<std::size_t>(x.rank()));
    Shape::Sizes sizes;  // of the slices; without positions, and with each mask's axes as one
    std::vector<const Choice*> indexed;
    std::vector<int> axes;
    for (const Choice& part : s.parts) {
        const bool indices = is_indices(part) && part.at.defined();
        if (part.axes == 1 && !indices) ranges[static_cast<std::size_t>(part.axis)] = part.range;
        if (indices) {
            indexed.push_back(&part);
            axes.push_back(sizes.rank());
        }
        if (indices || part.kind == Kind::slice) sizes.push_back(part.size);
    }
    Tensor y = reshape(slice(x, ranges), Shape(sizes));
    if (axes.empty()) return reshape(y, s.shape);
    const int count = static_cast<int>(axes.size());
    const bool together = axes.back() - axes.front() + 1 == count;
    if (!together) y = with_axes_in_front(y, axes);
    const int at = together ? axes.front() : 0;
    y = reshape(y, with_joined_axes(y.shape(), at, count));
    y = take(y, joined_indices(indexed), at);
    if (!s.in_place) y = moved_in_front(y, at, s.chosen.rank());
    return reshape(y, s.shape);
}

Tensor detail::positions(const Shape& shape, const Selection& s) {
    const int rank = s.shape.rank();
    Index fixed = 0;
    Tensor chosen = zeros(s.chosen, i64), sum;
    int axis = s.in_place ? 0 : s.chosen.rank();  // of the result
    int place = 0;                                // of the indices, in the result
    bool placed = !s.in_place;
    for (const Choice& part : s.parts) {
        Index step = 1;  // from one position to the next along the part's last axis
        for (int i = part.axis + part.axes; i < shape.rank(); ++i) step *= shape[i];
        if (is_indices(part)) {
            if (!placed) {
                place = axis;
                axis += s.chosen.rank();
                placed = true;
            }
            if (part.at.defined())
                chosen = chosen + part.at * (part.axes == 0 ? 0 : step);
            else
                fixed += Index{*part.range.start} * step;
        } else if (part.kind == Kind::slice) {
            add_to(sum, along(part, shape[part.axis], step, axis++, rank));
        } else if (part.kind == Kind::newaxis) {
            ++axis;
        }
    }
    Shape::Sizes wide;
    for (int i = 0; i < rank; ++i) {
        const bool own = i >= place && i < place + s.chosen.rank();
        wide.push_back(own ? s.chosen[i - place] : 1);
    }
    add_to(sum, reshape(chosen + fixed, Shape(wide)));
    return broadcast_to(sum, s.shape);
}

Tensor detail::true_positions(const Tensor& mask) {
    const Array values = mask.array();
    const auto elements = values.data<bool>();
    std::vector<Index> list;
    for (std::size_t i = 0; i < elements.size(); ++i) {
        if (elements[i]) list.push_back(static_cast<Index>(i));
    }
    return tensor(list);
}

Tensor Tensor::operator[](const Subscripts& subscripts) const {
    return detail::selected(*this, detail::selection("subscript", shape(), subscripts));
}

}  // namespace shikumi

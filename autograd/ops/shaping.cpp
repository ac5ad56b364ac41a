// Operations that move elements and compute nothing.
#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>
#include <string>
#include <utility>

#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/kernels/copy.hpp>
#include <shikumi/autograd/kernels/detail/around_axis.hpp>
#include <shikumi/autograd/ops/detail/attributes.hpp>
#include <shikumi/autograd/ops/detail/axes.hpp>
#include <shikumi/autograd/ops/detail/extent.hpp>
#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/ops/detail/pointwise.hpp>
#include <shikumi/autograd/ops/detail/transpose.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace {

using detail::with_front_axis;
using kernels::Layout;
using kernels::detail::AroundAxis;

// out = x under another shape; g under x's
struct Reshape final : Multilinear {
    explicit Reshape(const Shape& s) : shape(s) {}
    bool operator==(const Reshape&) const = default;
    std::string_view name() const noexcept override { return "reshape"; }
    Form form() const noexcept override { return Form::view; }
    Spec infer(Specs in) const override {
        if (in[0].size() != shape.size())
            fail<ShapeError>(name(), "the ", in[0].size(), " elements of ", in[0].shape,
                             " do not fill ", shape, ", which has ", shape.size());
        return {shape, in[0].dtype};
    }
    void eval(ConstViews in, View out) const override { kernels::copy_bytes(in[0], out); }
    Tensor adjoint(int, Tensors in, const Tensor& g) const override {
        return reshape(g, in[0].shape());
    }
    Tensor batched(const MappedInputs& in) const override {
        return record(Reshape(with_front_axis(in.size(), shape)), in[0]);
    }

    Shape shape;
};

// out = x; g
struct Identity final : Multilinear {
    std::string_view name() const noexcept override { return "identity"; }
    Form form() const noexcept override { return Form::view; }
    Spec infer(Specs in) const override { return in[0]; }
    void eval(ConstViews in, View out) const override { kernels::copy_bytes(in[0], out); }
    Tensor adjoint(int, Tensors, const Tensor& g) const override { return g; }
    Tensor batched(const MappedInputs& in) const override { return identity(in[0]); }
};

// out = x; a constant
struct StopGradient final : General {
    std::string_view name() const noexcept override { return "stop_gradient"; }
    Form form() const noexcept override { return Form::view; }
    Spec infer(Specs in) const override { return in[0]; }
    void eval(ConstViews in, View out) const override { kernels::copy_bytes(in[0], out); }
    Tensor vjp(int, Tensors, const Tensor&, const Tensor&) const override { return {}; }
    Tensor jvp(Tensors, const Tensor& out, Tensors) const override { return zeros_like(out); }
    Tensor batched(const MappedInputs& in) const override { return stop_gradient(in[0]); }
};

// out = x, repeated along axes it lacks or has with size 1; g summed over them
struct BroadcastTo final : Multilinear {
    explicit BroadcastTo(const Shape& s) : shape(s) {}
    bool operator==(const BroadcastTo&) const = default;
    std::string_view name() const noexcept override { return "broadcast_to"; }
    Form form() const noexcept override { return Form::broadcast; }
    Spec infer(Specs in) const override {
        if (broadcast(name(), in[0].shape, shape) != shape)
            fail<ShapeError>(name(), in[0].shape, " does not broadcast to ", shape);
        return {shape, in[0].dtype};
    }
    void eval(ConstViews in, View out) const override { kernels::broadcast(in[0], out); }
    Tensor adjoint(int, Tensors in, const Tensor& g) const override {
        return detail::sum_to(g, in[0].shape());
    }
    Tensor batched(const MappedInputs& in) const override {
        return broadcast_to(in.aligned(0, shape.rank()), with_front_axis(in.size(), shape));
    }

    Shape shape;
};

// Points of a grid among the elements of an array.
struct Grid : detail::OnGrid {
    bool operator==(const Grid&) const = default;
    // The same grid in each example of a batch.
    Grid behind_batch() const {
        Grid grid;
        grid.step[0] = 1;
        std::copy(start.begin(), start.end() - 1, grid.start.begin() + 1);
        std::copy(step.begin(), step.end() - 1, grid.step.begin() + 1);
        return grid;
    }
    // Where the grid's elements lie in an array of `shape`.
    Layout layout(const Shape& shape) const {
        Layout layout = Layout::contiguous(shape);
        for (unsigned i = 0; i < static_cast<unsigned>(shape.rank()); ++i) {
            layout.offset += start[i] * layout.steps[i];
            layout.steps[i] *= step[i];
        }
        return layout;
    }
};

Tensor sliced(const Tensor& x, const Shape& shape, const Grid& grid);
Tensor placed(const Tensor& x, const Shape& shape, const Grid& grid);

// out = x at the points of a grid; g there, zeros elsewhere
struct Cut final : Multilinear, Grid {
    Cut(const Shape& s, const Grid& g) : Grid(g), shape(s) {}
    bool operator==(const Cut&) const = default;
    std::string_view name() const noexcept override { return "slice"; }
    Spec infer(Specs in) const override { return {shape, in[0].dtype}; }
    void eval(ConstViews in, View out) const override {
        if (out.size() > 0) kernels::gather_strided(in[0].data, layout(in[0].spec.shape), out);
    }
    Tensor adjoint(int, Tensors in, const Tensor& g) const override {
        return placed(g, in[0].shape(), *this);
    }
    Tensor batched(const MappedInputs& in) const override {
        return sliced(in[0], with_front_axis(in.size(), shape), behind_batch());
    }

    Shape shape;
};

// out = x at the points of a grid, zeros elsewhere; g there. Padding is the case of step 1.
struct Place final : Multilinear, Grid {
    Place(const Shape& s, const Grid& g) : Grid(g), shape(s) {}
    bool operator==(const Place&) const = default;
    std::string_view name() const noexcept override { return "place"; }
    Spec infer(Specs in) const override { return {shape, in[0].dtype}; }
    void eval(ConstViews in, View out) const override {
        if (out.size() == 0) return;
        std::memset(out.data, 0, out.spec.bytes());
        if (in[0].size() > 0) kernels::scatter_strided(in[0], out.data, layout(shape));
    }
    Tensor adjoint(int, Tensors in, const Tensor& g) const override {
        return sliced(g, in[0].shape(), *this);
    }
    Tensor batched(const MappedInputs& in) const override {
        return placed(in[0], with_front_axis(in.size(), shape), behind_batch());
    }

    Shape shape;
};

Tensor sliced(const Tensor& x, const Shape& shape, const Grid& grid) {
    return record(Cut(shape, grid), x);
}
Tensor placed(const Tensor& x, const Shape& shape, const Grid& grid) {
    return record(Place(shape, grid), x);
}

// out = x₁ x₂ … in a row along an axis; each gets its slice of g. Linear in all of them together,
// not in each alone, so it isn't Multilinear.
struct Concatenate final : General, detail::AlongAxis {
    explicit Concatenate(int a) : AlongAxis{a} {}
    bool operator==(const Concatenate&) const = default;
    std::string_view name() const noexcept override { return "concatenate"; }
    Spec infer(Specs in) const override {
        const DType dtype = common_dtype(name(), in);
        Shape::Sizes sizes = in[0].shape.sizes();
        for (std::size_t k = 1; k < in.size(); ++k) {
            const Spec& part = in[k];
            Shape::Sizes own = part.shape.sizes();
            if (own.rank() == sizes.rank()) {
                const Index size = std::exchange(own[axis], sizes[axis]);
                if (std::ranges::equal(own, sizes)) {
                    sizes[axis] += size;
                    continue;
                }
            }
            fail<ShapeError>(name(), in[0].shape, " and ", part.shape,
                             " differ in more than the size of axis ", axis);
        }
        return {Shape(sizes), dtype};
    }
    void eval(ConstViews in, View out) const override {
        Layout layout = Layout::contiguous(out.spec.shape);
        for (const ConstView& part : in) {
            if (part.size() > 0) kernels::scatter_strided(part, out.data, layout);
            layout.offset += part.spec.shape[axis] * layout.steps[static_cast<unsigned>(axis)];
        }
    }
    Tensor vjp(int i, Tensors in, const Tensor&, const Tensor& g) const override {
        Index start = 0;
        for (const Tensor& part : in.first(static_cast<std::size_t>(i)))
            start += part.shape()[axis];
        return slice(g, axis, {start, start + in[static_cast<std::size_t>(i)].shape()[axis]});
    }
    Tensor jvp(Tensors in, const Tensor&, Tensors tangents) const override {
        std::vector<Tensor> parts(tangents.begin(), tangents.end());
        for (std::size_t i = 0; i < parts.size(); ++i) {
            if (!parts[i].defined()) parts[i] = zeros_like(in[i]);
        }
        return concatenate(parts, axis);
    }
    Tensor batched(const MappedInputs& in) const override {
        std::vector<Tensor> parts;
        for (std::size_t i = 0; i < in.inputs().size(); ++i) parts.push_back(in.whole(i));
        return concatenate(parts, axis + 1);
    }
};

// A slice of x: all of it, until it is narrowed along some axes.
struct SliceBuilder {
    explicit SliceBuilder(const Tensor& x) : sizes(x.shape().sizes()) { grid.step.fill(1); }
    void narrow(int axis, const Slice& range) {
        const auto [start, count] = detail::extent(range, sizes[axis]);
        sizes[axis] = count;
        grid.start[static_cast<unsigned>(axis)] = start;
        grid.step[static_cast<unsigned>(axis)] = count > 1 ? Index{range.step} : Index{1};
    }
    Tensor of(const Tensor& x) const {
        const Shape shape(sizes);
        const bool forward = std::ranges::all_of(grid.step, [](Index s) { return s > 0; });
        return forward && shape == x.shape() ? x : sliced(x, shape, grid);
    }

    Shape::Sizes sizes;
    Grid grid;
};

// x without as many elements at the ends of each axis as negative widths say.
Tensor without_borders(const Tensor& x, const std::vector<std::pair<Index, Index>>& widths) {
    const auto cuts = [](const auto& width) { return width.first < 0 || width.second < 0; };
    if (std::ranges::none_of(widths, cuts)) return x;
    std::vector<Slice> kept;
    for (const auto& [before, after] : widths) {
        const Index size = x.shape()[static_cast<int>(kept.size())];
        const Index first = -std::min<Index>(0, std::max(before, -size - 1)),
                    last = size + std::min<Index>(0, std::max(after, -size - 1));
        if (first > last)
            fail<ShapeError>("pad", "widths of ", before, " and ", after,
                             " cut off more than axis ", kept.size(), " of ", x.shape(), " has");
        kept.push_back({first, last});
    }
    return slice(x, kept);
}

Shape with_size(const Shape& shape, int axis, Index size) {
    Shape::Sizes sizes = shape.sizes();
    sizes[axis] = size;
    return Shape(sizes);
}

}  // namespace

// ---- the same elements under another shape ------------------------------------------------------

Tensor reshape(const Tensor& x, const Shape& shape) {
    return x.shape() == shape ? x : record(Reshape(shape), x);
}

Tensor reshape(const Tensor& x, std::span<const Index> sizes) {
    const auto open = std::ranges::find(sizes, Index{-1});
    for (const Index size : sizes) {
        if (size < -1) fail<ShapeError>("reshape", "an axis can't have the negative size ", size);
    }
    if (open == sizes.end()) return reshape(x, Shape(sizes));
    Shape::Sizes known;
    for (const Index size : sizes) known.push_back(size == -1 ? 1 : size);
    const Index product = Shape(known).size();
    if (std::ranges::count(sizes, Index{-1}) > 1 || product == 0 || x.size() % product != 0) {
        std::string wanted;
        for (const Index size : sizes)
            wanted += (wanted.empty() ? "" : ", ") + std::to_string(size);
        fail<ShapeError>("reshape", "no one size for the -1 in (", wanted, ") fits ", x.shape(),
                         ", which has ", x.size(), " elements");
    }
    known[static_cast<int>(open - sizes.begin())] = x.size() / product;
    return reshape(x, Shape(known));
}
Tensor reshape(const Tensor& x, std::initializer_list<Index> sizes) {
    return reshape(x, std::span<const Index>(sizes.begin(), sizes.size()));
}

Tensor flatten(const Tensor& x) { return reshape(x, Shape{x.size()}); }

Tensor squeeze(const Tensor& x, const Axes& axes) {
    const Shape& shape = x.shape();
    detail::AxisSet drop = detail::axis_set("squeeze", axes, x.rank());
    for (int i = 0; i < x.rank(); ++i) {
        if (!detail::holds(drop, i) || shape[i] == 1) continue;
        if (!axes.all())
            fail<ShapeError>("squeeze", "axis ", i, " of ", shape, " has size ", shape[i],
                             ", not 1");
        drop &= ~(detail::AxisSet{1} << i);
    }
    return reshape(x, detail::reduced(shape, drop, false));
}

Tensor expand_dims(const Tensor& x, Integer axis) {
    detail::check_rank("expand_dims", x.rank() + 1);
    const int at = normalize_axis("expand_dims", axis, x.rank() + 1);
    Shape::Sizes sizes;
    for (int i = 0; i <= x.rank(); ++i) {
        if (i == at) sizes.push_back(1);
        if (i < x.rank()) sizes.push_back(x.shape()[i]);
    }
    return reshape(x, Shape(sizes));
}

Tensor identity(const Tensor& x) { return record(Identity{}, x); }
Tensor stop_gradient(const Tensor& x) { return record(StopGradient{}, x); }

Tensor broadcast_to(const Tensor& x, const Shape& shape) {
    return x.shape() == shape ? x : record(BroadcastTo(shape), x);
}

// ---- transpose ----------------------------------------------------------------------------------

Spec detail::Transpose::infer(Specs in) const {
    Shape::Sizes sizes = in[0].shape.sizes();
    for (int i = 0; i < sizes.rank(); ++i) sizes[i] = in[0].shape[order[static_cast<unsigned>(i)]];
    return {Shape(sizes), in[0].dtype};
}

void detail::Transpose::eval(ConstViews in, View out) const {
    const Layout contiguous = Layout::contiguous(in[0].spec.shape);
    Layout layout;
    for (unsigned i = 0; i < static_cast<unsigned>(out.spec.shape.rank()); ++i)
        layout.steps[i] = contiguous.steps[static_cast<unsigned>(order[i])];
    kernels::gather_strided(in[0].data, layout, out);
}

Tensor detail::Transpose::adjoint(int, Tensors in, const Tensor& g) const {
    std::array<int, Shape::max_rank> inverse{};
    for (int i = 0; i < in[0].rank(); ++i)
        inverse[static_cast<unsigned>(order[static_cast<unsigned>(i)])] = i;
    return transpose(g,
                     std::span<const int>(inverse.data(), static_cast<std::size_t>(in[0].rank())));
}

Tensor detail::Transpose::batched(const MappedInputs& in) const {
    Order behind{};
    for (int i = 1; i < in[0].rank(); ++i)
        behind[static_cast<unsigned>(i)] =
            static_cast<std::int8_t>(order[static_cast<unsigned>(i - 1)] + 1);
    return record(Transpose(behind), in[0]);
}

bool detail::Transpose::swaps_last_two(int rank) const noexcept {
    for (int i = 0; i < rank - 2; ++i) {
        if (order[static_cast<unsigned>(i)] != i) return false;
    }
    return rank >= 2 && order[static_cast<unsigned>(rank - 1)] == rank - 2;
}

Tensor transpose(const Tensor& x, std::span<const int> axes) {
    detail::Transpose::Order order{};
    if (static_cast<int>(axes.size()) != x.rank())
        fail<ShapeError>("transpose", axes.size(), " axes for ", x.shape(), ": wanted ", x.rank());
    detail::AxisSet seen = 0;
    bool moves = false;  // some axis of another size than 1 passes another
    int last = -1;
    for (std::size_t i = 0; i < axes.size(); ++i) {
        const int axis = normalize_axis("transpose", axes[i], x.rank());
        if (detail::holds(seen, axis))
            fail<ShapeError>("transpose", "axis ", axis, " is named twice");
        seen |= detail::AxisSet{1} << axis;
        order[i] = static_cast<std::int8_t>(axis);
        if (x.shape()[axis] == 1) continue;
        moves = moves || axis < last;
        last = axis;
    }
    const detail::Transpose op(order);
    if (moves) return record(detail::Transpose(order), x);
    const Spec* const spec = &x.spec();
    return reshape(x, op.infer(std::span(&spec, 1)).shape);
}
Tensor transpose(const Tensor& x, std::initializer_list<int> axes) {
    return transpose(x, std::span<const int>(axes.begin(), axes.size()));
}
Tensor transpose(const Tensor& x) {
    std::array<int, Shape::max_rank> axes{};
    const auto rank = static_cast<std::size_t>(x.rank());
    std::iota(axes.begin(), axes.begin() + rank, 0);
    std::reverse(axes.begin(), axes.begin() + rank);
    return transpose(x, std::span<const int>(axes.data(), rank));
}

// ---- joining and cutting ------------------------------------------------------------------------

Tensor concatenate(const std::vector<Tensor>& parts, Integer axis) {
    if (parts.empty()) fail<ShapeError>("concatenate", "no tensors to join");
    const int at = normalize_axis("concatenate", axis, parts[0].rank());
    if (parts.size() == 1) return parts[0];
    constexpr std::size_t most = 128;  // inputs of one node
    if (parts.size() <= most) return record(Concatenate(at), Tensors(parts));
    std::vector<Tensor> joined;
    for (auto rest = Tensors(parts); !rest.empty();) {
        const auto some = rest.first(std::min(most, rest.size()));
        joined.push_back(concatenate({some.begin(), some.end()}, at));
        rest = rest.subspan(some.size());
    }
    return concatenate(joined, at);
}

Tensor stack(const std::vector<Tensor>& parts, Integer axis) {
    if (parts.empty()) fail<ShapeError>("stack", "no tensors to join");
    detail::check_rank("stack", parts[0].rank() + 1);
    const int at = normalize_axis("stack", axis, parts[0].rank() + 1);
    std::vector<Tensor> expanded;
    for (const Tensor& part : parts) {
        if (part.shape() != parts[0].shape())
            fail<ShapeError>("stack", "shapes ", parts[0].shape(), " and ", part.shape(),
                             " differ");
        if (part.dtype() != parts[0].dtype())
            common_dtype("stack", std::array{&parts[0].spec(), &part.spec()});
        expanded.push_back(expand_dims(part, at));
    }
    return concatenate(expanded, at);
}

detail::Extent detail::extent(const Slice& range, Index size) {
    if (range.step == 0) fail<ValueError>("slice", "a step of 0 gets nowhere");
    const bool up = range.step > 0;
    const auto within = [&](Index position) {
        if (position < 0) position += size;
        return std::clamp(position, up ? Index{0} : Index{-1}, up ? size : size - 1);
    };
    const Index start = range.start ? within(*range.start) : up ? 0 : size - 1;
    const Index stop = range.stop ? within(*range.stop) : up ? size : -1;
    const Index distance = up ? stop - start : start - stop;
    if (distance <= 0) return {0, 0};
    // One less than the step's size, which exists even for the least integer.
    const Index below = up ? range.step - 1 : -(range.step + 1);
    return {start, below >= distance ? 1 : (distance - 1) / (below + 1) + 1};
}

Tensor slice(const Tensor& x, const std::vector<Slice>& ranges) {
    if (static_cast<int>(ranges.size()) > x.rank())
        fail<ShapeError>("slice", ranges.size(), " ranges for ", x.shape(), ", which has ",
                         x.rank(), " axes");
    SliceBuilder part(x);
    for (std::size_t i = 0; i < ranges.size(); ++i) part.narrow(static_cast<int>(i), ranges[i]);
    return part.of(x);
}

Tensor slice(const Tensor& x, Integer axis, const Slice& range) {
    SliceBuilder part(x);
    part.narrow(normalize_axis("slice", axis, x.rank()), range);
    return part.of(x);
}

std::vector<Tensor> split(const Tensor& x, const std::vector<Index>& sizes, Integer axis) {
    const int at = normalize_axis("split", axis, x.rank());
    std::vector<Tensor> parts;
    Index start = 0;
    for (const Index size : sizes) {
        if (size < 0 || size > x.shape()[at] - start)
            fail<ShapeError>("split", "a part of ", size, " elements, where axis ", at, " of ",
                             x.shape(), " has ", x.shape()[at] - start, " left");
        parts.push_back(slice(x, at, {start, start + size}));
        start += size;
    }
    if (start != x.shape()[at])
        fail<ShapeError>("split", "the parts take ", start, " elements of axis ", at, " of ",
                         x.shape());
    return parts;
}

std::vector<Index> detail::equal_sizes(const Tensor& x, Index parts, Index axis) {
    const int at = normalize_axis("split", axis, x.rank());
    const Index size = x.shape()[at];
    if (parts < 1 || size % parts != 0)
        fail<ShapeError>("split", "axis ", at, " of ", x.shape(), " can't be cut into ", parts,
                         " equal parts");
    return std::vector<Index>(static_cast<std::size_t>(parts), size / parts);
}

Tensor flip(const Tensor& x, const Axes& axes) {
    const detail::AxisSet set = detail::axis_set("flip", axes, x.rank());
    SliceBuilder part(x);
    for (int i = 0; i < x.rank(); ++i) {
        if (detail::holds(set, i)) part.narrow(i, {.step = -1});
    }
    return part.of(x);
}

Tensor pad(const Tensor& given, const std::vector<std::pair<Index, Index>>& widths, Scalar value) {
    if (static_cast<int>(widths.size()) != given.rank())
        fail<ShapeError>("pad", widths.size(), " pairs of widths for ", given.shape(), ": wanted ",
                         given.rank());
    const Tensor x = without_borders(given, widths);
    Grid grid;
    grid.step.fill(1);
    Shape::Sizes sizes = x.shape().sizes();
    for (std::size_t i = 0; i < widths.size(); ++i) {
        const Index before = std::max<Index>(0, widths[i].first),
                    after = std::max<Index>(0, widths[i].second);
        grid.start[i] = before;
        Index& size = sizes[static_cast<int>(i)];
        if (__builtin_add_overflow(size, before, &size) ||
            __builtin_add_overflow(size, after, &size))
            fail<ShapeError>("pad", "adding ", before, " and ", after, " elements is too much");
    }
    const Shape shape(sizes);
    if (shape == x.shape()) return x;
    const Tensor padded = placed(x, shape, grid);
    if (value.to<double>() == 0) return padded;
    return where(placed(ones(x.shape(), bool_), shape, grid), padded,
                 detail::literal("pad", value, x.dtype()));
}

// Both work axis by axis on (outer, axis, inner) with one axis more, which is broadcast.
Tensor tile(const Tensor& x, const std::vector<Index>& repeats) {
    const auto rank = std::max(static_cast<std::size_t>(x.rank()), repeats.size());
    detail::check_rank("tile", static_cast<int>(rank));
    Shape::Sizes sizes;
    for (std::size_t i = 0; i < rank; ++i) {
        const auto own =
            static_cast<int>(i) - static_cast<int>(rank - static_cast<std::size_t>(x.rank()));
        sizes.push_back(own < 0 ? 1 : x.shape()[own]);
    }
    Tensor out = reshape(x, Shape(sizes));
    for (std::size_t i = 0; i < repeats.size(); ++i) {
        const int axis = static_cast<int>(i + rank - repeats.size());
        const Index count = repeats[i];
        if (count < 0) fail<ShapeError>("tile", "can't repeat ", x.shape(), " ", count, " times");
        if (count == 1) continue;
        const auto [outer, size, inner] = AroundAxis(out.shape(), axis);
        const Shape repeated{outer, count, size * inner};
        const Shape shape = with_size(out.shape(), axis, size * count);
        out = reshape(broadcast_to(reshape(out, Shape{outer, 1, size * inner}), repeated), shape);
    }
    return out;
}

Tensor detail::repeated(const Tensor& x, Index count, std::optional<Index> axis) {
    if (count < 0) fail<ShapeError>("repeat", "can't repeat ", x.shape(), " ", count, " times");
    if (!axis) return repeated(flatten(x), count, 0);
    const int at = normalize_axis("repeat", *axis, x.rank());
    const auto [outer, size, inner] = AroundAxis(x.shape(), at);
    const Shape repeated{outer * size, count, inner};
    return reshape(broadcast_to(reshape(x, Shape{outer * size, 1, inner}), repeated),
                   with_size(x.shape(), at, size * count));
}

}  // namespace shikumi

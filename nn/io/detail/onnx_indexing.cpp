// Elements at positions, and around the borders.
#include <algorithm>
#include <limits>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/io/detail/onnx_operators.hpp>
#include <shikumi/nn/io/detail/onnx_place.hpp>
#include <shikumi/nn/layers/core/embedding.hpp>

namespace shikumi::nn::detail {

namespace {

using Outputs = std::vector<Tensor>;
using Call = OnnxCall;
using Sizes = std::vector<Index>;

// ---- slices -------------------------------------------------------------------------------------

Outputs slice_by(const Call& call, const Sizes& starts, const Sizes& ends, Sizes axes,
                 Sizes steps) {
    Tensor x = call[0];
    if (axes.empty())
        for (std::size_t i = 0; i < starts.size(); ++i) axes.push_back(static_cast<Index>(i));
    if (steps.empty()) steps.assign(starts.size(), 1);
    if (ends.size() != starts.size() || axes.size() != starts.size() ||
        steps.size() != starts.size())
        call.refuse("has lists of different lengths");
    for (std::size_t i = 0; i < starts.size(); ++i) {
        const int axis = normalize_axis("Slice", axes[i], x.rank());
        const Index n = x.shape()[axis], step = steps[i];
        if (step == 0) call.refuse("has a step of 0");
        // An end before the beginning, which Python can't say for a negative step.
        const Index lowest = step < 0 ? -1 : 0;
        const auto place = [&](Index at, Index most) {
            const Index from_end = at < 0 ? (at < -n ? lowest : at + n) : at;
            return std::clamp(from_end, lowest, most);
        };
        const Index start = place(starts[i], step < 0 ? n - 1 : n);
        const Index stop = place(ends[i], step < 0 ? n - 1 : n);
        if (step < 0 ? start <= stop : start >= stop)
            x = slice(x, axis, Slice{0, 0});
        else if (stop < 0)
            x = slice(x, axis, Slice{.start = start, .step = step});
        else
            x = slice(x, axis, Slice{start, stop, step});
    }
    return {x};
}
Outputs slice_by_attributes(const Call& call) {
    return slice_by(call, call.integers("starts"), call.integers("ends"), call.integers("axes"),
                    {});
}
Outputs slice_by_inputs(const Call& call) {
    return slice_by(call, call.known_integers(1), call.known_integers(2), call.integers(3, ""),
                    call.integers(4, ""));
}

// ---- gathering ----------------------------------------------------------------------------------

Tensor as_indices(const Tensor& indices) {
    return indices.dtype() == i64 || indices.dtype() == i32 ? indices : indices.cast(i64);
}

Outputs gather(const Call& call) {
    return {take(call[0], as_indices(call[1]), call.integer("axis", 0))};
}

// The data's axes may be longer than those of the indices.
Outputs gather_elements(const Call& call) {
    Tensor x = call[0];
    const Tensor& indices = call[1];
    const int axis = normalize_axis("GatherElements", call.integer("axis", 0), x.rank());
    if (indices.rank() != x.rank())
        call.refuse("takes ", x.spec(), " and ", indices.spec(), ", whose ranks differ");
    for (int i = 0; i < x.rank(); ++i) {
        if (i != axis && indices.shape()[i] < x.shape()[i])
            x = slice(x, i, Slice{0, indices.shape()[i]});
    }
    return {take_along_axis(x, as_indices(indices), axis)};
}

// Rows of positions on the axes behind the batch's ones, as one position on all of them together.
Outputs gather_nd(const Call& call) {
    const Tensor &x = call[0], &indices = call[1];
    if (call.integer("batch_dims", 0) != 0) call.refuse("with batch_dims can't be done");
    const Index depth = indices.rank() == 0 ? 0 : indices.shape().back();
    if (depth < 1 || depth > x.rank())
        call.refuse("takes positions ", indices.spec(), " of ", x.spec());
    Shape::Sizes joined, strides;
    Index all = 1;
    for (int i = 0; i < depth; ++i) all *= x.shape()[i];
    joined.push_back(all);
    for (int i = static_cast<int>(depth); i < x.rank(); ++i) joined.push_back(x.shape()[i]);
    Tensor flat;
    const std::vector<Tensor> parts = split(as_indices(indices), depth, -1);
    for (int i = 0; i < depth; ++i) {
        const Index n = x.shape()[i];
        const Tensor part = squeeze(parts[static_cast<std::size_t>(i)], -1);
        const Tensor at = where(part < 0, part + n, part);
        flat = flat.defined() ? flat * n + at : at;
    }
    return {take(reshape(x, Shape(joined)), flat, 0)};
}

bool embedding_layer(OnnxPlace& place) {
    const Call& call = place.call();
    if (!place.is_weight(0) || !place.is_symbol(1) || call.integer("axis", 0) != 0) return false;
    const Tensor table = place.constant(0);
    if (table.rank() != 2 || !is_floating(table.dtype())) return false;
    const OnnxSymbol x = place.symbol(1);
    const auto layer = std::make_shared<Embedding>(table.shape()[0], table.shape()[1],
                                                   EmbeddingOptions{.dtype = table.dtype()});
    const SymbolicTensor y = connect(SharedLayer(layer), {x.tensor});
    set_weights(*layer, {table});
    std::vector<int> order = x.order;
    order.push_back(static_cast<int>(order.size()));
    place.give(0, y, order);
    return true;
}

Outputs one_hot_of(const Call& call) {
    const Index depth = call.known_integers(1).at(0);
    const Tensor values = call[2];
    Tensor at = call[0].cast(i64);
    at = where(at < 0, at + depth, at);
    // An index outside is no class: all are off.
    const Tensor outside = (at < 0) | (at >= depth);
    const Tensor hot =
        one_hot(where(outside, zeros_like(at), at), depth, bool_) & !expand_dims(outside, -1);
    const Index axis = call.integer("axis", -1);
    const int rank = hot.rank(), to = normalize_axis("OneHot", axis, rank);
    std::vector<int> order;
    for (int i = 0; i < rank; ++i) order.push_back(i < to ? i : i == to ? rank - 1 : i - 1);
    const Tensor off = reshape(slice(values, 0, Slice{0, 1}), Shape{});
    const Tensor on = reshape(slice(values, 0, Slice{1, 2}), Shape{});
    return {where(transpose(hot, order), on, off)};
}

Outputs triangle(const Call& call) {
    const Tensor& x = call[0];
    if (x.rank() < 2) call.refuse("wants matrices, got ", x.spec());
    call.check_count(std::max(x.shape()[x.rank() - 2], x.shape().back()));
    const Index k = call.has(1) ? call.known_integers(1).at(0) : 0;
    const Tensor rows = reshape(arange(x.shape()[x.rank() - 2]), {-1, 1});
    const Tensor columns = arange(x.shape().back());
    const Tensor distance = columns - rows;
    const Tensor keep = call.flag("upper", true) ? distance >= k : distance <= k;
    return {where(broadcast_to(keep, x.shape()), x, zeros_like(x))};
}

// ---- padding ------------------------------------------------------------------------------------

// The place in an axis of n from which each place of the padded axis is copied.
std::vector<std::int64_t> sources(const Call& call, std::string_view mode, Index n, Index before,
                                  Index after) {
    if (n == 0 && before + after > 0) call.refuse("pads an empty axis by its own elements");
    std::vector<std::int64_t> places;
    call.check_count(before + n + after);
    for (Index i = -before; i < n + after; ++i) {
        if (mode == "edge") {
            places.push_back(std::clamp(i, Index{0}, n - 1));
        } else if (mode == "wrap") {
            places.push_back((i % n + n) % n);
        } else {
            const Index period = std::max(2 * (n - 1), Index{1});
            const Index at = (i % period + period) % period;
            places.push_back(n == 1 ? 0 : std::min(at, period - at));
        }
    }
    return places;
}

Outputs pad_by(const Call& call, const Sizes& pads, const Sizes& axes, double value) {
    Tensor x = call[0];
    const std::string mode = call.text("mode", "constant");
    if (mode != "constant" && mode != "reflect" && mode != "edge") call.want("mode", "wrap");
    const std::size_t count = axes.empty() ? static_cast<std::size_t>(x.rank()) : axes.size();
    if (pads.size() != 2 * count) call.refuse("has ", pads.size(), " widths for ", count, " axes");
    std::vector<std::pair<Index, Index>> widths(static_cast<std::size_t>(x.rank()), {0, 0});
    for (std::size_t i = 0; i < count; ++i) {
        const int axis =
            axes.empty() ? static_cast<int>(i) : normalize_axis("Pad", axes[i], x.rank());
        const Index n = x.shape()[axis];
        Index before = pads[i], after = pads[i + count];
        constexpr Index most = Index{1} << 40;
        if (before > most || after > most || before < -n || after < -n || n + before + after < 0)
            call.refuse("pads an axis of ", n, " by ", before, " and ", after);
        // Negative widths cut.
        if (before < 0 || after < 0)
            x = slice(x, axis, Slice{std::max(-before, Index{0}), n + std::min(after, Index{0})});
        before = std::max(before, Index{0});
        after = std::max(after, Index{0});
        if (mode == "constant")
            widths[static_cast<std::size_t>(axis)] = {before, after};
        else if (before + after > 0)
            x = take(x, tensor(sources(call, mode, x.shape()[axis], before, after)), axis);
    }
    if (mode != "constant") return {x};
    if (is_floating(x.dtype())) return {pad(x, widths, value)};
    return {pad(x.cast(i64), widths, static_cast<Index>(value)).cast(x.dtype())};
}
Outputs pad_by_attributes(const Call& call) {
    return pad_by(call, call.integers("pads"), {}, call.real("value", 0));
}
Outputs pad_by_inputs(const Call& call) {
    return pad_by(call, call.known_integers(1), call.integers(3, ""),
                  call.has(2) ? call.known_numbers(2).at(0) : 0);
}

constexpr OnnxOperator indexing_operators[] = {
    {"Slice", 1, 9, slice_by_attributes},
    {"Slice", 10, 21, slice_by_inputs},
    {"Gather", 1, 21, gather, embedding_layer},
    {"GatherElements", 11, 21, gather_elements},
    {"GatherND", 11, 21, gather_nd},
    {.name = "OneHot", .since = 9, .until = 21, .run = one_hot_of, .numbers = 6},
    {"Trilu", 14, 21, triangle},
    {"Pad", 2, 10, pad_by_attributes},
    {.name = "Pad", .since = 11, .until = 21, .run = pad_by_inputs, .numbers = 4},
};

}  // namespace

std::span<const OnnxOperator> onnx_indexing() { return indexing_operators; }

}  // namespace shikumi::nn::detail

// Constants, shapes, and elements in another order.
#include <algorithm>
#include <numeric>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/formats/detail/onnx_types.hpp>
#include <shikumi/nn/detail/placeholder.hpp>
#include <shikumi/nn/io/detail/onnx_operators.hpp>
#include <shikumi/nn/io/detail/onnx_place.hpp>
#include <shikumi/nn/layers/merging/concatenate.hpp>

namespace shikumi::nn::detail {

namespace {

using Outputs = std::vector<Tensor>;
using Call = OnnxCall;
using Sizes = std::vector<Index>;

Shape shape_of(std::span<const Index> sizes) { return Shape(sizes); }

// ---- constants ----------------------------------------------------------------------------------

Outputs constant(const Call& call) {
    if (const auto* value = call.tensor("value")) return {value->tensor()};
    if (call.given("value_float")) return {scalar(call.real("value_float", 0))};
    if (call.given("value_int")) return {scalar(call.integer("value_int", 0), i64)};
    if (call.given("value_floats")) {
        const auto reals = call.reals("value_floats");
        return {tensor(std::vector<float>(reals.begin(), reals.end()))};
    }
    if (call.given("value_ints")) {
        const Sizes ints = call.integers("value_ints");
        return {tensor(std::vector<std::int64_t>(ints.begin(), ints.end()))};
    }
    call.refuse("has no value that can be read: texts and sparse tensors can't");
}

Outputs constant_of_shape(const Call& call) {
    const Tensor value =
        call.given("value") && call.tensor("value") ? call.tensor("value")->tensor() : zeros({1});
    return {broadcast_to(reshape(value, {1}), shape_of(call.known_integers(0)))};
}

Outputs eye_like(const Call& call) {
    const Shape& shape = call[0].shape();
    if (shape.rank() != 2) call.refuse("wants a matrix, got ", call[0].spec());
    DType dtype = call[0].dtype();
    if (const Index type = call.integer("dtype", 0); type != 0)
        dtype = type == 1 ? f32 : type == 11 ? f64 : type == 6 ? i32 : type == 7 ? i64 : bool_;
    const Index k = call.integer("k", 0);
    call.check_count(std::max(shape[0], shape[1]));
    const Tensor rows = reshape(arange(shape[0]), {-1, 1}), columns = arange(shape[1]);
    return {equal(columns - rows, k).cast(dtype)};
}

Outputs range_of(const Call& call) {
    const DType dtype = call[0].dtype();
    const double start = call.known_numbers(0).at(0), stop = call.known_numbers(1).at(0);
    const double count = (stop - start) / call.known_numbers(2).at(0);
    if (!(count < 1e15)) call.refuse("has no end");
    call.check_count(static_cast<Index>(std::max(count, 0.0)));
    if (is_floating(dtype))
        return {arange(call.known_numbers(0).at(0), call.known_numbers(1).at(0),
                       call.known_numbers(2).at(0), dtype)};
    return {arange(call.known_integers(0).at(0), call.known_integers(1).at(0),
                   call.known_integers(2).at(0), dtype)};
}

Outputs size_of_all(const Call& call) { return {scalar(call[0].size(), i64)}; }

Outputs shape_as_tensor(const Call& call) {
    const auto sizes = call[0].shape().sizes();
    const Index rank = sizes.rank();
    const auto place = [&](std::string_view name, Index absent) {
        const Index at = call.integer(name, absent);
        return std::clamp(at < 0 ? at + rank : at, Index{0}, rank);
    };
    const Index from = place("start", 0), to = std::max(place("end", rank), from);
    return {tensor(std::vector<std::int64_t>(sizes.begin() + from, sizes.begin() + to))};
}

// ---- dtypes -------------------------------------------------------------------------------------

DType dtype_of_number(const Call& call, Index type) {
    const auto stored = formats::detail::onnx::type_of(type);
    if (!stored || formats::stored_type(formats::held_as(*stored)) != *stored)
        call.refuse("makes elements of the type ", type, " of ONNX, which no tensor here can have");
    return formats::held_as(*stored);
}
Outputs cast_to(const Call& call) {
    call.integer("saturate", 1);  // of 8-bit floats alone
    return {call[0].cast(dtype_of_number(call, call.integer("to", 0)))};
}
Outputs cast_like(const Call& call) {
    call.integer("saturate", 1);
    return {call[0].cast(call[1].dtype())};
}

// ---- shapes -------------------------------------------------------------------------------------

// A file that fixes the batch fixes it in the targets of its Reshapes, too.
void free_batch(const Call& call, Sizes& target, Index elements) {
    if (call.batch() == 0 || target.empty() || target.front() != call.batch()) return;
    Index rest = 1;
    for (const Index size : std::span(target).subspan(1)) {
        if (size < 1) return;
        rest *= size;
    }
    if (rest * target.front() != elements && elements % rest == 0) target.front() = -1;
}

Outputs reshape_to(const Call& call) {
    const Tensor& x = call[0];
    Sizes target = call.known_integers(1);
    const bool zero_is_zero = call.flag("allowzero");
    for (std::size_t i = 0; i < target.size(); ++i) {
        if (target[i] != 0 || zero_is_zero) continue;
        if (static_cast<int>(i) >= x.rank())
            call.refuse("keeps axis ", i, ", which ", x.spec(), " hasn't");
        target[i] = x.shape()[static_cast<int>(i)];
    }
    free_batch(call, target, x.size());
    return {reshape(x, std::span<const Index>(target))};
}

Outputs flatten_to_rows(const Call& call) {
    const Tensor& x = call[0];
    Index axis = call.integer("axis", 1);
    if (axis < 0) axis += x.rank();
    if (axis < 0 || axis > x.rank())
        call.refuse("cuts at axis ", axis, ", which ", x.spec(), " hasn't");
    Index rows = 1, columns = 1;
    for (int i = 0; i < x.rank(); ++i) (i < axis ? rows : columns) *= x.shape()[i];
    return {reshape(x, {rows, columns})};
}

Outputs squeeze_axes(const Call& call) {
    const Sizes axes = call.integers(1, "axes");
    return {axes.empty() && !call.has(1) && !call.given("axes") ? squeeze(call[0])
                                                                : squeeze(call[0], Axes(axes))};
}

Outputs unsqueeze_axes(const Call& call) {
    const Tensor& x = call[0];
    const Sizes axes = call.integers(1, "axes");
    const int rank = x.rank() + static_cast<int>(axes.size());
    std::vector<bool> added(static_cast<std::size_t>(std::max(rank, 0)), false);
    for (const Index axis : axes) {
        const auto at = static_cast<std::size_t>(normalize_axis("Unsqueeze", axis, rank));
        if (added[at]) call.refuse("adds axis ", axis, " twice");
        added[at] = true;
    }
    Shape::Sizes sizes;
    int next = 0;
    for (const bool is_new : added) sizes.push_back(is_new ? 1 : x.shape()[next++]);
    return {reshape(x, Shape(sizes))};
}

std::vector<int> permutation(const Call& call, int rank) {
    std::vector<int> order;
    for (const Index axis : call.integers("perm"))
        order.push_back(normalize_axis("Transpose", axis, rank));
    if (!order.empty() || call.given("perm")) return order;
    for (int i = rank - 1; i >= 0; --i) order.push_back(i);
    return order;
}
Outputs transpose_axes(const Call& call) {
    return {transpose(call[0], permutation(call, call[0].rank()))};
}

Outputs expand(const Call& call) {
    const Tensor& x = call[0];
    return {broadcast_to(x, broadcast("Expand", x.shape(), shape_of(call.known_integers(1))))};
}

Outputs tile_by(const Call& call) {
    const Sizes repeats = call.known_integers(1);
    if (static_cast<int>(repeats.size()) != call[0].rank())
        call.refuse("repeats ", repeats.size(), " axes of ", call[0].spec());
    return {tile(call[0], repeats)};
}

Outputs concat(const Call& call) {
    if (!call.given("axis")) call.refuse("lacks its axis");
    return {concatenate(call.all(), call.integer("axis", 0))};
}

Outputs split_axis(const Call& call) {
    const Tensor& x = call[0];
    const int axis = normalize_axis("Split", call.integer("axis", 0), x.rank());
    Sizes sizes = call.integers(1, "split");
    const auto parts = static_cast<Index>(call.node().outputs.size());
    call.integer("num_outputs", parts);
    if (sizes.empty()) {
        // The last part is smaller where they can't be equal, which is allowed from opset 18 on.
        const Index n = x.shape()[axis], each = (n + parts - 1) / parts;
        if (n % parts != 0 && !call.given("num_outputs"))
            call.refuse("cuts an axis of ", n, " into ", parts, " parts");
        for (Index i = 0, left = n; i < parts; ++i, left -= each)
            sizes.push_back(std::clamp(left, Index{0}, each));
    }
    if (static_cast<Index>(sizes.size()) != parts)
        call.refuse("has ", sizes.size(), " sizes for ", parts, " outputs");
    return split(x, sizes, axis);
}

Outputs depth_to_space(const Call& call) {
    const Tensor& x = call[0];
    const Index b = call.integer("blocksize", 0);
    if (x.rank() != 4 || b < 1 || x.shape()[1] % (b * b) != 0)
        call.refuse("with blocks of ", b, " can't be done to ", x.spec());
    const Index n = x.shape()[0], c = x.shape()[1] / (b * b), h = x.shape()[2], w = x.shape()[3];
    const std::string mode = call.text("mode", "DCR");
    if (mode != "DCR") call.want("mode", "CRD");
    const Tensor y = mode == "DCR" ? transpose(reshape(x, {n, b, b, c, h, w}), {0, 3, 4, 1, 5, 2})
                                   : transpose(reshape(x, {n, c, b, b, h, w}), {0, 1, 4, 2, 5, 3});
    return {reshape(y, {n, c, h * b, w * b})};
}

Outputs space_to_depth(const Call& call) {
    const Tensor& x = call[0];
    const Index b = call.integer("blocksize", 0);
    if (x.rank() != 4 || b < 1 || x.shape()[2] % b != 0 || x.shape()[3] % b != 0)
        call.refuse("with blocks of ", b, " can't be done to ", x.spec());
    const Index n = x.shape()[0], c = x.shape()[1], h = x.shape()[2] / b, w = x.shape()[3] / b;
    const Tensor y = transpose(reshape(x, {n, c, h, b, w, b}), {0, 3, 5, 1, 2, 4});
    return {reshape(y, {n, c * b * b, h, w})};
}

// ---- layers -------------------------------------------------------------------------------------

// Whether the elements of a sample lie in the graph's order, wherever axes of size 1 are.
bool in_order(const OnnxPlace& place) {
    const OnnxSymbol x = place.symbol(0);
    int last = 0;
    for (int i = 0; i < place.input(0).shape.rank(); ++i) {
        if (i == place.batch_axis(0) || place.input(0).shape[i] == 1) continue;
        const int at = x.order[static_cast<std::size_t>(i)];
        if (at < last) return false;
        last = at;
    }
    return true;
}

// A reshaping of each sample, which leaves the batch where it is among the elements.
bool reshape_layer(OnnxPlace& place) {
    if (!place.is_symbol(0)) return false;
    const Shape in = place.input(0).shape, out = place.output(0).shape;
    const int from = place.batch_axis(0), to = place.output_batch_axis(0);
    if (to < 0) return false;
    Index before_in = 1, before_out = 1;
    for (int i = 0; i < from; ++i) before_in *= in[i];
    for (int i = 0; i < to; ++i) before_out *= out[i];
    if (before_in != before_out) return false;
    Shape::Sizes sample;
    for (int i = 0; i < out.rank(); ++i)
        if (i != to) sample.push_back(out[i]);
    const SymbolicTensor x = in_order(place) ? place.symbol(0).tensor : place.batch_first(0);
    place.give_batch_first(0, place.reshaped(x, Shape(sample)));
    return true;
}

bool transpose_layer(OnnxPlace& place) {
    if (!place.is_symbol(0)) return false;
    const OnnxSymbol x = place.symbol(0);
    std::vector<int> order;
    for (const int axis : permutation(place.call(), static_cast<int>(x.order.size())))
        order.push_back(x.order[static_cast<std::size_t>(axis)]);
    place.give(0, x.tensor, order);
    return true;
}

bool concat_layer(OnnxPlace& place) {
    if (place.call().size() < 2) return false;
    for (std::size_t i = 0; i < place.call().size(); ++i)
        if (!place.is_symbol(i)) return false;
    const std::vector<int> order = place.symbol(0).order;
    const int rank = static_cast<int>(order.size());
    const int axis = order[static_cast<std::size_t>(
        normalize_axis("Concat", place.call().integer("axis", 0), rank))];
    if (axis == 0) return false;
    std::vector<SymbolicTensor> parts;
    for (std::size_t i = 0; i < place.call().size(); ++i) {
        if (place.batch_axis(i) != place.batch_axis(0)) return false;
        parts.push_back(place.ordered(i, order));
    }
    place.give(0, connect(Concatenate(axis), parts), order);
    return true;
}

constexpr OnnxOperator shaping_operators[] = {
    {"Constant", 1, 21, constant},
    {"ConstantOfShape", 9, 21, constant_of_shape},
    {.name = "EyeLike", .since = 9, .until = 21, .run = eye_like, .from_shapes = true},
    {"Range", 11, 21, range_of},
    {.name = "Shape", .since = 1, .until = 21, .run = shape_as_tensor, .from_shapes = true},
    {.name = "Size", .since = 1, .until = 21, .run = size_of_all, .from_shapes = true},
    {"Cast", 6, 21, cast_to},
    {"CastLike", 15, 21, cast_like},
    {"Reshape", 5, 21, reshape_to, reshape_layer},
    {"Flatten", 1, 21, flatten_to_rows, reshape_layer},
    {"Squeeze", 1, 21, squeeze_axes, reshape_layer},
    {"Unsqueeze", 1, 21, unsqueeze_axes, reshape_layer},
    {"Transpose", 1, 21, transpose_axes, transpose_layer},
    {"Expand", 8, 21, expand},
    {"Tile", 6, 21, tile_by},
    {"Concat", 4, 21, concat, concat_layer},
    {"Split", 2, 21, split_axis},
    {"DepthToSpace", 1, 21, depth_to_space},
    {"SpaceToDepth", 1, 21, space_to_depth},
};

}  // namespace

std::span<const OnnxOperator> onnx_shaping() { return shaping_operators; }

}  // namespace shikumi::nn::detail

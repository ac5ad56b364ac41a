// Normalisation.
#include <algorithm>
#include <cmath>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/io/detail/onnx_operators.hpp>
#include <shikumi/nn/io/detail/onnx_place.hpp>
#include <shikumi/nn/layers/normalization/batch_normalization.hpp>
#include <shikumi/nn/layers/normalization/layer_normalization.hpp>

namespace shikumi::nn::detail {

namespace {

using Outputs = std::vector<Tensor>;
using Call = OnnxCall;

// Numbers of channels, (channels), lined up with x, (batch, channels, …).
Tensor of_channels(const Call& call, const Tensor& numbers, const Tensor& x) {
    if (x.rank() < 2 || numbers.rank() != 1 || numbers.shape()[0] != x.shape()[1])
        call.refuse("has ", numbers.spec(), " for the channels of ", x.spec());
    Shape::Sizes sizes;
    for (int i = 0; i < x.rank(); ++i) sizes.push_back(i == 1 ? x.shape()[1] : 1);
    return reshape(numbers, Shape(sizes));
}

Outputs batch_normalization(const Call& call) {
    call.real("momentum", 0.9);
    call.want("spatial", Index{1});
    call.want("training_mode", Index{0});
    for (std::size_t i = 1; i < 5; ++i)
        if (call.wants(i)) call.refuse("in training mode within the graph can't be done");
    const Tensor& x = call[0];
    const auto along = [&](std::size_t i) { return of_channels(call, call[i], x); };
    const Tensor spread = sqrt(along(4) + call.real("epsilon", 1e-5));
    return {(x - along(3)) / spread * along(1) + along(2)};
}

Outputs instance_normalization(const Call& call) {
    const Tensor& x = call[0];
    std::vector<int> axes;
    for (int i = 2; i < x.rank(); ++i) axes.push_back(i);
    const Tensor deviation = x - mean(x, Axes(axes), true);
    const Tensor spread =
        sqrt(mean(square(deviation), Axes(axes), true) + call.real("epsilon", 1e-5));
    return {deviation / spread * of_channels(call, call[1], x) + of_channels(call, call[2], x)};
}

// Scale and bias are those of groups in opset 18, of channels from 21 on.
Outputs group_normalization(const Call& call) {
    const Tensor& x = call[0];
    call.want("stash_type", Index{1});
    const Index groups = call.integer("num_groups", 0);
    if (x.rank() < 2 || groups < 1 || x.shape()[1] % groups != 0)
        call.refuse("has ", groups, " groups of the channels of ", x.spec());
    const Tensor rows = reshape(x, {x.shape()[0], groups, -1});
    const Tensor deviation = rows - mean(rows, -1, true);
    const Tensor spread = sqrt(mean(square(deviation), -1, true) + call.real("epsilon", 1e-5));
    Tensor y = deviation / spread;
    if (call.opset() >= 21) {
        y = reshape(y, x.shape());
        return {y * of_channels(call, call[1], x) + of_channels(call, call[2], x)};
    }
    y = y * reshape(call[1], {1, groups, 1}) + reshape(call[2], {1, groups, 1});
    return {reshape(y, x.shape())};
}

std::vector<int> axes_from(const Call& call, int rank) {
    std::vector<int> axes;
    for (int i = normalize_axis(call.node().op, call.integer("axis", -1), rank); i < rank; ++i)
        axes.push_back(i);
    return axes;
}

Outputs layer_normalization(const Call& call) {
    const Tensor& x = call[0];
    call.want("stash_type", Index{1});
    const Axes axes(axes_from(call, x.rank()));
    const Tensor middle = mean(x, axes, true), deviation = x - middle;
    const Tensor spread = sqrt(mean(square(deviation), axes, true) + call.real("epsilon", 1e-5));
    Tensor y = deviation / spread * call[1];
    if (call.has(2)) y = y + call[2];
    return {y, middle, 1 / spread};
}

Outputs mean_variance_normalization(const Call& call) {
    const Tensor& x = call[0];
    std::vector<Index> axes = call.integers("axes");
    if (axes.empty()) axes = {0, 2, 3};
    const Tensor deviation = x - mean(x, Axes(axes), true);
    return {deviation / (sqrt(mean(square(deviation), Axes(axes), true)) + 1e-9)};
}

Outputs lp_normalization(const Call& call) {
    const Tensor& x = call[0];
    const Index p = call.integer("p", 2), axis = call.integer("axis", -1);
    if (p != 1 && p != 2) call.refuse("with p ", p, " can't be done");
    const Tensor length = p == 1 ? sum(abs(x), axis, true) : norm(x, {axis}, true);
    // What has no length stays 0.
    return {x / where(equal(length, 0), ones_like(length), length)};
}

// Over channels near each other: (x / (bias + alpha/size Σ x²)^beta).
Outputs local_response_normalization(const Call& call) {
    const Tensor& x = call[0];
    const Index size = call.integer("size", 0);
    if (x.rank() < 2 || size < 1 || size > 4096) call.refuse("over ", size, " channels");
    std::vector<std::pair<Index, Index>> widths(static_cast<std::size_t>(x.rank()), {0, 0});
    widths[1] = {(size - 1) / 2, size - 1 - (size - 1) / 2};
    const Tensor squares = pad(square(x), widths);
    Tensor near;
    for (Index i = 0; i < size; ++i) {
        const Tensor term = slice(squares, 1, Slice{i, i + x.shape()[1]});
        near = near.defined() ? near + term : term;
    }
    const double alpha = call.real("alpha", 1e-4) / static_cast<double>(size);
    return {x / pow(near * alpha + call.real("bias", 1), call.real("beta", 0.75))};
}

// ---- layers -------------------------------------------------------------------------------------

bool batch_normalization_layer(OnnxPlace& place) {
    if (!place.one_real_symbol() || place.batch_axis(0) != 0) return false;
    const Call& call = place.call();
    const OnnxSymbol x = place.symbol(0);
    const auto layer = std::make_shared<BatchNormalization>(
        BatchNormalizationOptions{.axis = x.order[1],
                                  .momentum = call.real("momentum", 0.9),
                                  .epsilon = call.real("epsilon", 1e-5),
                                  .dtype = place.input(0).dtype});
    place.give(0, connect(SharedLayer(layer), {x.tensor}), x.order);
    set_weights(*layer,
                {place.constant(1), place.constant(2), place.constant(3), place.constant(4)});
    return true;
}

bool layer_normalization_layer(OnnxPlace& place) {
    const Call& call = place.call();
    if (!place.one_real_symbol() || call.wants(1) || call.wants(2)) return false;
    const Shape in = place.input(0).shape;
    const std::vector<int> axes = axes_from(call, in.rank());
    if (place.batch_axis(0) >= axes.front()) return false;
    Shape::Sizes sizes;
    for (const int axis : axes) sizes.push_back(in[axis]);
    const Shape weight{std::span<const Index>(sizes)};
    if (place.constant(1).shape() != weight || (call.has(2) && place.constant(2).shape() != weight))
        return false;
    const auto layer = std::make_shared<LayerNormalization>(
        LayerNormalizationOptions{.axis = Axes(axes),
                                  .epsilon = call.real("epsilon", 1e-5),
                                  .center = call.has(2),
                                  .dtype = place.input(0).dtype});
    place.give_batch_first(0, connect(SharedLayer(layer), {place.batch_first(0)}));
    std::vector<Tensor> weights{place.constant(1)};
    if (call.has(2)) weights.push_back(place.constant(2));
    set_weights(*layer, weights);
    return true;
}

constexpr OnnxOperator normalization_operators[] = {
    {.name = "BatchNormalization",
     .since = 7,
     .until = 21,
     .run = batch_normalization,
     .layer = batch_normalization_layer,
     .states = 24},
    {"InstanceNormalization", 6, 21, instance_normalization},
    {"GroupNormalization", 18, 21, group_normalization},
    {"LayerNormalization", 17, 21, layer_normalization, layer_normalization_layer},
    {"MeanVarianceNormalization", 9, 21, mean_variance_normalization},
    {"LpNormalization", 1, 21, lp_normalization},
    {"LRN", 1, 21, local_response_normalization},
};

}  // namespace

std::span<const OnnxOperator> onnx_normalizations() { return normalization_operators; }

}  // namespace shikumi::nn::detail

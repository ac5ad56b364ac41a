// Functions that stand behind the products of networks.
#include <cmath>
#include <limits>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/io/detail/onnx_operators.hpp>
#include <shikumi/nn/io/detail/onnx_place.hpp>
#include <shikumi/nn/layers/activations/activation.hpp>
#include <shikumi/nn/layers/activations/elu.hpp>
#include <shikumi/nn/layers/activations/leaky_relu.hpp>
#include <shikumi/nn/layers/activations/prelu.hpp>
#include <shikumi/nn/layers/activations/relu.hpp>
#include <shikumi/nn/layers/activations/softmax.hpp>
#include <shikumi/nn/layers/regularization/dropout.hpp>

namespace shikumi::nn::detail {

namespace {

using Outputs = std::vector<Tensor>;
using Call = OnnxCall;

// A layer of one of our activations.
template <Tensor (*function)(const Tensor&)>
bool activation(OnnxPlace& place) {
    return place.one_real_symbol() && place.put(Activation(function));
}

Outputs hard_sigmoid_of(const Call& call) {
    const double alpha = call.real("alpha", 0.2), beta = call.real("beta", 0.5);
    return {clip(call[0] * alpha + beta, 0, 1)};
}
bool hard_sigmoid_layer(OnnxPlace& place) {
    const auto alpha = static_cast<float>(place.call().real("alpha", 0.2));
    if (!place.one_real_symbol() || static_cast<float>(place.call().real("beta", 0.5)) != 0.5F)
        return false;
    if (alpha == 0.2F) return place.put(Activation(nn::hard_sigmoid));
    if (std::abs(alpha - 1.0F / 6) < 1e-7F) return place.put(Activation(nn::hard_sigmoid6));
    return false;
}

Outputs leaky_relu_of(const Call& call) { return {leaky_relu(call[0], call.real("alpha", 0.01))}; }
bool leaky_relu_layer(OnnxPlace& place) {
    const double alpha = place.call().real("alpha", 0.01);
    return place.one_real_symbol() && alpha >= 0 && place.put(LeakyReLU(alpha));
}

Outputs elu_of(const Call& call) { return {elu(call[0], call.real("alpha", 1))}; }
bool elu_layer(OnnxPlace& place) {
    return place.one_real_symbol() && place.put(ELU(place.call().real("alpha", 1)));
}

Outputs celu_of(const Call& call) { return {celu(call[0], call.real("alpha", 1))}; }

Outputs selu_of(const Call& call) {
    const double alpha = call.real("alpha", 1.67326319217681884765625);
    const double gamma = call.real("gamma", 1.05070102214813232421875);
    const Tensor& x = call[0];
    return {where(x > 0, x * gamma, expm1(minimum(x, 0)) * (gamma * alpha))};
}
bool selu_layer(OnnxPlace& place) {
    const Call& call = place.call();
    const bool usual = std::abs(call.real("alpha", 1.6732632) - 1.6732632) < 1e-6 &&
                       std::abs(call.real("gamma", 1.050701) - 1.050701) < 1e-6;
    return usual && activation<nn::selu>(place);
}

Outputs gelu_of(const Call& call) {
    const std::string approximate = call.text("approximate", "none");
    if (approximate != "none") call.want("approximate", "tanh");
    return {gelu(call[0], approximate == "tanh")};
}
bool gelu_layer(OnnxPlace& place) {
    return place.call().text("approximate", "none") == "tanh" ? activation<nn::gelu_tanh>(place)
                                                              : activation<nn::gelu>(place);
}

// The slope of channels broadcasts to x, from the right.
Outputs prelu_of(const Call& call) {
    const Tensor &x = call[0], &slope = call[1];
    broadcast("PRelu", x.shape(), slope.shape());
    if (!is_floating(x.dtype())) return {where(x < 0, x * slope, x)};
    return {maximum(x, 0) + slope * minimum(x, 0)};
}

Outputs thresholded_relu_of(const Call& call) {
    return {threshold(call[0], call.real("alpha", 1), 0)};
}

Outputs shrink_of(const Call& call) {
    const double lambd = call.real("lambd", 0.5), bias = call.real("bias", 0);
    const Tensor& x = call[0];
    return {where(x < -lambd, x + bias, where(x > lambd, x - bias, zeros_like(x)))};
}

// ---- clipping -----------------------------------------------------------------------------------

Outputs clip_by_attributes(const Call& call) {
    constexpr double most = std::numeric_limits<float>::max();
    return {minimum(maximum(call[0], call.real("min", -most)), call.real("max", most))};
}
Outputs clip_by_inputs(const Call& call) {
    Tensor x = call[0];
    if (call.has(1)) x = maximum(x, call[1]);
    if (call.has(2)) x = minimum(x, call[2]);
    return {x};
}
bool clip_layer(OnnxPlace& place, double low, double high) {
    if (!place.one_real_symbol() || low != 0 || high < 0) return false;
    return place.put(high == 6 ? ReLU({.max_value = 6}) : ReLU({.max_value = high}));
}
bool clip_by_attributes_layer(OnnxPlace& place) {
    constexpr double inf = std::numeric_limits<double>::infinity();
    return clip_layer(place, place.call().real("min", -inf), place.call().real("max", inf));
}
bool clip_by_inputs_layer(OnnxPlace& place) {
    constexpr double inf = std::numeric_limits<double>::infinity();
    const Call& call = place.call();
    if ((call.has(1) && !place.is_constant(1)) || (call.has(2) && !place.is_constant(2)))
        return false;
    return clip_layer(place, call.has(1) ? place.constant(1).item<double>() : -inf,
                      call.has(2) ? place.constant(2).item<double>() : inf);
}

// ---- softmax ------------------------------------------------------------------------------------

// Before opset 13 the axes from `axis` on are one.
template <Tensor (*function)(const Tensor&, Integer)>
Outputs softmax_of_rows(const Call& call) {
    const Tensor& x = call[0];
    const int axis = normalize_axis(call.node().op, call.integer("axis", 1), x.rank());
    Index rows = 1;
    for (int i = 0; i < axis; ++i) rows *= x.shape()[i];
    const Index columns = rows == 0 ? 0 : x.size() / rows;
    return {reshape(function(reshape(x, {rows, columns}), -1), x.shape())};
}
template <Tensor (*function)(const Tensor&, Integer)>
Outputs softmax_of_axis(const Call& call) {
    return {function(call[0], call.integer("axis", -1))};
}

// The layer works along any axis but the batch.
bool softmax_layer(OnnxPlace& place, Index axis) {
    if (!place.one_real_symbol()) return false;
    const OnnxSymbol x = place.symbol(0);
    const int along = x.order[static_cast<std::size_t>(
        normalize_axis("softmax", axis, static_cast<int>(x.order.size())))];
    return along != 0 && place.put(Softmax(along));
}
bool softmax_of_rows_layer(OnnxPlace& place) {
    const Index axis = place.call().integer("axis", 1);
    const int rank = place.input(0).shape.rank();
    return normalize_axis("softmax", axis, rank) == rank - 1 && softmax_layer(place, -1);
}
bool softmax_of_axis_layer(OnnxPlace& place) {
    return softmax_layer(place, place.call().integer("axis", -1));
}
bool log_softmax_layer(OnnxPlace& place) {
    if (!place.one_real_symbol()) return false;
    const OnnxSymbol x = place.symbol(0);
    const Index axis = place.call().integer("axis", place.call().opset() < 13 ? 1 : -1);
    const int rank = static_cast<int>(x.order.size());
    const bool last = normalize_axis("log_softmax", axis, rank) == rank - 1;
    return last && x.order.back() == rank - 1 && rank > 1 && place.put(Activation(nn::log_softmax));
}

Outputs hardmax_of(const Tensor& x, Index axis) {
    const int at = normalize_axis("Hardmax", axis, x.rank());
    const Tensor hot = one_hot(argmax(x, at), x.shape()[at], x.dtype());
    std::vector<int> order;
    for (int i = 0; i < x.rank(); ++i) order.push_back(i < at ? i : i == at ? x.rank() - 1 : i - 1);
    return {transpose(hot, order)};
}
Outputs hardmax(const Call& call) { return hardmax_of(call[0], call.integer("axis", -1)); }
Outputs hardmax_of_rows(const Call& call) {
    const Tensor& x = call[0];
    const int axis = normalize_axis("Hardmax", call.integer("axis", 1), x.rank());
    Index rows = 1;
    for (int i = 0; i < axis; ++i) rows *= x.shape()[i];
    const Tensor flat = reshape(x, {rows, rows == 0 ? 0 : x.size() / rows});
    return {reshape(hardmax_of(flat, 1)[0], x.shape())};
}

// ---- dropout ------------------------------------------------------------------------------------

// Graphs are written for inference, in which nothing is dropped; the mask is that of all.
Outputs dropout_of(const Call& call) {
    call.real("ratio", 0.5);
    call.integer("seed", 0);
    if (call.has(2) && (!call.known(2) || call.known_numbers(2).at(0) != 0))
        call.refuse(
            "in training mode within the graph can't be done: the layer drops by itself "
            "where the model is trained");
    Outputs outputs{call[0]};
    if (call.wants(1)) outputs.push_back(full(call[0].shape(), true, bool_));
    return outputs;
}
bool dropout_layer(OnnxPlace& place) {
    const Call& call = place.call();
    if (call.wants(1) || !place.one_real_symbol()) return false;
    const double ratio = call.has(1) ? place.constant(1).item<double>() : call.real("ratio", 0.5);
    return ratio >= 0 && ratio < 1 && place.put(Dropout(ratio));
}

constexpr OnnxOperator activation_operators[] = {
    {"Relu", 6, 21, each<relu>, activation<nn::relu>},
    {"Sigmoid", 6, 21, each<sigmoid>, activation<nn::sigmoid>},
    {"Tanh", 6, 21, each<tanh>, activation<nn::tanh>},
    {"HardSigmoid", 6, 21, hard_sigmoid_of, hard_sigmoid_layer},
    {"HardSwish", 14, 21, each<hard_silu>, activation<nn::hard_silu>},
    {"LeakyRelu", 6, 21, leaky_relu_of, leaky_relu_layer},
    {"Elu", 6, 21, elu_of, elu_layer},
    {"Celu", 12, 21, celu_of},
    {"Selu", 6, 21, selu_of, selu_layer},
    {"Gelu", 20, 21, gelu_of, gelu_layer},
    {"Mish", 18, 21, each<mish>, activation<nn::mish>},
    {"PRelu", 7, 21, prelu_of},
    {"Softplus", 1, 21, each<softplus>, activation<nn::softplus>},
    {"Softsign", 1, 21, each<softsign>, activation<nn::softsign>},
    {"ThresholdedRelu", 10, 21, thresholded_relu_of},
    {"Shrink", 9, 21, shrink_of},
    {"Clip", 6, 10, clip_by_attributes, clip_by_attributes_layer},
    {"Clip", 11, 21, clip_by_inputs, clip_by_inputs_layer},
    {"Softmax", 1, 12, softmax_of_rows<shikumi::softmax>, softmax_of_rows_layer},
    {"Softmax", 13, 21, softmax_of_axis<shikumi::softmax>, softmax_of_axis_layer},
    {"LogSoftmax", 1, 12, softmax_of_rows<shikumi::log_softmax>, log_softmax_layer},
    {"LogSoftmax", 13, 21, softmax_of_axis<shikumi::log_softmax>, log_softmax_layer},
    {"Hardmax", 1, 12, hardmax_of_rows},
    {"Hardmax", 13, 21, hardmax},
    {.name = "Dropout",
     .since = 7,
     .until = 21,
     .run = dropout_of,
     .layer = dropout_layer,
     .numbers = 2},
};

}  // namespace

std::span<const OnnxOperator> onnx_activations() { return activation_operators; }

}  // namespace shikumi::nn::detail

// Compares random layers with libtorch: outputs, and derivatives by inputs and weights.
#include <algorithm>
#include <cmath>
#include <functional>
#include <initializer_list>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "torch.hpp"

using namespace shikumi;
using nn::Mode;
using peers::Window;

namespace {

constexpr int configurations = 500;
constexpr double tolerance = 1e-10;

// An operation of several inputs as a layer without weights.
class Calls final : public nn::Layer {
public:
    explicit Calls(FunctionOfMany function) : function_(std::move(function)) {}
    void build_all(const std::vector<Spec>&) override {}
    Tensor call(const Tensor& x, Mode) override { return function_({x}); }
    std::vector<Tensor> call_all(const std::vector<Tensor>& in, Mode) override {
        return {function_(in)};
    }

private:
    FunctionOfMany function_;
};

// A layer to be compared.
struct Case {
    std::string description;
    std::shared_ptr<nn::Layer> layer;
    std::vector<Shape> inputs;
    peers::Peer peer;
    Mode mode = Mode::infer;
    Tensor mask = {};  // of rank 2: of the first input's steps; else of keys, an input

    bool masks_steps() const { return mask.defined() && mask.rank() == 2; }
};

class Dice {
public:
    /// In [low, high].
    Index between(Index low, Index high) {
        return low + static_cast<Index>(numbers_() % static_cast<std::uint64_t>(high - low + 1));
    }
    bool coin() { return between(0, 1) == 1; }
    template <class T>
    T one_of(std::initializer_list<T> all) {
        return all.begin()[between(0, static_cast<Index>(all.size()) - 1)];
    }
    std::vector<Index> sizes(int count, Index low, Index high) {
        std::vector<Index> all;
        for (int i = 0; i < count; ++i) all.push_back(between(low, high));
        return all;
    }

private:
    std::mt19937_64 numbers_{20260101};
};

Shape shape_of(Index batch, const std::vector<Index>& axes, Index channels) {
    Shape::Sizes sizes;
    sizes.push_back(batch);
    for (const Index n : axes) sizes.push_back(n);
    sizes.push_back(channels);
    return Shape(sizes);
}

std::string text(const std::vector<Index>& numbers) {
    std::string all;
    for (const Index n : numbers) all += (all.empty() ? "" : "×") + std::to_string(n);
    return all;
}

std::string text(const Window& w) {
    constexpr const char* paddings[] = {"valid", "same", "causal"};
    return sentence("window ", text(w.size), ", strides ", text(w.stride), ", dilation ",
                    text(w.dilation), ", ", paddings[static_cast<int>(w.padding)]);
}

std::string flag(bool on, const char* name) { return sentence(on ? ", " : ", no ", name); }

// ---- windows ------------------------------------------------------------------------------------

Padding ours(peers::Padding padding) { return static_cast<Padding>(padding); }

Window convolution_window(Dice& dice, int axes) {
    Window w{dice.sizes(axes, 1, 3), dice.sizes(axes, 1, 1), dice.sizes(axes, 1, 1)};
    (dice.coin() ? w.stride : w.dilation) = dice.sizes(axes, 1, 3);
    w.padding =
        axes == 1
            ? dice.one_of({peers::Padding::valid, peers::Padding::same, peers::Padding::causal})
            : dice.one_of({peers::Padding::valid, peers::Padding::same});
    return w;
}

Window pool_window(Dice& dice, int axes) {
    Window w{dice.sizes(axes, 1, 3), {}, dice.sizes(axes, 1, 1)};
    w.stride = dice.coin() ? w.size : dice.sizes(axes, 1, 3);
    w.padding = dice.one_of({peers::Padding::valid, peers::Padding::same});
    return w;
}

// Axes that are large enough for the window.
std::vector<Index> axes_for(Dice& dice, const Window& w) {
    std::vector<Index> axes;
    for (std::size_t i = 0; i < w.size.size(); ++i)
        axes.push_back((w.size[i] - 1) * w.dilation[i] + dice.between(1, 5));
    return axes;
}

// Makes the first, second or third of the layers, which take the same arguments.
template <class One, class... More, class... Arguments>
std::shared_ptr<nn::Layer> along(int axes, const Arguments&... arguments) {
    if constexpr (sizeof...(More) > 0) {
        if (axes > 1) return along<More...>(axes - 1, arguments...);
    }
    return std::make_shared<One>(arguments...);
}

Case convolution_case(Dice& dice, int axes) {
    const Window w = convolution_window(dice, axes);
    const Index groups = dice.between(1, 3), filters = groups * dice.between(1, 3);
    const bool bias = dice.coin();
    const Shape x = shape_of(dice.between(1, 3), axes_for(dice, w), groups * dice.between(1, 3));
    return {sentence("Conv", axes, "D ", filters, ", ", text(w), ", groups ", groups,
                     flag(bias, "bias")),
            along<nn::Conv1D, nn::Conv2D, nn::Conv3D>(
                axes, filters, PerAxis(w.size),
                nn::ConvOptions{.strides = PerAxis(w.stride),
                                .padding = ours(w.padding),
                                .dilation_rate = PerAxis(w.dilation),
                                .groups = groups,
                                .use_bias = bias}),
            {x},
            [=](const peers::Question& q) { return peers::convolution(q, w, groups); }};
}

// output_padding, or nothing if the output size of some axis has no choice.
std::vector<Index> output_padding(Dice& dice, const Window& w) {
    std::vector<Index> all;
    for (std::size_t i = 0; i < w.size.size(); ++i) {
        const bool even = (w.size[i] - 1) * w.dilation[i] % 2 == 1;
        if (w.padding == peers::Padding::same && even) return {};
        all.push_back(dice.between(0, w.stride[i] - 1));
    }
    return dice.coin() ? all : std::vector<Index>();
}

Case transposed_case(Dice& dice, int axes) {
    Window w = convolution_window(dice, axes);
    if (w.padding == peers::Padding::causal) w.padding = peers::Padding::same;
    const Index groups = dice.between(1, 2);
    const Index in = groups * dice.between(1, 3), out = groups * dice.between(1, 3);
    const bool bias = dice.coin();
    const std::vector<Index> more = output_padding(dice, w);
    nn::ConvOptions options{.strides = PerAxis(w.stride),
                            .padding = ours(w.padding),
                            .dilation_rate = PerAxis(w.dilation),
                            .groups = groups,
                            .use_bias = bias};
    if (!more.empty()) options.output_padding = PerAxis(more);
    return {
        sentence("Conv", axes, "DTranspose ", out, ", ", text(w), ", output_padding ",
                 more.empty() ? "none" : text(more), ", groups ", groups, flag(bias, "bias")),
        along<nn::Conv1DTranspose, nn::Conv2DTranspose, nn::Conv3DTranspose>(
            axes, out, PerAxis(w.size), options),
        {shape_of(dice.between(1, 3), dice.sizes(axes, 1, 4), in)},
        [=](const peers::Question& q) { return peers::convolution_transpose(q, w, groups, more); }};
}

Case depthwise_case(Dice& dice) {
    const int axes = static_cast<int>(dice.between(1, 2));
    const Window w = convolution_window(dice, axes);
    const Index multiplier = dice.between(1, 3);
    const bool bias = dice.coin();
    const nn::DepthwiseConvOptions options{.strides = PerAxis(w.stride),
                                           .padding = ours(w.padding),
                                           .depth_multiplier = multiplier,
                                           .dilation_rate = PerAxis(w.dilation),
                                           .use_bias = bias};
    return {sentence("DepthwiseConv", axes, "D, ", text(w), ", depth_multiplier ", multiplier,
                     flag(bias, "bias")),
            along<nn::DepthwiseConv1D, nn::DepthwiseConv2D>(axes, PerAxis(w.size), options),
            {shape_of(dice.between(1, 3), axes_for(dice, w), dice.between(1, 4))},
            [=](const peers::Question& q) { return peers::depthwise(q, w); }};
}

Case separable_case(Dice& dice) {
    const int axes = static_cast<int>(dice.between(1, 2));
    const Window w = convolution_window(dice, axes);
    const Index multiplier = dice.between(1, 2), filters = dice.between(1, 4);
    const bool bias = dice.coin();
    const nn::SeparableConvOptions options{.strides = PerAxis(w.stride),
                                           .padding = ours(w.padding),
                                           .dilation_rate = PerAxis(w.dilation),
                                           .depth_multiplier = multiplier,
                                           .use_bias = bias};
    return {
        sentence("SeparableConv", axes, "D ", filters, ", ", text(w), ", depth_multiplier ",
                 multiplier, flag(bias, "bias")),
        along<nn::SeparableConv1D, nn::SeparableConv2D>(axes, filters, PerAxis(w.size), options),
        {shape_of(dice.between(1, 3), axes_for(dice, w), dice.between(1, 4))},
        [=](const peers::Question& q) { return peers::separable(q, w); }};
}

Case pooling_case(Dice& dice, int axes) {
    const Window w = pool_window(dice, axes);
    const Shape x = shape_of(dice.between(1, 3), axes_for(dice, w), dice.between(1, 4));
    const nn::PoolingOptions options{.strides = PerAxis(w.stride), .padding = ours(w.padding)};
    const PerAxis size(w.size);
    if (dice.coin())
        return {sentence("MaxPooling", axes, "D, ", text(w)),
                along<nn::MaxPooling1D, nn::MaxPooling2D, nn::MaxPooling3D>(axes, size, options),
                {x},
                [=](const peers::Question& q) { return peers::max_pool(q, w); }};
    return {sentence("AveragePooling", axes, "D, ", text(w)),
            along<nn::AveragePooling1D, nn::AveragePooling2D, nn::AveragePooling3D>(axes, size,
                                                                                    options),
            {x},
            [=](const peers::Question& q) { return peers::average_pool(q, w); }};
}

Case adaptive_pooling_case(Dice& dice) {
    const int axes = static_cast<int>(dice.between(1, 3));
    const Shape x = shape_of(dice.between(1, 3), dice.sizes(axes, 1, 7), dice.between(1, 3));
    const std::vector<Index> places = dice.sizes(axes, 1, 5);
    const PerAxis size(places);
    if (dice.coin())
        return {sentence("AdaptiveMaxPooling", axes, "D to ", text(places)),
                along<nn::AdaptiveMaxPooling1D, nn::AdaptiveMaxPooling2D, nn::AdaptiveMaxPooling3D>(
                    axes, size),
                {x},
                [=](const peers::Question& q) { return peers::adaptive_max_pool(q, places); }};
    return {sentence("AdaptiveAveragePooling", axes, "D to ", text(places)),
            along<nn::AdaptiveAveragePooling1D, nn::AdaptiveAveragePooling2D,
                  nn::AdaptiveAveragePooling3D>(axes, size),
            {x},
            [=](const peers::Question& q) { return peers::adaptive_average_pool(q, places); }};
}

Case global_pooling_case(Dice& dice) {
    const bool images = dice.coin();
    const Shape x =
        shape_of(dice.between(1, 3), dice.sizes(images ? 2 : 1, 1, 6), dice.between(1, 4));
    if (dice.coin())
        return {"GlobalMaxPooling",
                images ? std::shared_ptr<nn::Layer>(std::make_shared<nn::GlobalMaxPooling2D>())
                       : std::make_shared<nn::GlobalMaxPooling1D>(),
                {x},
                peers::global_max_pool};
    return {"GlobalAveragePooling",
            images ? std::shared_ptr<nn::Layer>(std::make_shared<nn::GlobalAveragePooling2D>())
                   : std::make_shared<nn::GlobalAveragePooling1D>(),
            {x},
            peers::global_average_pool};
}

// ---- normalisation ------------------------------------------------------------------------------

peers::Normalization normalization(Dice& dice) {
    return {dice.one_of({1e-3, 1e-5, 0.1}), dice.coin(), dice.coin()};
}

std::string text(const peers::Normalization& how) {
    return sentence("epsilon ", how.epsilon, flag(how.scale, "scale"), flag(how.center, "center"));
}

Case batch_normalization_case(Dice& dice, bool training) {
    const peers::Normalization how = normalization(dice);
    const double momentum = dice.one_of({0.99, 0.9, 0.5});
    const int axes = static_cast<int>(dice.between(0, 3));
    const Shape x = shape_of(dice.between(4, 6), dice.sizes(axes, 1, 4), dice.between(1, 4));
    const int axis = dice.coin() ? 1 : x.rank() - 1;
    return {sentence("BatchNormalization axis ", axis, ", momentum ", momentum, ", ", text(how),
                     flag(training, "training")),
            std::make_shared<nn::BatchNormalization>(
                nn::BatchNormalizationOptions{.axis = axis,
                                              .momentum = momentum,
                                              .epsilon = how.epsilon,
                                              .center = how.center,
                                              .scale = how.scale}),
            {x},
            [=](const peers::Question& q) {
                return peers::batch_normalization(q, how, axis, momentum, training);
            },
            training ? Mode::train : Mode::infer};
}

// The last one or two axes, as libtorch wants them.
Axes last(int axes) { return axes == 1 ? Axes(-1) : Axes{-2, -1}; }

Case layer_normalization_case(Dice& dice) {
    const peers::Normalization how = normalization(dice);
    const int axes = static_cast<int>(dice.between(1, 2));
    return {
        sentence("LayerNormalization over ", axes, " axes, ", text(how)),
        std::make_shared<nn::LayerNormalization>(nn::LayerNormalizationOptions{
            .axis = last(axes), .epsilon = how.epsilon, .center = how.center, .scale = how.scale}),
        {shape_of(dice.between(1, 3), dice.sizes(axes == 1 ? 0 : 1, 1, 4), dice.between(2, 6))},
        [=](const peers::Question& q) { return peers::layer_normalization(q, how, axes); }};
}

Case group_normalization_case(Dice& dice) {
    const peers::Normalization how = normalization(dice);
    const Index groups = dice.between(1, 3), channels = groups * dice.between(1, 3);
    return {
        sentence("GroupNormalization, groups ", groups, ", ", text(how)),
        std::make_shared<nn::GroupNormalization>(nn::GroupNormalizationOptions{
            .groups = groups, .epsilon = how.epsilon, .center = how.center, .scale = how.scale}),
        {shape_of(dice.between(1, 3), dice.sizes(static_cast<int>(dice.between(1, 3)), 2, 4),
                  channels)},
        [=](const peers::Question& q) { return peers::group_normalization(q, how, groups); }};
}

Case rms_normalization_case(Dice& dice) {
    const double epsilon = dice.one_of({1e-6, 1e-3});
    const int axes = static_cast<int>(dice.between(1, 2));
    return {sentence("RMSNormalization over ", axes, " axes, epsilon ", epsilon),
            std::make_shared<nn::RMSNormalization>(
                nn::RMSNormalizationOptions{.axis = last(axes), .epsilon = epsilon}),
            {shape_of(dice.between(1, 3), dice.sizes(axes == 1 ? 0 : 1, 1, 4), dice.between(1, 6))},
            [=](const peers::Question& q) { return peers::rms_normalization(q, epsilon, axes); }};
}

// ---- recurrence ---------------------------------------------------------------------------------

// (batch, time): each row starts with at least one true step and with no more than the row above.
Tensor step_mask(Dice& dice, Index batch, Index time) {
    std::vector<Index> lengths = dice.sizes(static_cast<int>(batch), 1, time);
    std::ranges::sort(lengths, std::greater());
    return expand_dims(arange(time), 0) < expand_dims(tensor(lengths), 1);
}

template <class Layer, class Options>
std::shared_ptr<nn::Layer> recurrent_layer(Index units, const Options& options,
                                           bool bidirectional) {
    if (bidirectional) return std::make_shared<nn::Bidirectional>(Layer(units, options));
    return std::make_shared<Layer>(units, options);
}

std::shared_ptr<nn::Layer> recurrent_layer(Index units, const peers::Recurrence& how, bool masked) {
    const auto with = [&](auto options) {
        options.use_bias = how.bias;
        options.return_sequences = how.sequences;
        options.return_state = true;
        options.go_backwards = how.backwards;
        options.zero_output_for_mask = masked && how.sequences;
        return options;
    };
    switch (how.cell) {
        case peers::Cell::lstm:
            return recurrent_layer<nn::LSTM>(units, with(nn::LSTMOptions{}), how.bidirectional);
        case peers::Cell::gru:
            return recurrent_layer<nn::GRU>(units, with(nn::GRUOptions{}), how.bidirectional);
        default:
            const bool relu = how.cell == peers::Cell::rnn_relu;
            return recurrent_layer<nn::SimpleRNN>(
                units, with(nn::SimpleRNNOptions{.activation = relu ? nn::relu : nn::tanh}),
                how.bidirectional);
    }
}

Case recurrent_case(Dice& dice, std::initializer_list<peers::Cell> cells) {
    peers::Recurrence how{.cell = dice.one_of(cells), .bias = dice.coin()};
    const Index batch = dice.between(1, 4), time = dice.between(1, 6);
    const Index features = dice.between(1, 4), units = dice.between(1, 4);
    const bool masked = dice.between(0, 2) == 0;
    how.sequences = dice.coin();
    how.bidirectional = dice.between(0, 3) == 0;
    how.given_states = !how.bidirectional && dice.coin();
    how.backwards = !how.bidirectional && !masked && dice.coin();

    std::vector<Shape> inputs{{batch, time, features}};
    if (how.given_states) inputs.resize(how.cell == peers::Cell::lstm ? 3 : 2, {batch, units});
    constexpr const char* names[] = {"LSTM", "GRU", "SimpleRNN tanh", "SimpleRNN relu"};
    return {sentence(names[static_cast<int>(how.cell)], " ", units, flag(how.bias, "bias"),
                     flag(how.given_states, "given states"), flag(how.sequences, "sequences"),
                     flag(how.backwards, "backwards"), flag(how.bidirectional, "bidirectional"),
                     flag(masked, "mask")),
            recurrent_layer(units, how, masked),
            inputs,
            [=](const peers::Question& q) { return peers::recurrence(q, how); },
            Mode::infer,
            masked ? step_mask(dice, batch, time) : Tensor()};
}

// ---- attention ----------------------------------------------------------------------------------

// (…, queries, keys); each query sees the first key, since libtorch gives NaN without a key.
Tensor key_mask(Dice& dice, const Shape& shape) {
    std::vector<double> seen;
    for (Index i = 0; i < shape.size(); ++i)
        seen.push_back(i % shape.back() == 0 || dice.coin() ? 1 : 0);
    return tensor(seen, shape).cast(bool_);
}

struct Steps {
    Index batch, queries, keys;
    bool causal, masked;
    Tensor mask;
    explicit Steps(Dice& dice)
        : batch(dice.between(1, 3)),
          queries(dice.between(1, 5)),
          keys(dice.between(1, 5)),
          causal(dice.between(0, 2) == 0),
          masked(dice.coin()),
          mask(masked ? key_mask(dice, {batch, queries, keys}) : Tensor()) {}
    std::string text() const { return flag(causal, "causal") + flag(masked, "mask"); }
};

Case scaled_dot_product_case(Dice& dice) {
    const Steps steps(dice);
    const Index features = dice.between(1, 5), outputs = dice.between(1, 4);
    const bool causal = steps.causal;
    return {
        "scaled_dot_product_attention" + steps.text(),
        std::make_shared<Calls>([=](const std::vector<Tensor>& in) {
            return nn::scaled_dot_product_attention(
                in[0], in[1], in[2], {.mask = in.size() > 3 ? in[3] : Tensor(), .causal = causal});
        }),
        {{steps.batch, steps.queries, features},
         {steps.batch, steps.keys, features},
         {steps.batch, steps.keys, outputs}},
        [=](const peers::Question& q) { return peers::scaled_dot_product_attention(q, causal); },
        Mode::infer,
        steps.mask};
}

Case attention_case(Dice& dice) {
    const Steps steps(dice);
    const Index features = dice.between(1, 5), outputs = dice.between(1, 4);
    const bool causal = steps.causal, scale = dice.coin();
    return {"Attention" + steps.text() + flag(scale, "scale"),
            std::make_shared<nn::Attention>(
                nn::AttentionLayerOptions{.use_scale = scale, .use_causal_mask = causal}),
            {{steps.batch, steps.queries, features},
             {steps.batch, steps.keys, outputs},
             {steps.batch, steps.keys, features}},
            [=](const peers::Question& q) { return peers::attention(q, causal); },
            Mode::infer,
            steps.mask};
}

// libtorch wants queries with as many features as all heads together, and keys as large as values.
Case multi_head_case(Dice& dice) {
    const Steps steps(dice);
    const Index heads = dice.between(1, 3), dim = dice.between(1, 3);
    const Index features = dice.between(1, 4);
    const bool causal = steps.causal, bias = dice.coin();
    return {
        sentence("MultiHeadAttention ", heads, " heads of ", dim, steps.text(), flag(bias, "bias")),
        std::make_shared<nn::MultiHeadAttention>(
            heads, dim, nn::MultiHeadAttentionOptions{.use_bias = bias, .use_causal_mask = causal}),
        {{steps.batch, steps.queries, heads * dim},
         {steps.batch, steps.keys, features},
         {steps.batch, steps.keys, features}},
        [=](const peers::Question& q) {
            return peers::multi_head_attention(q, heads, bias, causal);
        },
        Mode::infer,
        steps.mask};
}

// ---- the comparison -----------------------------------------------------------------------------

// Makes random configurations of all kinds in turn.
Case draw(int number, Dice& dice) {
    using peers::Cell;
    static const std::vector<std::function<Case(Dice&)>> kinds{
        [](Dice& d) { return convolution_case(d, 1); },
        [](Dice& d) { return convolution_case(d, 2); },
        [](Dice& d) { return convolution_case(d, 3); },
        [](Dice& d) { return transposed_case(d, static_cast<int>(d.between(1, 3))); },
        [](Dice& d) { return transposed_case(d, 2); },
        depthwise_case,
        separable_case,
        [](Dice& d) { return pooling_case(d, 1); },
        [](Dice& d) { return pooling_case(d, 2); },
        [](Dice& d) { return pooling_case(d, 3); },
        adaptive_pooling_case,
        global_pooling_case,
        [](Dice& d) { return batch_normalization_case(d, true); },
        [](Dice& d) { return batch_normalization_case(d, false); },
        layer_normalization_case,
        group_normalization_case,
        rms_normalization_case,
        [](Dice& d) { return recurrent_case(d, {Cell::lstm}); },
        [](Dice& d) { return recurrent_case(d, {Cell::lstm}); },
        [](Dice& d) { return recurrent_case(d, {Cell::gru}); },
        [](Dice& d) { return recurrent_case(d, {Cell::gru}); },
        [](Dice& d) {
            return recurrent_case(d, {Cell::rnn_tanh, Cell::rnn_relu});
        },
        scaled_dot_product_case,
        attention_case,
        multi_head_case,
        multi_head_case,
    };
    Case c = kinds[static_cast<std::size_t>(number) % kinds.size()](dice);
    std::string of;
    for (const Shape& shape : c.inputs) of += (of.empty() ? " of " : ", ") + to_string(shape);
    c.description = sentence("configuration ", number, ": ", c.description, of);
    return c;
}

peers::Array array(const Tensor& t) {
    const Shape::Sizes sizes = t.shape().sizes();
    return {{sizes.begin(), sizes.end()}, t.cast(f64).to_vector<double>()};
}

// The largest difference, relative for numbers above 1, else absolute; infinite for different
// shapes and NaN.
double difference(const Tensor& ours, const peers::Array& theirs) {
    const peers::Array own = array(ours);
    if (own.shape != theirs.shape) return HUGE_VAL;
    double largest = 0;
    for (std::size_t i = 0; i < own.numbers.size(); ++i) {
        const double d = std::abs(own.numbers[i] - theirs.numbers[i]) /
                         std::max(1.0, std::abs(theirs.numbers[i]));
        largest = std::isnan(d) ? HUGE_VAL : std::max(largest, d);
    }
    return largest;
}

// Returns the largest difference of all results.
double compare(const Case& c, Generator& rng) {
    const auto normal = [&](const Shape& shape) {
        return Parameter("x", random_normal(shape, rng, 0, 1, f64)).value();
    };
    std::vector<Tensor> inputs, wrt;
    for (const Shape& shape : c.inputs) wrt.push_back(normal(shape));
    inputs = wrt;
    if (c.mask.defined() && !c.masks_steps()) inputs.push_back(c.mask);
    std::vector<Spec> specs;
    for (const Tensor& x : inputs) specs.push_back(x.spec());

    peers::Question question;
    c.layer->set_dtype(f64);
    c.layer->ensure_built(specs);
    for (Parameter& w : c.layer->weights()) {
        const Tensor value = normal(w.shape());
        w.assign(w.trainable() ? value : square(value) + 0.1);  // a state may be a variance
        if (w.trainable())
            wrt.push_back(w.value());
        else
            question.constants.push_back(array(w.value()));
    }

    nn::CallContext context;
    if (c.masks_steps()) context.set_mask(inputs.front(), c.mask);
    if (c.mask.defined()) question.constants.push_back(array(c.mask));
    std::vector<Tensor> outputs = (*c.layer)(inputs, c.mode);
    Tensor loss = scalar(0.0).cast(f64);
    for (const Tensor& y : outputs) {
        const Tensor cotangent = normal(y.shape());
        loss = loss + sum(y * cotangent);
        question.cotangents.push_back(array(cotangent));
    }
    const std::vector<Tensor> gradients = grad(loss, wrt);
    for (const Assignment& update : context.updates()) outputs.push_back(update.value);

    for (const Tensor& x : wrt) question.inputs.push_back(array(x));
    const peers::Answer answer = c.peer(question);
    REQUIRE(answer.outputs.size() == outputs.size());
    REQUIRE(answer.gradients.size() == gradients.size());
    double largest = 0;
    const auto check = [&](const Tensor& own, const peers::Array& theirs) {
        INFO("ours " << own);
        const double d = difference(own, theirs);
        CHECK(d <= tolerance);
        largest = std::max(largest, d);
    };
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        INFO("output " << i);
        check(outputs[i], answer.outputs[i]);
    }
    for (std::size_t i = 0; i < gradients.size(); ++i) {
        INFO("derivative by input " << i);
        check(gradients[i], answer.gradients[i]);
    }
    return largest;
}

}  // namespace

TEST_CASE("500 random layers compute what libtorch computes", "[peers]") {
    Dice dice;
    Generator rng(7);
    double largest = 0;
    for (int number = 0; number < configurations; ++number) {
        const Case c = draw(number, dice);
        INFO(c.description);
        CHECK_NOTHROW(largest = std::max(largest, compare(c, rng)));
    }
    std::cout << configurations << " configurations, largest difference " << largest << '\n';
}

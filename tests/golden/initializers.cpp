// The kind "initializers": exact values, supports and moments, orthogonality, what layers start
// with.
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "cases.hpp"
#include "compare.hpp"
#include "readers.hpp"

namespace shikumi::golden {

namespace {

nn::Initializer read_initializer(const json& c) {
    nn::Initializer initializer = nn::zeros_init();
    const json object{{"class_name", c.at("class_name")},
                      {"config", c.value("config", json::object())}};
    nn::from_config(read_config(object), initializer, "case");
    return initializer;
}

// Mean and deviation of a million draws, and whether one lies outside the support.
void check_moments(const nn::Initializer& make, const Shape& shape, const json& c) {
    const json &analytic = c.at("analytic"), &within = c.at("within");
    const double low = read_number(analytic.at("support")[0]),
                 high = read_number(analytic.at("support")[1]);
    Generator rng(12);
    double count = 0, total = 0, squares = 0;
    const double mean = analytic.at("mean"), deviation = analytic.at("std");
    while (count < 1e6) {
        for (const double v : make(shape, rng).to_vector<double>()) {
            // The ends are decimals of 12 digits, the draws are f32.
            const double slack = 1e-6 * std::max(std::abs(low), std::abs(high));
            if (std::isfinite(low) && (v < low - slack || v > high + slack))
                throw Different("a draw " + std::to_string(v) + " outside the support");
            total += v - mean;
            squares += (v - mean) * (v - mean);
            ++count;
        }
    }
    const double off = total / count;
    compare_within("mean", mean + off, mean, within.at("mean"));
    compare_within("std", std::sqrt(squares / count - off * off), deviation,
                   within.at("std_relative").get<double>() * deviation);
}

void check_orthogonal(const nn::Initializer& make, const Shape& shape, const json& c) {
    Generator rng(12);
    const Tensor m = reshape(make(shape, rng), read_shape(c.at("property").at("matrix")));
    const bool by_rows = c.at("property").at("product") == "M M^T";
    const Tensor product = by_rows ? matmul(m, transpose(m)) : matmul(transpose(m), m);
    const double gain = c.at("config").value("gain", 1.0);
    const Tensor wanted = eye(product.shape().front()) * (gain * gain);
    compare_numbers("product", product.to_vector<double>(), wanted.to_vector<double>(),
                    c.at("tolerance"));
}

// ---- what layers start with ---------------------------------------------------------------------

using Start = std::map<std::string, nn::Initializer>;

struct Beginner {
    LayerPointer layer;
    Shape input;
    Start initializers;
};

Start of_kernel(const nn::Initializer& kernel, const nn::Initializer& bias) {
    return {{"kernel_initializer", kernel}, {"bias_initializer", bias}};
}

template <class Options>
Start of_recurrent() {
    const Options o;
    Start start = of_kernel(o.kernel_initializer, o.bias_initializer);
    start.emplace("recurrent_initializer", o.recurrent_initializer);
    return start;
}

template <class Options>
Start of_norm() {
    const Options o;
    return {{"beta_initializer", o.beta_initializer}, {"gamma_initializer", o.gamma_initializer}};
}

Start of_batch_norm() {
    Start start = of_norm<nn::BatchNormalizationOptions>();
    const nn::BatchNormalizationOptions o;
    start.emplace("moving_mean_initializer", o.moving_mean_initializer);
    start.emplace("moving_variance_initializer", o.moving_variance_initializer);
    return start;
}

template <class Options>
Start of_options() {
    const Options o;
    return of_kernel(o.kernel_initializer, o.bias_initializer);
}

Start of_depthwise() {
    const nn::DepthwiseConvOptions o;
    return {{"depthwise_initializer", o.depthwise_initializer},
            {"bias_initializer", o.bias_initializer}};
}

Start of_separable() {
    const nn::SeparableConvOptions o;
    return {{"depthwise_initializer", o.depthwise_initializer},
            {"pointwise_initializer", o.pointwise_initializer},
            {"bias_initializer", o.bias_initializer}};
}

template <class Layer, class... Arguments>
LayerPointer layer(Arguments... arguments) {
    return std::make_shared<Layer>(arguments...);
}

Beginner beginner(const std::string& name) {
    const Shape picture{6, 6, 3}, steps{4, 2}, row{3};
    if (name == "Dense") return {layer<nn::Dense>(2), row, of_options<nn::DenseOptions>()};
    if (name == "Conv2D") return {layer<nn::Conv2D>(2, 3), picture, of_options<nn::ConvOptions>()};
    if (name == "Conv2DTranspose")
        return {layer<nn::Conv2DTranspose>(2, 3), picture, of_options<nn::ConvOptions>()};
    if (name == "DepthwiseConv2D") return {layer<nn::DepthwiseConv2D>(3), picture, of_depthwise()};
    if (name == "SeparableConv2D")
        return {layer<nn::SeparableConv2D>(2, 3), picture, of_separable()};
    if (name == "Embedding")
        return {layer<nn::Embedding>(4, 3),
                {2},
                {{"embeddings_initializer", nn::EmbeddingOptions().embeddings_initializer}}};
    if (name == "LSTM") return {layer<nn::LSTM>(2), steps, of_recurrent<nn::LSTMOptions>()};
    if (name == "GRU") return {layer<nn::GRU>(2), steps, of_recurrent<nn::GRUOptions>()};
    if (name == "SimpleRNN")
        return {layer<nn::SimpleRNN>(2), steps, of_recurrent<nn::SimpleRNNOptions>()};
    if (name == "BatchNormalization")
        return {layer<nn::BatchNormalization>(), row, of_batch_norm()};
    if (name == "LayerNormalization")
        return {layer<nn::LayerNormalization>(), row, of_norm<nn::LayerNormalizationOptions>()};
    if (name == "GroupNormalization")
        return {layer<nn::GroupNormalization>(nn::GroupNormalizationOptions{.groups = 1}), row,
                of_norm<nn::GroupNormalizationOptions>()};
    if (name == "RMSNormalization") return {layer<nn::RMSNormalization>(), row, {}};
    if (name == "PReLU")
        return {
            layer<nn::PReLU>(), row, {{"alpha_initializer", nn::PReLUOptions().alpha_initializer}}};
    if (name == "EinsumDense")
        return {layer<nn::EinsumDense>("ab,bc->ac", std::vector<std::optional<Index>>{2},
                                       nn::EinsumDenseOptions{.bias_axes = "c"}),
                row, of_options<nn::EinsumDenseOptions>()};
    if (name == "MultiHeadAttention")
        return {layer<nn::MultiHeadAttention>(2, 3),
                {5, 4},
                of_options<nn::MultiHeadAttentionOptions>()};
    throw Unknown("layer " + name);
}

void check_weights(nn::Sequential& model, const json& expected) {
    const std::vector<Parameter> weights = model.parameters();
    if (weights.size() != expected.size())
        throw Different("got " + std::to_string(weights.size()) + " weights, expected " +
                        std::to_string(expected.size()));
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const json& w = expected[i];
        const Tensor value = weights[i];
        if (value.shape() != read_shape(w.at("shape")) ||
            weights[i].trainable() != w.at("trainable").get<bool>())
            throw Different("weight " + w.at("name").get<std::string>() + ": got " +
                            to_string(value.shape()));
    }
}

void check_defaults(const json& c) {
    const Beginner b = beginner(c.at("class_name"));
    nn::Sequential model;
    model.add(b.layer);
    model.build({nn::batch_of(1, b.input), f32});
    if (c.contains("values")) {
        compare_tensor("bias", model.get_weights().back(), c.at("values"), 0);
        return;
    }
    for (const auto& item : c.at("initializers").items()) {
        const auto found = b.initializers.find(item.key());
        if (found == b.initializers.end()) throw Different("no " + item.key());
        const nn::Initializer wanted = read_initializer(item.value());
        if (found->second.name() != wanted.name())
            throw Different(item.key() + ": got " + std::string(found->second.name()) +
                            ", expected " + std::string(wanted.name()));
    }
    check_weights(model, c.at("weights"));
}

void run_initializer(const json&, const json& c) {
    if (!c.contains("shape")) return check_defaults(c);
    const nn::Initializer make = read_initializer(c);
    const Shape shape = read_shape(c.at("shape"));
    Generator rng(12);
    if (c.contains("error")) {
        try {
            make(shape, rng);
        } catch (const Error&) {
            return;
        }
        throw Different("expected an error, got none");
    }
    if (c.contains("values")) return compare_tensor("values", make(shape, rng), c.at("values"), 0);
    if (c.contains("property")) return check_orthogonal(make, shape, c);
    check_moments(make, shape, c);
}

const Kind initializers("initializers", run_initializer);

}  // namespace

}  // namespace shikumi::golden

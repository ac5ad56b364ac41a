// Cases of the kind "layers": one call of a layer, with its gradients.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "compare.hpp"
#include "readers.hpp"
#include "strings.hpp"

namespace shikumi::golden {

namespace {

// ---- activations --------------------------------------------------------------------------------

using Activation = Tensor (*)(const Tensor& x, ConfigReader& config);

// Those that a case gives arguments; all others go by their names.
const std::map<std::string, Activation> with_arguments{
    {"celu", [](const Tensor& x, ConfigReader& c) { return celu(x, c.get_or("alpha", 1.0)); }},
    {"glu", [](const Tensor& x, ConfigReader& c) { return glu(x, c.get_or<Index>("axis", -1)); }},
    {"hard_shrink",
     [](const Tensor& x, ConfigReader& c) { return hard_shrink(x, c.get_or("threshold", 0.5)); }},
    {"soft_shrink",
     [](const Tensor& x, ConfigReader& c) { return soft_shrink(x, c.get_or("threshold", 0.5)); }},
    {"squareplus",
     [](const Tensor& x, ConfigReader& c) { return squareplus(x, c.get_or("b", 4.0)); }},
    {"threshold",
     [](const Tensor& x, ConfigReader& c) {
         return threshold(x, c.get<double>("threshold"), c.get<double>("default_value"));
     }},
    {"elu", [](const Tensor& x, ConfigReader& c) { return elu(x, c.get_or("alpha", 1.0)); }},
    {"gelu",
     [](const Tensor& x, ConfigReader& c) { return gelu(x, c.get_or("approximate", false)); }},
    {"leaky_relu", [](const Tensor& x,
                      ConfigReader& c) { return leaky_relu(x, c.get_or("negative_slope", 0.2)); }},
    {"log_softmax",
     [](const Tensor& x, ConfigReader& c) { return log_softmax(x, c.get_or<Index>("axis", -1)); }},
    {"relu",
     [](const Tensor& x, ConfigReader& c) {
         return nn::ReLU({.max_value = c.get<double>("max_value"),
                          .negative_slope = c.get_or("negative_slope", 0.0),
                          .threshold = c.get_or("threshold", 0.0)})(x);
     }},
    {"softmax",
     [](const Tensor& x, ConfigReader& c) { return softmax(x, c.get_or<Index>("axis", -1)); }},
};

Tensor activated(const std::string& name, const json& config, const Tensor& x) {
    if (config.empty()) {
        nn::ActivationFunction plain = nn::linear;
        nn::from_config(name, plain, "case");
        return plain(x);
    }
    const auto found = with_arguments.find(name);
    if (found == with_arguments.end()) throw Unknown("activation " + name + " with arguments");
    const Config values = read_config(config);
    ConfigReader reader(name, values);
    const Tensor y = found->second(x, reader);
    reader.refuse_unread();
    return y;
}

void run_activation(const json& c) {
    const Tensor x = read_tensor(c.at("x"));
    const Tensor y = activated(c.at("activation"), c.at("config"), x);
    compare_tensor("y", y, c.at("y"), c.at("tolerance"));
    compare_tensor("gradient", vjp(y, {x}, read_tensor(c.at("upstream")))[0], c.at("gradient"),
                   c.at("tolerance"));
}

// ---- layers -------------------------------------------------------------------------------------

struct Call {
    std::vector<Tensor> inputs;  // those of the case, then those among the keyword arguments
    nn::Mode mode = nn::Mode::infer;
    std::vector<std::pair<std::size_t, Tensor>> masks = {};  // of which input
};

DType input_dtype(const std::string& type) {
    static const std::set<std::string> integers{"CategoryEncoding", "IntegerLookup"};
    return integers.contains(type) ? i64 : f32;
}

// What Keras passes at the call and layers here take when they are made.
json with_call_options(json config, const json& call) {
    for (const char* key : {"use_causal_mask", "return_attention_scores"}) {
        if (call.contains(key)) config[key] = call.at(key);
    }
    return config;
}

Call read_call(const json& c) {
    const std::string type = c.at("class_name");
    const json keywords = c.value("call", json::object());
    Call call;
    for (const json& input : c.at("inputs"))
        call.inputs.push_back(read_tensor(input, input_dtype(type)));
    for (const auto& [key, value] : keywords.items()) {
        if (key == "training") {
            if (value.get<bool>()) call.mode = nn::Mode::train;
        } else if (key == "attention_mask" || (key == "mask" && type == "Softmax")) {
            call.inputs.push_back(read_tensor(value, bool_));
        } else if (key == "initial_state") {
            for (const json& state : value) call.inputs.push_back(read_tensor(state));
        } else if (key == "count_weights") {
            call.inputs.push_back(read_tensor(value));
        } else if (key == "mask" && value.is_array()) {
            for (std::size_t i = 0; i < value.size(); ++i)
                call.masks.emplace_back(i, read_tensor(value[i], bool_));
        } else if (key == "mask" || key == "query_mask") {
            call.masks.emplace_back(0, read_tensor(value, bool_));
        } else if (key == "value_mask") {
            call.masks.emplace_back(1, read_tensor(value, bool_));
        } else if (key != "use_causal_mask" && key != "return_attention_scores") {
            throw Unknown(type + " called with " + key);
        }
    }
    return call;
}

// The name of a weight within its layer.
std::string last_name(const json& weight) {
    const std::string name = weight.at("name");
    return name.substr(name.rfind('/') + 1);
}

void set_weights(nn::Layer& layer, const json& c) {
    std::vector<Parameter> weights = layer.weights();
    const json given = c.value("weights", json::array());
    if (weights.size() < given.size())
        throw Different("got " + std::to_string(weights.size()) + " weights, expected " +
                        std::to_string(given.size()));
    for (std::size_t i = 0; i < given.size(); ++i) {
        weights[i].assign(read_tensor(given[i]));
        if (!weights[i].name().ends_with(last_name(given[i])))
            throw Different("weight " + weights[i].name() + ", expected " + last_name(given[i]));
        if (weights[i].trainable() != given[i].at("trainable").get<bool>())
            throw Different("trainable of " + weights[i].name() + " differs");
    }
}

// A case's gradients are measured by the largest of them all.
void compare_gradients(const json& c, const std::vector<Tensor>& got, const json& expected) {
    double largest = 1e-3;
    for (const json& array : expected) {
        for (const double v : read_numbers(array))
            if (std::isfinite(v)) largest = std::max(largest, std::abs(v));
    }
    const double allowed = c.at("tolerance").get<double>() * largest;
    for (std::size_t k = 0; k < expected.size(); ++k) {
        const auto numbers = got.at(k).to_vector<double>(), wanted = read_numbers(expected[k]);
        if (got[k].shape() != read_shape(expected[k].at("shape")))
            throw Different("gradient " + std::to_string(k) + " has shape " +
                            to_string(got[k].shape()));
        for (std::size_t i = 0; i < wanted.size(); ++i)
            compare_within("gradient " + std::to_string(k) + "[" + std::to_string(i) + "]",
                           numbers[i], wanted[i], allowed);
    }
}

void check_gradients_of(const json& c, const nn::Layer& layer, const Call& call,
                        const std::vector<Tensor>& outputs) {
    if (!c.contains("upstream")) return;
    Tensor total = scalar(0);
    for (std::size_t i = 0; i < outputs.size(); ++i)
        total = total + sum(outputs[i] * read_tensor(c.at("upstream").at(i)));
    json expected = c.value("input_gradients", json::array());
    std::vector<Tensor> by(call.inputs.begin(),
                           call.inputs.begin() + static_cast<std::ptrdiff_t>(expected.size()));
    for (const Parameter& weight : layer.trainable_weights()) by.push_back(weight.value());
    for (const json& gradient : c.value("weight_gradients", json::array()))
        expected.push_back(gradient);
    if (by.size() != expected.size())
        throw Different("got " + std::to_string(by.size()) + " gradients, expected " +
                        std::to_string(expected.size()));
    if (!by.empty()) compare_gradients(c, grad(total, by), expected);
}

// What a layer learns from data, and what it knows then.
void adapt(nn::Layer& layer, const json& c) {
    const json data = c.value("adapt", json());
    if (auto* const integers = dynamic_cast<nn::IntegerLookup*>(&layer)) {
        if (!data.is_null()) integers->adapt(read_tensor(data, i64));
        if (json(integers->vocabulary()) != c.at("vocabulary"))
            throw Different("vocabulary " + json(integers->vocabulary()).dump());
    } else if (auto* const bins = dynamic_cast<nn::Discretization*>(&layer)) {
        if (!data.is_null()) bins->adapt(read_tensor(data));
        compare_numbers("bin_boundaries", bins->bin_boundaries(),
                        read_numbers(c.at("bin_boundaries")), c.at("tolerance"));
    } else if (auto* const normalization = dynamic_cast<nn::Normalization*>(&layer)) {
        if (data.is_null())
            normalization->ensure_built(read_tensor(c.at("inputs").at(0)).spec());
        else
            normalization->adapt(read_tensor(data));
        const std::vector<Parameter> weights = normalization->weights();
        for (std::size_t i = 0; const char* name : {"mean", "variance"})
            compare_numbers(name, weights[i++].value().to_vector<double>(),
                            read_numbers(c.at("state").at(name)), c.at("tolerance"));
    } else if (!data.is_null()) {
        throw Unknown("adapt of another layer");
    }
}

void run_layer(const json& c) {
    const LayerPointer layer = read_layer(
        {{"class_name", c.at("class_name")},
         {"config", with_call_options(c.at("config"), c.value("call", json::object()))}});
    adapt(*layer, c);
    const Call call = read_call(c);
    layer->ensure_built(nn::specs_of(call.inputs));
    set_weights(*layer, c);

    nn::CallContext context;
    for (const auto& [input, mask] : call.masks) context.set_mask(call.inputs.at(input), mask);
    const std::vector<Tensor> outputs = (*layer)(call.inputs, call.mode);
    const json& expected = c.at("output");
    if (outputs.size() != expected.size())
        throw Different("got " + std::to_string(outputs.size()) + " outputs, expected " +
                        std::to_string(expected.size()));
    for (std::size_t i = 0; i < outputs.size(); ++i)
        compare_tensor("output " + std::to_string(i), outputs[i], expected[i], c.at("tolerance"));
    if (c.contains("mask")) compare_tensor("mask", nn::mask_of(outputs.front()), c.at("mask"), 0);
    check_gradients_of(c, *layer, call, outputs);
    evaluate({}, context.updates());
    for (const json& after : c.value("weights_after", json::array())) {
        for (const Parameter& weight : layer->weights()) {
            if (weight.name().ends_with(last_name(after)))
                compare_tensor(weight.name() + " after the call", weight.value(), after,
                               c.at("tolerance"));
        }
    }
}

// ---- differences on purpose: docs/keras.md says why ---------------------------------------------

// max(x - τ, 0) along the last axis, where τ makes the sum 1.
json sparsemax_of(const json& array) {
    json result = array;
    const std::size_t size = array.at("shape").back();
    std::vector<double> x = read_numbers(array);
    for (std::size_t row = 0; row < x.size(); row += size) {
        double low = -100, high = 100;
        for (int i = 0; i < 100; ++i) {
            const double tau = (low + high) / 2;
            double total = 0;
            for (std::size_t k = row; k < row + size; ++k) total += std::max(x[k] - tau, 0.0);
            (total > 1 ? low : high) = tau;
        }
        for (std::size_t k = row; k < row + size; ++k)
            result["data"][k] = std::max(x[k] - low, 0.0);
    }
    return result;
}

// The gradient of the elements above 0: upstream less its mean.
json sparsemax_gradient_of(const json& y, const json& upstream) {
    json result = upstream;
    const std::size_t size = y.at("shape").back();
    const std::vector<double> p = read_numbers(y), g = read_numbers(upstream);
    for (std::size_t row = 0; row < p.size(); row += size) {
        double total = 0, count = 0;
        for (std::size_t k = row; k < row + size; ++k) {
            total += p[k] > 0 ? g[k] : 0;
            count += p[k] > 0 ? 1 : 0;
        }
        for (std::size_t k = row; k < row + size; ++k)
            result["data"][k] = p[k] > 0 ? g[k] - total / count : 0;
    }
    return result;
}

json with_accepted_activations(json c) {
    if (c.at("activation") == "celu") {  // the slope at 0 is 1, as on both sides
        const std::vector<double> x = read_numbers(c.at("x"));
        for (std::size_t i = 0; i < x.size(); ++i) {
            if (x[i] == 0) c["gradient"]["data"][i] = c.at("upstream").at("data").at(i);
        }
    } else if (c.at("activation") == "sparsemax") {  // probabilities add up to 1
        c["y"] = sparsemax_of(c.at("x"));
        c["gradient"] = sparsemax_gradient_of(c.at("y"), c.at("upstream"));
    }
    return c;
}

json with_accepted_layers(json c) {
    const std::string type = c.at("class_name"), about = c.at("about");
    if (type == "UnitNormalization" && about.starts_with("a zero row")) {
        for (json& number : c["input_gradients"][0]["data"]) number = 0;
    } else if (type == "MultiHeadAttention" && about == "an all-False row of the mask") {
        // What may see nothing gets nothing but the bias, not the mean of what it may not see.
        const json mask = c.at("call").at("attention_mask"), bias = c.at("weights").back();
        json& output = c["output"][0];
        const std::size_t width = output.at("shape").back(), keys = mask.at("shape").back();
        for (std::size_t row = 0; row * width < output.at("data").size(); ++row) {
            bool sees = false;
            for (std::size_t k = 0; k < keys; ++k)
                sees = sees || mask.at("data").at(row * keys + k).get<bool>();
            for (std::size_t i = 0; i < width && !sees; ++i)
                output["data"][row * width + i] = bias.at("data").at(i);
        }
        c.erase("upstream");  // Keras's gradients are those of that mean
    }
    return c;
}

void run_layer_case(const json&, const json& c) {
    if (is_of_strings(c)) return run_strings(c);
    if (c.contains("activation")) return run_activation(with_accepted_activations(c));
    run_layer(with_accepted_layers(c));
}

const Kind layers("layers", run_layer_case);

}  // namespace

}  // namespace shikumi::golden

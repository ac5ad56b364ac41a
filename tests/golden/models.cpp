#include "models.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include "compare.hpp"

namespace shikumi::golden {

namespace {

// A length for axes whose size Keras leaves open; here they have one.
constexpr Index some_length = 6;

Shape sample_shape(const json& batch_shape) {
    std::vector<Index> sizes;
    for (std::size_t i = 1; i < batch_shape.size(); ++i)
        sizes.push_back(batch_shape[i].is_null() ? some_length : batch_shape[i].get<Index>());
    return Shape(std::span<const Index>(sizes));
}

nn::Input read_input(const json& layer, bool indices) {
    const json& config = layer.at("config");
    const bool integers =
        indices || config.value("dtype", "float32").find("int") != std::string::npos;
    return nn::Input(sample_shape(config.at("batch_shape")),
                     {.dtype = integers ? i64 : f32, .name = config.value("name", "")});
}

std::shared_ptr<nn::Layer> read_named_layer(const json& layer) {
    const std::string type = layer.at("class_name");
    const json& config = layer.at("config");
    std::shared_ptr<nn::Layer> made;
    if (config.contains("layers"))
        made = read_model(layer);
    else
        made = read_layer(layer);
    made->set_default_name(config.at("name").get<std::string>());
    if (!config.value("trainable", true)) made->set_trainable(false);
    return made;
}

std::unique_ptr<nn::Model> read_sequential(const json& config) {
    auto model = std::make_unique<nn::Sequential>(config.at("name").get<std::string>());
    const json& layers = config.at("layers");
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (layers[i].at("class_name") == "InputLayer") {
            const bool indices =
                i + 1 < layers.size() && layers[i + 1].at("class_name") == "Embedding";
            model->add(read_input(layers[i], indices));
        } else {
            model->add(read_named_layer(layers[i]));
        }
    }
    return model;
}

// The tensors that a layer of a Functional is called on.
void collect_tensors(const json& argument, std::vector<json>& found) {
    if (argument.is_array())
        for (const json& one : argument) collect_tensors(one, found);
    else if (argument.is_object() && argument.value("class_name", "") == "__keras_tensor__")
        found.push_back(argument.at("config").at("keras_history"));
}

// "input_layers" is ["name", 0, 0], a list of such, or a dictionary.
std::vector<std::pair<std::string, json>> places(const json& given) {
    std::vector<std::pair<std::string, json>> all;
    if (given.is_object())
        for (const auto& [name, place] : given.items()) all.emplace_back(name, place);
    else if (!given.empty() && given.front().is_string())
        all.emplace_back("", given);
    else
        for (const json& place : given) all.emplace_back("", place);
    return all;
}

class Graph {
public:
    void add(const json& layer) {
        const std::string name = layer.at("config").at("name"), type = layer.at("class_name");
        if (type == "InputLayer") {
            made_[name] = {nn::Input(read_input(layer, false))};
            return;
        }
        if (type == "NotEqual" || type == "Any") return;  // they compute masks
        const nn::SharedLayer shared(read_named_layer(layer));
        std::vector<json> tensors;
        collect_tensors(layer.at("inbound_nodes").at(0).at("args"), tensors);
        std::vector<nn::SymbolicTensor> inputs;
        for (const json& tensor : tensors) inputs.push_back(at(tensor));
        made_[name] = {nn::connect(shared, inputs)};
    }
    nn::SymbolicTensor at(const json& place) const {
        return made_.at(place.at(0))[place.at(2).get<std::size_t>()];
    }
    nn::SymbolicTensors at_all(const json& given, bool named) const {
        std::vector<nn::SymbolicTensor> all;
        std::vector<std::string> names;
        for (const auto& [name, place] : places(given)) {
            all.push_back(at(place));
            if (!name.empty()) names.push_back(name);
        }
        if (!named) names.clear();
        return {std::move(all), std::move(names)};
    }

private:
    std::map<std::string, std::vector<nn::SymbolicTensor>> made_;
};

// One entry for each output: a single value, a list, or a dictionary by the outputs' names.
std::vector<json> per_output(const json& given, nn::Model& model) {
    const std::vector<std::string>& names = model.output_names();
    std::vector<json> all(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (given.is_object())
            all[i] = given.value(names[i], json());
        else if (given.is_array() && i < given.size())
            all[i] = given[i];
        else if (!given.is_array())
            all[i] = given;
    }
    return all;
}

nn::TensorList tensors(const json& given,
                       const std::function<Tensor(const json&, std::size_t)>& read) {
    if (given.is_object() && !given.contains("data")) {
        std::vector<std::pair<std::string, Tensor>> named;
        for (const auto& [name, one] : given.items())
            named.emplace_back(name, read(one, named.size()));
        return named;
    }
    std::vector<Tensor> all;
    for (const json& one : given.is_array() ? given : json::array({given}))
        all.push_back(read(one, all.size()));
    return all;
}

bool whole(const json& array) {
    for (const json& number : array.at("data")) {
        if (!number.is_number_integer()) return false;
    }
    return true;
}

}  // namespace

std::unique_ptr<nn::Model> read_model(const json& model) {
    const json& config = model.at("config");
    std::unique_ptr<nn::Model> made;
    if (model.at("class_name") == "Sequential") {
        made = read_sequential(config);
    } else {
        Graph graph;
        for (const json& layer : config.at("layers")) graph.add(layer);
        made = std::make_unique<nn::Model>(graph.at_all(config.at("input_layers"), false),
                                           graph.at_all(config.at("output_layers"), true),
                                           config.at("name").get<std::string>());
    }
    if (!config.value("trainable", true)) made->set_trainable(false);
    return made;
}

void set_weights(nn::Model& model, const json& weights) {
    std::vector<Tensor> values;
    for (const json& weight : weights) values.push_back(read_tensor(weight));
    const std::size_t all = model.get_weights().size();
    // States of recurrent layers, which Keras doesn't list, keep their zeros.
    for (std::size_t i = values.size(); i < all; ++i) values.push_back(model.get_weights()[i]);
    model.set_weights(values);
}

void compare_weights(nn::Model& model, const json& weights, double tolerance) {
    const std::vector<Tensor> got = model.get_weights();
    for (std::size_t i = 0; i < weights.size(); ++i)
        compare_tensor(weights[i].value("name", std::to_string(i)), got.at(i), weights[i],
                       tolerance);
}

nn::CompileOptions read_compile(const json& compile, nn::Model& model) {
    const std::vector<std::string>& outputs = model.output_names();
    const nn::CompileOptions how = nn::compile_options_from_config(read_config(compile), outputs);
    return nn::compile_options_from_config(to_config(how, outputs), outputs);
}

nn::TensorList read_inputs(const json& x) {
    return tensors(
        x, [](const json& one, std::size_t) { return read_tensor(one, whole(one) ? i64 : f32); });
}

nn::TensorList read_targets(const json& y, const json& compile, nn::Model& model) {
    const std::vector<json> losses = per_output(compile.at("loss"), model);
    const std::vector<std::string>& names = model.output_names();
    std::size_t next = 0;
    const auto read = [&](const json& one, std::size_t i) {
        if (y.is_object() && !y.contains("data")) {  // by name, in the order of the dictionary
            auto at = y.begin();
            std::advance(at, static_cast<std::ptrdiff_t>(next++));
            i = static_cast<std::size_t>(std::find(names.begin(), names.end(), at.key()) -
                                         names.begin());
        }
        const bool labels = losses.at(i) == "sparse_categorical_crossentropy" ||
                            (losses.at(i).is_null() && whole(one));
        return read_tensor(one, labels ? i64 : f32);
    };
    return tensors(y, read);
}

nn::TensorList read_weights(const json& weights) {
    if (weights.is_null()) return {};
    return tensors(weights, [](const json& one, std::size_t) { return read_tensor(one); });
}

}  // namespace shikumi::golden

#include "build.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include <shikumi/nn/io/architecture.hpp>
#include <shikumi/nn/io/state_dict.hpp>
#include <shikumi/shikumi.hpp>

#include "arrays.hpp"
#include "inner_outputs.hpp"

namespace shikumi::exchange {

namespace {

bool has_channels_first(const Case& the_case) {
    return the_case.facts.value("layout", "") == "channels_first";
}

// ---- layouts ------------------------------------------------------------------------------------

// The axis at `from` goes to the end; the others keep their order.
Tensor axis_to_end(const Tensor& x, int from) {
    std::vector<int> axes(static_cast<std::size_t>(x.rank()));
    std::iota(axes.begin(), axes.end(), 0);
    std::rotate(axes.begin() + from, axes.begin() + from + 1, axes.end());
    return transpose(x, std::span<const int>(axes));
}

Tensor end_to_axis(const Tensor& x, int to) {
    std::vector<int> axes(static_cast<std::size_t>(x.rank()));
    std::iota(axes.begin(), axes.end(), 0);
    std::rotate(axes.begin() + to, axes.end() - 1, axes.end());
    return transpose(x, std::span<const int>(axes));
}

Tensor exchange_batch_and_time(const Tensor& x) {
    std::vector<int> axes(static_cast<std::size_t>(x.rank()));
    std::iota(axes.begin(), axes.end(), 0);
    std::swap(axes[0], axes[1]);
    return transpose(x, std::span<const int>(axes));
}

// A layer with its channels on axis 1 as one that has them last, for samples of `rank` axes with
// the batch.
void put_channels_last(json& layer, int rank) {
    json& config = layer.at("config");
    if (layer.at("class_name") == "InputLayer") {
        json& shape = config.at("batch_shape");
        std::rotate(shape.begin() + 1, shape.begin() + 2, shape.end());
    }
    if (config.contains("data_format")) config["data_format"] = "channels_last";
    if (config.contains("axis") && config.at("axis") == 1) config["axis"] = -1;
    if (config.contains("shared_axes"))
        for (json& axis : config.at("shared_axes"))
            axis = axis == 1 ? rank - 1 : axis.get<int>() - 1;
}

// ---- the architecture ---------------------------------------------------------------------------

json symbol(const json& layer_name) {
    return {{"class_name", "__keras_tensor__"},
            {"config",
             {{"shape", nullptr}, {"dtype", "float32"}, {"keras_history", {layer_name, 0, 0}}}}};
}

// The call of a layer with these inputs, in Keras 3's form.
json call(const std::string& class_name, const json& inputs) {
    json tensors = json::array();
    for (const json& name : inputs) tensors.push_back(symbol(name));
    const bool takes_list = class_name == "Add";
    return {{"args", takes_list ? json::array({tensors}) : tensors}, {"kwargs", json::object()}};
}

// A list of layers that say whose outputs they take.
json graph(json layers) {
    json before;
    for (json& layer : layers) {
        const json name = layer.at("config").at("name");
        layer["name"] = name;
        layer["inbound_nodes"] = json::array();
        const json inputs =
            layer.value("inbound", before.is_null() ? json() : json::array({before}));
        if (!inputs.is_null())
            layer["inbound_nodes"].push_back(call(layer.at("class_name"), inputs));
        layer.erase("inbound");
        before = name;
    }
    const json first = layers.front().at("name"), last = layers.back().at("name");
    return {{"class_name", "Functional"},
            {"config",
             {{"name", "model"},
              {"layers", layers},
              {"input_layers", json::array({json::array({first, 0, 0})})},
              {"output_layers", json::array({json::array({last, 0, 0})})}}}};
}

// Flattens samples with channels last in the order that they have with channels first.
json channels_to_front(const json& flatten, int rank) {
    json axes{rank - 1};
    for (int axis = 1; axis < rank - 1; ++axis) axes.push_back(axis);
    const std::string name = flatten.at("config").at("name");
    return {{"class_name", "Permute"}, {"config", {{"name", name + ".permute"}, {"dims", axes}}}};
}

json with_channels_last(const json& architecture, Flattening flattening) {
    const auto rank = static_cast<int>(architecture.at(0).at("config").at("batch_shape").size());
    json layers = json::array();
    for (json layer : architecture) {
        put_channels_last(layer, rank);
        if (layer.at("class_name") == "Flatten" && flattening == Flattening::theirs)
            layers.push_back(channels_to_front(layer, rank));
        layers.push_back(layer);
    }
    return layers;
}

// ---- weights ------------------------------------------------------------------------------------

Tensor blocks(const Tensor& x, const json& step) {
    const Index rows = x.shape()[0] / step.at(1).get<Index>();
    std::vector<Tensor> parts;
    for (const json& block : step.at(2))
        parts.push_back(slice(x, 0, {block.get<Index>() * rows, (block.get<Index>() + 1) * rows}));
    return concatenate(parts);
}

Tensor applied(const Tensor& x, const json& step) {
    const std::string what = step.at(0);
    if (what == "rows") return slice(x, 0, {step.at(1).get<Index>(), step.at(2).get<Index>()});
    if (what == "blocks") return blocks(x, step);
    std::vector<Index> numbers(step.begin() + 1, step.end());
    if (what == "reshape") return reshape(x, Shape(std::span<const Index>(numbers)));
    want(what == "permute", "an unknown step " + step.dump());
    const std::vector<int> axes(numbers.begin(), numbers.end());
    return transpose(x, std::span<const int>(axes));
}

// The tensor of a weight, by the steps that the case says.
Tensor mapped(const json& mapping, const TensorOf& tensor_of) {
    std::vector<Tensor> parts;
    for (const std::string name : mapping.at("from")) parts.push_back(tensor_of(name));
    for (const json& step : mapping.at("how")) {
        if (step.at(0) == "sum") {
            parts = {std::accumulate(parts.begin() + 1, parts.end(), parts.front())};
        } else if (step.at(0) == "stack") {
            parts = {stack(parts)};
        } else {
            for (Tensor& part : parts) part = applied(part, step);
        }
    }
    want(parts.size() == 1, "a weight of several tensors");
    return parts.front();
}

// Weights that lie on the axes of a sample have its layout.
bool lies_on_axes(const Case& the_case, const std::string& layer) {
    for (const json& one : the_case.facts.at("architecture"))
        if (one.at("config").at("name") == layer)
            return one.at("class_name") == "PReLU" || one.at("class_name") == "LayerNormalization";
    return false;
}

// Whether one of our names is that of a weight: "attention/query/kernel" of "query.kernel",
// "rnn/forward/lstm_cell/kernel" of "forward.kernel". The parts of a path may have others between
// them.
bool is_of(std::string_view ours, const std::string& layer, const std::string& weight) {
    if (!ours.starts_with(layer + '/')) return false;
    const std::size_t dot = weight.rfind('.');
    const std::string last = '/' + weight.substr(dot + 1);
    return ours.ends_with(last) &&
           (dot == std::string::npos || ours.find('/' + weight.substr(0, dot) + '/') != ours.npos);
}

// Our name of the weight that a mapping is for.
std::string name_of(const json& mapping, const nn::StateDict& ours) {
    const std::string layer = mapping.at("layer"), weight = mapping.at("weight");
    for (const std::string& called : {weight, "depthwise_" + weight}) {
        for (const auto& entry : ours)
            if (is_of(entry.first, layer, called)) return entry.first;
    }
    throw Different("the model has no weight " + weight + " in " + layer);
}

nn::StateDict weights_of(const Case& the_case, nn::Model& model, const TensorOf& tensor_of) {
    const nn::StateDict ours = nn::state_dict(model);
    nn::StateDict weights;
    for (const json& mapping : the_case.facts.at("mapping")) {
        Tensor value = mapped(mapping, tensor_of);
        if (has_channels_first(the_case) && value.rank() > 1 &&
            lies_on_axes(the_case, mapping.at("layer")))
            value = axis_to_end(value, 0);
        weights.set(name_of(mapping, ours), value);
    }
    return weights;
}

}  // namespace

json architecture_of(const Case& the_case, Flattening flattening) {
    json architecture = the_case.facts.at("architecture");
    if (architecture.is_object()) return architecture;
    if (has_channels_first(the_case)) architecture = with_channels_last(architecture, flattening);
    if (std::ranges::any_of(architecture, [](const json& l) { return l.contains("inbound"); }))
        return graph(std::move(architecture));
    return {{"class_name", "Sequential"},
            {"config", {{"name", "model"}, {"layers", std::move(architecture)}}}};
}

std::shared_ptr<nn::Model> build(const Case& the_case) {
    auto model = nn::model_from_json(architecture_of(the_case, Flattening::theirs).dump());
    model->parameters();  // makes those that aren't made yet
    return model;
}

Tensor to_our_layout(const Case& the_case, const Tensor& x) {
    if (has_channels_first(the_case) && x.rank() > 2) return axis_to_end(x, 1);
    return the_case.facts.value("layout", "") == "time_first" ? exchange_batch_and_time(x) : x;
}

Tensor to_their_layout(const Case& the_case, const Tensor& y) {
    if (y.rank() < 3) return y;
    if (has_channels_first(the_case)) return end_to_axis(y, 1);
    return the_case.facts.value("layout", "") == "time_first" ? exchange_batch_and_time(y) : y;
}

void take_mapped(const Case& the_case, nn::Model& model, const TensorOf& tensor_of) {
    nn::load_state_dict(model, weights_of(the_case, model, tensor_of));
}

void compare_mapped(const Case& the_case, nn::Model& model, const TensorOf& tensor_of,
                    double tolerance) {
    const nn::StateDict got = nn::state_dict(model);
    for (const auto& [name, expected] : weights_of(the_case, model, tensor_of))
        compare(name, got[name], expected, tolerance);
}

void compare_predictions(const Case& the_case, nn::Model& model) {
    if (the_case.list("outputs").empty()) return;
    std::vector<Tensor> inputs = arrays(the_case, the_case.list("inputs"));
    for (Tensor& input : inputs) input = to_our_layout(the_case, input);
    const std::vector<Tensor> outputs = model.predict(inputs);
    std::size_t next = 0;
    const bool by_name = the_case.facts.contains("mapping");
    for (const json& facts : the_case.list("outputs")) {
        const std::string name = facts.at("name");
        const bool inner = by_name && name != "output";  // not what the architecture gives
        const Tensor got = inner ? inner_outputs(model, inputs.at(0)).at(name) : outputs.at(next++);
        const bool has_layout = !inner || name == "sequence";
        compare("output " + name, has_layout ? to_their_layout(the_case, got) : got,
                array(the_case, facts), the_case.facts.at("tolerance"));
    }
}

void compare_accuracy(const Case& the_case, nn::Model& model) {
    if (!the_case.facts.contains("test_accuracy")) return;
    const datasets::Images digits = datasets::mnist({.download = false}).test;
    const Index count = digits.images.shape()[0];
    std::vector<Index> sizes;
    const Tensor some = to_our_layout(the_case, array(the_case, the_case.list("inputs").at(0)));
    for (int axis = 0; axis < some.rank(); ++axis)
        sizes.push_back(axis == 0 ? count : some.shape()[axis]);
    const Tensor x =
        reshape(datasets::scale_pixels(digits.images), Shape(std::span<const Index>(sizes)));
    const auto answers = argmax(model.predict(x, 1000), 1).to_vector<std::int64_t>();
    const auto labels = digits.labels.to_vector<std::int64_t>();
    Index right = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) right += answers[i] == labels[i];
    const double got = static_cast<double>(right) / static_cast<double>(count);
    const double expected = the_case.facts.at("test_accuracy");
    // A prediction that hangs by a rounding error may fall to either side.
    want(std::abs(got - expected) < 1.5 / static_cast<double>(count),
         "the accuracy is " + std::to_string(got) + ", expected " + std::to_string(expected));
}

}  // namespace shikumi::exchange

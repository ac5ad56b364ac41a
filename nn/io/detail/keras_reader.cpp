#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/class_config.hpp>
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/io/detail/keras_call.hpp>
#include <shikumi/nn/io/detail/keras_forms.hpp>
#include <shikumi/nn/io/detail/keras_operations.hpp>

namespace shikumi::nn::detail {

namespace {

using shikumi::detail::text_of;

// The class's name. .h5 files have that of Keras's program where it is another one than users know.
std::string class_of(const Config& object) {
    const std::string name = text_of(object, "class_name");
    return name == "GroupedQueryAttention" ? "GroupQueryAttention" : name;
}

bool begins_with_any(std::string_view text, const auto& beginnings) {
    return std::ranges::any_of(beginnings, [&](std::string_view one) {
        return text == one || (text.starts_with(one) && text[one.size()] == '.');
    });
}

// Nothing that a file names is looked up but classes of Keras's, and those of the program.
void check_module(const Config& object, const KerasReading& reading) {
    constexpr std::array<std::string_view, 6> known{"keras",      "tf_keras", "tensorflow",
                                                    "keras_core", "builtins", "torch"};
    const std::string module = text_of(object, "module"), name = text_of(object, "class_name");
    if (module.empty() || begins_with_any(module, known) ||
        (reading.is_own && reading.is_own(name)))
        return;
    fail<ValueError>(described(object), "is a class of the module '", module,
                     "'. Only Keras's own are known, and nothing of that name is looked up");
}

// ---- options ------------------------------------------------------------------------------------

// The name of the dtype that is computed in: nothing narrower than f32 is.
Config dtype_of(const Config& dtype, const Config& object, const KerasReading& reading) {
    constexpr std::array<std::string_view, 5> narrow{"float16", "bfloat16", "mixed_float16",
                                                     "mixed_bfloat16", "half"};
    if (text_of(dtype, "class_name").starts_with("Quantized"))
        fail<ValueError>(described(object),
                         "is quantised, which isn't possible here: its dtype is "
                         "a ",
                         text_of(dtype, "class_name"));
    const Config* const policy = dtype.find("config");
    const Config* const named = policy ? policy->find("name") : nullptr;
    const Config& name = named ? *named : dtype;
    if (!name.text() || std::ranges::find(narrow, *name.text()) == narrow.end()) return name;
    if (reading.report)
        reading.report->notes.push_back(
            sentence(described(object), " is ", *name.text(), ", and float32 here"));
    return "float32";
}

// Keras 2's hard_sigmoid isn't Keras 3's, whose names files have here.
Config activation_of(const Config& value, KerasLine line) {
    const Config* const name = value.text() ? &value : value.find("config");
    if (line == KerasLine::keras2 && name && *name == "hard_sigmoid") return "hard_sigmoid5";
    return value;
}

Config translated(const Config& config, const KerasReading& reading);

// The features of MultiHeadAttention's output: Keras has a list of axes.
Config output_shape_of(const Config& value) {
    return value.list() && value.list()->size() == 1 ? value.list()->front() : value;
}

Config options_of(const Config& object, const Config& options, const KerasReading& reading) {
    const std::string class_name = text_of(object, "class_name");
    Config all = Config::Object{};
    for (const auto& [name, value] : *options.object()) {
        if (name == "dtype")
            all.set(name, dtype_of(value, object, reading));
        else if (name.ends_with("activation"))
            all.set(name, activation_of(value, reading.line));
        else if (name == "output_shape" && class_name == "MultiHeadAttention")
            all.set(name, output_shape_of(value));
        else
            all.set(name, translated(value, reading));
    }
    // Before it had the option, Keras 2 and TensorFlow.js did it in this way.
    if (reading.line == KerasLine::keras2 && (class_name == "GRU" || class_name == "GRUCell") &&
        !options.find("reset_after"))
        all.set("reset_after", false);
    return all;
}

// ---- graphs -------------------------------------------------------------------------------------

std::string name_in_graph(const Config& layer) {
    const std::string name = text_of(layer, "name");
    const Config* const config = layer.find("config");
    return !name.empty() || !config ? name : text_of(*config, "name");
}

// Where Keras 3 writes no module, in .h5 files, operations have a name and nothing else; some are
// called as layers are, which take their tensors as a list.
bool is_operation_without_module(const Config& layer, const std::string& class_name) {
    const Config* const config = layer.find("config");
    const Config* const args = layer.find("inbound_nodes")->list()->front().find("args");
    return args && args->list() && !(args->list()->size() == 1 && args->list()->front().list()) &&
           config && config->object() && config->object()->size() == 1 && config->find("name") &&
           std::ranges::count(keras_operations(), class_name, &KerasOperation::class_name) > 0;
}

bool is_operation(const Config& layer) {
    const std::string module = text_of(layer, "module"), name = text_of(layer, "class_name");
    return module.starts_with("keras.src.ops") || module.starts_with("keras.ops") ||
           name == "TFOpLambda" || name == "SlicingOpLambda" ||
           (module.empty() && is_operation_without_module(layer, name));
}

class GraphReader {
public:
    GraphReader(const Config& model, const KerasReading& reading)
        : model_(text_of(model, "name")), reading_(reading) {
        const Config* const layers = model.find("layers");
        if (!layers->list())
            fail<ValueError>(model_, "wants a list of layers, got ", layers->description());
        layers_ = *layers->list();
        for (const Config& layer : layers_) {
            names_.insert(name_in_graph(layer));
            const Config* const nodes = layer.find("inbound_nodes");
            // To Keras 2, such a model has a node before these: that of its own Input.
            if (nodes && nodes->list() && !nodes->list()->empty() &&
                nodes->list()->front().list() && begins_with_input(layer))
                one_node_more_.insert(name_in_graph(layer));
        }
    }

    Config layers() {
        for (const Config& layer : layers_) {
            const Config* const nodes = layer.find("inbound_nodes");
            if (!layer.object() || !nodes || !nodes->list() || nodes->list()->empty())
                read_.push_back(translated(layer, reading_));
            else if (is_operation(layer))
                read_.push_back(operation(layer, *nodes->list()));
            else
                read_.push_back(called(layer, *nodes->list()));
        }
        return std::move(read_);
    }
    // input_layers or output_layers.
    Config references(const Config& config) const {
        if (config.object()) {
            Config all = Config::Object{};
            for (const auto& [name, one] : *config.object()) all.set(name, references(one));
            return all;
        }
        if (!config.list()) return config;
        if (!config.list()->empty() && config.list()->front().text()) return history(config);
        Config::List all;
        for (const Config& one : *config.list()) all.push_back(references(one));
        return all;
    }

private:
    Config history(const Config& config) const {
        Config::List parts = *config.list();
        if (parts.size() > 1 && parts[0].text() && parts[1].integer() &&
            one_node_more_.contains(*parts[0].text())) {
            const std::int64_t node = *parts[1].integer();
            parts[1] = node > 0 ? node - 1 : std::int64_t{-1};  // which no node has
        }
        return parts;
    }
    Config tensor(const Config& config) const {
        const Config* const history_of = history_in(config);
        return {{"class_name", "__keras_tensor__"},
                {"config", {{"keras_history", history(*history_of)}}}};
    }
    std::string who(const Config& layer) const {
        return sentence(model_, ": the call of '", name_in_graph(layer), "'");
    }

    Config called(const Config& layer, const Config::List& nodes) {
        Config entry = translated(layer, reading_);
        Config::List calls;
        std::optional<Config> options;
        for (const Config& node : nodes) {
            const std::string where = who(layer);
            LayerCall call =
                call_in(arguments_in(node, where), class_of(layer), reading_.line, where);
            for (Config& input : call.inputs) input = tensor(input);
            for (std::size_t i = 0; i < call.masks.size(); ++i) {
                if (!call.masks[i].is_null())
                    call.inputs[i] = masked(call.inputs[i], tensor(call.masks[i]), layer);
            }
            if (options && *options != call.options)
                fail<ValueError>(where, "the options differ from those of another call");
            options = call.options;
            calls.push_back(node_of(call));
        }
        Config config = entry.find("config") ? *entry.find("config") : Config(Config::Object{});
        for (const auto& [name, value] : *options->object()) config.set(name, value);
        entry.set("config", std::move(config));
        entry.set("inbound_nodes", std::move(calls));
        return entry;
    }
    static Config node_of(const LayerCall& call) {
        const bool alone = call.inputs.size() == 1;
        return {{"args", alone ? call.inputs : Config::List{Config(call.inputs)}},
                {"kwargs", Config::Object{}}};
    }
    // x with a mask, by a layer of its own.
    Config masked(const Config& x, const Config& mask, const Config& layer) {
        std::string name = name_in_graph(layer) + "_mask";
        for (int k = 1; !names_.insert(name).second; ++k)
            name = sentence(name_in_graph(layer), "_mask_", k);
        const Config::List both{x, mask};
        read_.push_back({{"class_name", "WithMask"},
                         {"config", {{"name", name}}},
                         {"name", name},
                         {"inbound_nodes", Config::List{{{"args", Config::List{Config(both)}},
                                                         {"kwargs", Config::Object{}}}}}});
        return tensor_config(name, 0, 0);
    }

    Config operation(const Config& layer, const Config::List& nodes) const {
        const std::string where = who(layer);
        if (nodes.size() != 1) fail<ValueError>(where, "an operation is called once");
        const bool keras2 = nodes.front().list();
        const KerasArguments arguments = arguments_in(nodes.front(), where);
        Config::List all = arguments.args;
        for (const auto& [name, value] : *arguments.kwargs.object()) {
            if (keras2 && name == "y")
                all.push_back(value);
            else if (!value.is_null() && !(keras2 && name == "name"))
                fail<ValueError>(where, "has no '", name, "' (it is ", value.description(), ")");
        }
        Config::List tensors, numbers;
        for (const Config& one : all) {
            const bool is_tensor = history_in(one);
            if (is_tensor) tensors.push_back(tensor(one));
            numbers.push_back(is_tensor ? Config() : number_in(one, where));
        }
        return {
            {"class_name", "Operation"},
            {"config",
             {{"name", name_in_graph(layer)},
              {"function", function_of(layer)},
              {"arguments", numbers}}},
            {"name", name_in_graph(layer)},
            {"inbound_nodes",
             Config::List{{{"args", tensors.size() == 1 ? tensors : Config::List{Config(tensors)}},
                           {"kwargs", Config::Object{}}}}}};
    }
    static Config number_in(const Config& value, const std::string& where) {
        if (!value.integer() && !value.number() && !value.boolean())
            fail<ValueError>(where, "takes tensors and numbers, got ", value.description());
        return value.boolean() ? Config(*value.boolean() ? 1 : 0) : value;
    }
    // The name here. What has options of its own isn't among those that are known.
    static std::string function_of(const Config& layer) {
        const Config* const config = layer.find("config");
        const std::string class_name = text_of(layer, "class_name"),
                          function = config ? text_of(*config, "function") : std::string();
        const auto known = std::ranges::find_if(keras_operations(), [&](const KerasOperation& one) {
            return function.empty() ? one.class_name == class_name : one.tensorflow == function;
        });
        if (known != keras_operations().end()) return std::string(known->name);
        fail<ValueError>(described(layer), "is the operation '",
                         function.empty() ? class_name : function,
                         "' of tensors, which isn't possible in a model here");
    }

    std::string model_;
    KerasReading reading_;
    Config::List layers_, read_;
    std::set<std::string> names_, one_node_more_;
};

// ---- objects ------------------------------------------------------------------------------------

Config class_object(const Config& object, const KerasReading& reading) {
    check_module(object, reading);
    const Config* const options = object.find("config");
    if (!options || !options->object()) return object;
    Config all = object;
    all.set("class_name", class_of(object));
    if (!options->find("layers") || !options->find("input_layers")) {
        all.set("config", options_of(object, *options, reading));
        return all;
    }
    Config config = Config::Object{};
    GraphReader graph(*options, reading);
    for (const auto& [name, value] : *options->object()) {
        if (name == "layers")
            config.set(name, graph.layers());
        else if (name == "input_layers" || name == "output_layers")
            config.set(name, graph.references(value));
        else
            config.set(name, name == "dtype" ? dtype_of(value, object, reading) : value);
    }
    all.set("config", std::move(config));
    return all;
}

Config translated(const Config& config, const KerasReading& reading) {
    if (const Config::List* const list = config.list()) {
        Config::List all;
        for (const Config& one : *list) all.push_back(translated(one, reading));
        return all;
    }
    if (!config.object()) return config;
    const Config* const class_name = config.find("class_name");
    if (class_name && class_name->text()) return class_object(config, reading);
    Config all = Config::Object{};
    for (const auto& [name, value] : *config.object()) all.set(name, translated(value, reading));
    return all;
}

}  // namespace

Config from_keras(const Config& config, const KerasReading& reading) {
    return translated(config, reading);
}

}  // namespace shikumi::nn::detail

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
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

// ---- what Keras hasn't --------------------------------------------------------------------------

bool is_one_of(std::string_view name, const auto& names) {
    return std::ranges::find(names, name) != std::end(names);
}

constexpr std::string_view name_of(KerasLine line) {
    return line == KerasLine::keras2 ? "Keras 2" : "Keras 3";
}

// Classes of layers that only this library, or only Keras 3 has.
constexpr std::array<std::string_view, 3> only_here{"Operation", "WithMask", "ConvLSTMCell"};
constexpr std::array<std::string_view, 8> only_in_keras3{
    "AdaptiveAveragePooling1D", "AdaptiveAveragePooling2D", "AdaptiveAveragePooling3D",
    "AdaptiveMaxPooling1D",     "AdaptiveMaxPooling2D",     "AdaptiveMaxPooling3D",
    "GroupQueryAttention",      "RMSNormalization"};
// Functions that Keras has by these names.
constexpr std::array<std::string_view, 31> activations{
    "linear",        "relu",        "relu6",       "leaky_relu",  "elu",        "selu",
    "gelu",          "silu",        "swish",       "mish",        "sigmoid",    "hard_sigmoid",
    "tanh",          "softplus",    "softsign",    "exponential", "softmax",    "celu",
    "glu",           "hard_shrink", "hard_silu",   "hard_swish",  "hard_tanh",  "log_sigmoid",
    "log_softmax",   "soft_shrink", "sparse_plus", "sparsemax",   "squareplus", "tanh_shrink",
    "sparse_sigmoid"};
constexpr std::array<std::string_view, 13> activations_of_keras2{
    "linear",  "relu", "leaky_relu", "elu",      "selu",        "gelu",   "swish",
    "sigmoid", "tanh", "softplus",   "softsign", "exponential", "softmax"};
// Layers of Keras's that can't be told whether they are trainable.
constexpr std::array<std::string_view, 4> never_trainable{"SpatialDropout1D", "SpatialDropout2D",
                                                          "SpatialDropout3D", "Discretization"};
// Options of layers here that are arguments of their calls in Keras.
constexpr std::array<std::string_view, 2> options_of_calls{"use_causal_mask",
                                                           "return_attention_scores"};

void check_class(const Config& object, KerasLine line) {
    const std::string name = text_of(object, "class_name");
    if (is_one_of(name, only_here) ||
        (line == KerasLine::keras2 && is_one_of(name, only_in_keras3)))
        fail<ValueError>(described(object), name_of(line), " has no ", name,
                         " in this place: Keras couldn't open the model");
}

// Keras 2's hard_sigmoid is another function than Keras 3's, whose names this library writes.
Config activation_of(const Config& value, const Config& object, KerasLine line) {
    if (!value.text()) return value;
    const std::string& name = *value.text();
    const bool keras2 = line == KerasLine::keras2;
    if (keras2 && name == "hard_sigmoid5") return "hard_sigmoid";
    const bool known =
        keras2 ? is_one_of(name, activations_of_keras2) || name == "mish" || name == "silu"
               : is_one_of(name, activations);
    if (!known)
        fail<ValueError>(described(object), name_of(line), " has no activation '", name, "'");
    return keras2 && name == "silu" ? Config("swish") : value;
}

// ---- objects ------------------------------------------------------------------------------------

Config written(const Config& config, KerasLine line);

// Options that Keras 2's class doesn't have, and that have to be as they are without them.
bool lacks_in_keras2(const std::string& class_name, const std::string& name, const Config& value,
                     const Config& object) {
    struct Lacking {
        std::string_view class_name, option;
        Config usual;
    };
    const Lacking all[] = {{"RandomFlip", "data_format", "channels_last"},
                           {"RandomRotation", "data_format", "channels_last"},
                           {"RandomTranslation", "data_format", "channels_last"},
                           {"RandomZoom", "data_format", "channels_last"},
                           {"CenterCrop", "data_format", "channels_last"},
                           {"Resizing", "data_format", "channels_last"},
                           {"Resizing", "pad_to_aspect_ratio", false},
                           {"Resizing", "antialias", false},
                           {"Resizing", "fill_value", 0.0}};
    for (const Lacking& one : all) {
        if (one.class_name != class_name || one.option != name) continue;
        if (value == one.usual) return true;
        fail<ValueError>(described(object), "Keras 2's layer has no '", name, "'");
    }
    return false;
}

// What only one line has, under the name that it has there.
void set_option(Config& all, const std::string& name, Config value, const Config& object,
                KerasLine line) {
    const std::string class_name = text_of(object, "class_name");
    const bool keras2 = line == KerasLine::keras2;
    if (keras2 && lacks_in_keras2(class_name, name, value, object)) return;
    if (name == "input_shape") return;  // stands in the model's Input
    if (name == "trainable" && is_one_of(class_name, never_trainable)) return;
    if (is_one_of(name, options_of_calls))
        fail<ValueError>(described(object), "'", name,
                         "' is an argument of the layer's call in Keras, and here it isn't called "
                         "in a graph");
    if (keras2 && name == "batch_shape")
        all.set("batch_input_shape", std::move(value));
    else if (keras2 && name == "negative_slope" && class_name == "LeakyReLU")
        all.set("alpha", std::move(value));
    else
        all.set(name, std::move(value));
}

Config options_of(const Config& object, const Config& options, KerasLine line) {
    Config all = Config::Object{};
    for (const auto& [name, value] : *options.object()) {
        const bool activation = name.ends_with("activation");
        set_option(all, name,
                   activation ? activation_of(value, object, line) : written(value, line), object,
                   line);
    }
    return all;
}

// ---- graphs -------------------------------------------------------------------------------------

// Tensors in a configuration that this library has written.
const std::string& layer_of(const Config& tensor) {
    return *history_in(tensor)->list()->front().text();
}

class GraphWriter {
public:
    GraphWriter(const Config& model, KerasLine line) : model_(model), line_(line) {
        for (const Config& layer : *model.find("layers")->list()) {
            const std::string name = text_of(layer, "name");
            if (text_of(layer, "class_name") == "WithMask") masks_[name] = inputs_of(layer, 0);
            if (line == KerasLine::keras2 && begins_with_input(layer)) one_node_more_.insert(name);
        }
    }

    Config layers() const {
        Config::List all;
        for (const Config& layer : *model_.find("layers")->list()) {
            const std::string class_name = text_of(layer, "class_name");
            if (class_name == "WithMask") continue;
            all.push_back(class_name == "Operation" ? operation(layer) : called(layer));
        }
        return all;
    }
    Config references(const Config& config) const {
        if (config.list() && !config.list()->empty() && config.list()->front().text())
            return history(config);
        if (config.object()) {
            Config all = Config::Object{};
            for (const auto& [name, one] : *config.object()) all.set(name, references(one));
            return all;
        }
        Config::List all;
        for (const Config& one : *config.list()) all.push_back(references(one));
        return all;
    }

private:
    static Config::List inputs_of(const Config& layer, std::size_t node) {
        const Config& args = *layer.find("inbound_nodes")->list()->at(node).find("args");
        const Config::List& list = *args.list();
        return list.size() == 1 && list.front().list() ? *list.front().list() : list;
    }
    Config history(const Config& config) const {
        Config::List parts = *config.list();
        if (masks_.contains(*parts[0].text()))
            fail<ValueError>(*parts[0].text(),
                             "a mask is given to the model's output, and Keras "
                             "has masks in the calls of layers only");
        if (one_node_more_.contains(*parts[0].text())) parts[1] = *parts[1].integer() + 1;
        return parts;
    }
    Config tensor(const Config& config) const {
        Config fields = *config.find("config");
        fields.set("keras_history", history(*fields.find("keras_history")));
        return {{"class_name", "__keras_tensor__"}, {"config", fields}};
    }
    std::string who(const Config& layer) const {
        return sentence(text_of(model_, "name"), ": the call of '", text_of(layer, "name"), "'");
    }

    // The inputs of a call, and the masks that they are given before.
    LayerCall call_of(const Config& layer, std::size_t node) const {
        LayerCall call;
        for (Config x : inputs_of(layer, node)) {
            Config mask;
            for (auto given = masks_.find(layer_of(x)); given != masks_.end();
                 given = masks_.find(layer_of(x))) {
                if (mask.is_null()) mask = tensor(given->second.back());  // the last one counts
                x = given->second.front();
            }
            call.inputs.push_back(tensor(x));
            call.masks.push_back(std::move(mask));
        }
        if (std::ranges::all_of(call.masks, &Config::is_null)) call.masks.clear();
        return call;
    }

    Config called(const Config& layer) const {
        Config plain = layer, options = Config::Object{};
        Config config = Config::Object{};
        for (const auto& [name, value] : *layer.find("config")->object()) {
            if (is_one_of(name, options_of_calls))
                options.set(name, value);
            else
                config.set(name, value);
        }
        plain.set("config", std::move(config));
        Config entry = written(plain, line_);
        Config::List nodes;
        for (std::size_t i = 0; i < layer.find("inbound_nodes")->list()->size(); ++i) {
            LayerCall call = call_of(layer, i);
            call.options = options;
            nodes.push_back(
                node_config(arguments_of(call, text_of(layer, "class_name"), who(layer)), line_));
        }
        entry.set("name", text_of(layer, "name"));
        entry.set("inbound_nodes", std::move(nodes));
        return entry;
    }

    Config operation(const Config& layer) const {
        const LayerCall call = call_of(layer, 0);
        if (!call.masks.empty() || layer.find("inbound_nodes")->list()->size() != 1)
            fail<ValueError>(who(layer), "Keras calls an operation once, and without masks");
        const Config& config = *layer.find("config");
        const std::string name = text_of(layer, "name"), function = text_of(config, "function");
        const auto known = std::ranges::find(keras_operations(), function, &KerasOperation::name);
        Config::List arguments = *config.find("arguments")->list();
        auto next = call.inputs.begin();
        for (Config& one : arguments) {
            one = one.is_null() ? *next++ : as_written(one);
        }
        if (line_ == KerasLine::keras3)
            return {{"module", known->module},
                    {"class_name", known->class_name},
                    {"config", {{"name", name}}},
                    {"registered_name", known->class_name},
                    {"name", name},
                    {"inbound_nodes",
                     Config::List{{{"args", arguments}, {"kwargs", Config::Object{}}}}}};
        return {{"class_name", "TFOpLambda"},
                {"config",
                 {{"name", name},
                  {"trainable", true},
                  {"dtype", "float32"},
                  {"function", known->tensorflow}}},
                {"name", name},
                {"inbound_nodes", Config::List{tensorflow_call(arguments)}}};
    }
    // A whole number is an integer: beside a tensor of integers, Keras would make a float of both.
    static Config as_written(const Config& number) {
        constexpr double exact = 0x1p53;
        const double* const value = number.number();
        if (!value || std::abs(*value) > exact || std::floor(*value) != *value) return number;
        return static_cast<std::int64_t>(*value);
    }
    static Config tensorflow_call(const Config::List& arguments) {
        Config named = Config::Object{};
        const auto in_place = [](const Config& value) -> Config {
            const Config* const history = history_in(value);
            return history ? *history : value;
        };
        if (arguments.size() > 1) named.set("y", in_place(arguments[1]));
        named.set("name", {});
        if (!history_in(arguments[0]))
            return Config::List{"_CONSTANT_VALUE", -1, arguments[0], named};
        Config::List parts = *history_in(arguments[0])->list();
        parts.push_back(std::move(named));
        return parts;
    }

    const Config& model_;
    KerasLine line_;
    std::map<std::string, Config::List> masks_;
    std::set<std::string> one_node_more_;
};

// A list of one tensor is a tensor alone, as in a Keras 3 model made of it: only then does the
// model take a tensor without a warning, and predict give one.
Config one_or_several(Config references, KerasLine line) {
    const Config::List* const list = references.list();
    const bool is_one = line == KerasLine::keras3 && list && list->size() == 1;
    return is_one ? Config(list->front()) : references;
}

Config graph(const Config& model, KerasLine line) {
    Config all = Config::Object{};
    const GraphWriter graph(model, line);
    for (const auto& [name, value] : *model.object()) {
        if (name == "layers")
            all.set(name, graph.layers());
        else if (name == "input_layers" || name == "output_layers")
            all.set(name, one_or_several(graph.references(value), line));
        else if (name != "input_shape" && (name != "dtype" || line == KerasLine::keras3))
            all.set(name, value);
    }
    return all;
}

// What Keras 2's class insists on.
void complete_for_keras2(const std::string& class_name, Config& config) {
    if (class_name == "IntegerLookup") config.set("dtype", "int64");
    if (class_name != "MultiHeadAttention") return;
    for (const char* const name : {"query_shape", "key_shape", "value_shape"}) config.set(name, {});
}

Config class_object(const Config& object, KerasLine line) {
    check_class(object, line);
    const Config& options = *object.find("config");
    const bool is_graph = options.find("layers") && options.find("input_layers");
    Config config = is_graph ? graph(options, line) : options_of(object, options, line);
    const std::string class_name = text_of(object, "class_name");
    if (line == KerasLine::keras2) {
        complete_for_keras2(class_name, config);
        return {{"class_name", class_name}, {"config", config}};
    }
    return {{"module", *object.find("module")},
            {"class_name", class_name},
            {"config", config},
            {"registered_name", *object.find("registered_name")}};
}

Config written(const Config& config, KerasLine line) {
    if (const Config::List* const list = config.list()) {
        Config::List all;
        for (const Config& one : *list) all.push_back(written(one, line));
        return all;
    }
    const Config *const class_name = config.find("class_name"), *const fields =
                                                                    config.find("config");
    const bool is_class = class_name && class_name->text() && fields && fields->object();
    return is_class ? class_object(config, line) : config;
}

}  // namespace

Config to_keras(const Config& architecture, KerasLine line) { return written(architecture, line); }

}  // namespace shikumi::nn::detail

#include <shikumi/nn/io/detail/tfjs_forms.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <shikumi/autograd/core/class_config.hpp>
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/io/detail/keras_layout.hpp>

namespace shikumi::nn::detail {

namespace {

using shikumi::detail::text_of;

// The classes that TensorFlow.js 4.22 has by these names: layers, models, and what weights are
// given. It also has CategoryEncoding, CenterCrop and Resizing, which don't work in its models.
constexpr std::string_view classes =
    " Conv1D Conv2D Conv3D Conv2DTranspose Conv3DTranspose SeparableConv2D DepthwiseConv2D "
    "Cropping2D UpSampling2D ZeroPadding2D ConvLSTM2D MaxPooling1D MaxPooling2D MaxPooling3D "
    "AveragePooling1D AveragePooling2D AveragePooling3D GlobalAveragePooling1D "
    "GlobalAveragePooling2D GlobalMaxPooling1D GlobalMaxPooling2D Functional Model Sequential "
    "InputLayer ReLU LeakyReLU PReLU ELU Softmax RNN SimpleRNNCell SimpleRNN GRUCell GRU "
    "LSTMCell LSTM StackedRNNCells Dropout SpatialDropout1D GaussianNoise GaussianDropout "
    "AlphaDropout Dense Flatten Activation RepeatVector Reshape Permute Masking Embedding Add "
    "Multiply Average Maximum Minimum Concatenate Dot BatchNormalization LayerNormalization "
    "TimeDistributed Bidirectional Rescaling Zeros Ones Constant RandomUniform RandomNormal "
    "TruncatedNormal Identity VarianceScaling GlorotUniform GlorotNormal HeNormal HeUniform "
    "Orthogonal L1L2 MaxNorm UnitNorm NonNeg MinMaxNorm ";

constexpr std::string_view activations =
    " linear relu elu selu gelu swish mish sigmoid hard_sigmoid "
    "tanh softplus softsign softmax ";

// An option that TensorFlow.js passes over or refuses unless it is as usual.
struct Limited {
    std::string_view classes;  // the beginning of their names
    std::string_view option;
    Config usual;
};

bool is_one_of(const std::string& name, std::string_view names) {
    return names.find(' ' + name + ' ') != names.npos;
}

// "Dense 'hidden'".
std::string described(const Config& object) {
    const Config* const config = object.find("config");
    const std::string name = config ? text_of(*config, "name") : std::string();
    return text_of(object, "class_name") + (name.empty() ? name : " '" + name + "'");
}

// What TensorFlow.js calls otherwise: it has one class of penalties.
Config renamed(const Config& object) {
    const std::string name = text_of(object, "class_name");
    const Config* const config = object.find("config");
    if (name == "L1" || name == "L2") {
        const Config* const l1 = config->find("l1");
        const Config* const l2 = config->find("l2");
        return {{"class_name", "L1L2"},
                {"config", {{"l1", l1 ? *l1 : Config(0.0)}, {"l2", l2 ? *l2 : Config(0.0)}}}};
    }
    if (name == "LecunNormal" || name == "LecunUniform")
        return {{"class_name", "LeC" + name.substr(3)}, {"config", *config}};
    return object;
}

void check(const Config& object) {
    const Limited limited[] = {{"ReLU", "negative_slope", 0.0},
                               {"ReLU", "threshold", 0.0},
                               {"ELU", "alpha", 1.0},
                               {"GRU", "reset_after", false},
                               {"Conv", "groups", 1},
                               {"Conv", "output_padding", Config()},
                               {"Global", "keepdims", false},
                               {"UpSampling", "interpolation", "nearest"},
                               {"", "activity_regularizer", Config()}};
    const std::string name = text_of(object, "class_name");
    const auto hasnt = [&](const auto&... parts) {
        fail<ValueError>(described(object), "TensorFlow.js has no ", parts..., " in this place");
    };
    if (!name.starts_with("LeC") && !is_one_of(name, classes)) hasnt(name);
    for (const auto& [option, value] : *object.find("config")->object()) {
        if (option.ends_with("activation") && value.text() &&
            !is_one_of(*value.text(), activations))
            hasnt("activation '", *value.text(), "'");
        if (option == "dtype" && value == "float64") hasnt("numbers of float64");
        if (option == "padding" && value == "causal") hasnt("causal padding");
        for (const Limited& one : limited) {
            if (name.starts_with(one.classes) && option == one.option && value != one.usual)
                hasnt("'", option, "' that is ", value.description());
        }
    }
}

constexpr std::string_view forward = "forward_", backward = "backward_";

// The config of a wrapper with its inner layer under another name.
Config with_inner_name(const Config& wrapper, std::string_view field, const Config& inner,
                       const std::string& name) {
    Config config = wrapper, layer = inner, options = *inner.find("config");
    options.set("name", name);
    layer.set("config", options);
    config.set(field, layer);
    return config;
}

// TensorFlow.js makes both layers of one, and names them.
Config bidirectional_written(const Config& config) {
    const Config& layer = *config.find("layer");
    std::string name = text_of(*layer.find("config"), "name");
    if (name.starts_with(forward)) name.erase(0, forward.size());
    const Config both = with_inner_name(config, "layer", layer, name);
    Config all = Config::Object{};
    for (const auto& [option, value] : *both.object()) {
        if (option != "backward_layer") all.set(option, value);
    }
    return all;
}

Config bidirectional_read(const Config& config) {
    const Config* const layer = config.find("layer");
    const Config* const options = layer ? layer->find("config") : nullptr;
    if (!options || !options->object()) return config;  // which its reader refuses
    std::string name = text_of(*options, "name");
    if (name.starts_with(forward)) name.erase(0, forward.size());
    const Config all = with_inner_name(config, "layer", *layer, std::string(forward) + name);
    if (const Config* const given = config.find("backward_layer"); given && !given->is_null())
        return all;
    const Config* const back = options->find("go_backwards");
    Config mirrored = *layer, turned = *options;
    turned.set("go_backwards", !(back && *back == true));
    mirrored.set("config", turned);
    return with_inner_name(all, "backward_layer", mirrored, std::string(backward) + name);
}

// TensorFlow.js writes null for the size that follows from the others.
Config reshape_read(const Config& config) {
    const Config* const target = config.find("target_shape");
    if (!target || !target->list()) return config;
    Config::List sizes;
    for (const Config& size : *target->list()) sizes.push_back(size.is_null() ? Config(-1) : size);
    Config all = config;
    all.set("target_shape", std::move(sizes));
    return all;
}

Config written(const Config& config) {
    if (const Config::List* const list = config.list()) {
        Config::List all;
        for (const Config& one : *list) all.push_back(written(one));
        return all;
    }
    if (!config.object()) return config;
    const Config *const class_name = config.find("class_name"), *const fields =
                                                                    config.find("config");
    const bool is_class = class_name && class_name->text() && fields && fields->object();
    Config object = is_class ? renamed(config) : config;
    if (is_class) check(object);
    if (is_class && *class_name == "Bidirectional" && fields->find("layer"))
        object.set("config", bidirectional_written(*fields));
    Config all = Config::Object{};
    for (const auto& [name, value] : *object.object())
        all.set(name, name == "dtype" && value == "int64" ? Config("int32") : written(value));
    return all;
}

}  // namespace

Config tfjs_config(const Config& keras2) { return written(keras2); }

Config keras_config_of_tfjs(const Config& model) {
    if (const Config::List* const list = model.list()) {
        Config::List all;
        for (const Config& one : *list) all.push_back(keras_config_of_tfjs(one));
        return all;
    }
    if (!model.object()) return model;
    Config all = Config::Object{};
    for (const auto& [name, value] : *model.object()) all.set(name, keras_config_of_tfjs(value));
    const Config* const config = all.find("config");
    const std::string class_name = text_of(all, "class_name");
    if (config && class_name == "Bidirectional")
        all.set("config", bidirectional_read(Config(*config)));
    else if (config && class_name == "Reshape")
        all.set("config", reshape_read(Config(*config)));
    return all;
}

void check_axes_for_tfjs(const Layer& layer) {
    for (const Layer* const inner : layer.inner_layers()) check_axes_for_tfjs(*inner);
    const std::string name = layer.class_name();
    if (name != "BatchNormalization" && name != "Softmax") return;
    const Config config = layer.get_config();
    const std::int64_t* const axis = config.find("axis")->integer();
    const int rank = layer.built_for().empty() ? 0 : layer.built_for().front().shape.rank();
    if (axis && *axis != -1 && *axis != rank - 1)
        fail<ValueError>(sentence(name, " '", layer.name(), "'"),
                         "TensorFlow.js has no 'axis' that is ", *axis,
                         " in this place: only the last one");
}

namespace {

using Names = std::vector<std::pair<Parameter, std::string>>;

// Exchanges a part of the names of a layer's weights.
void rename(const Layer& layer, const std::string& from, const std::string& to, Names& names) {
    const std::vector<Parameter> weights = layer.weights();
    for (auto& [weight, name] : names) {
        const std::size_t at = name.rfind(from);
        if (at != name.npos && std::ranges::find(weights, weight) != weights.end())
            name.replace(at, from.size(), to);
    }
}

void rename_inside(const Layer& layer, Names& names) {
    const std::vector<Layer*> inner = layer.inner_layers();
    for (const Layer* const one : inner) rename_inside(*one, names);
    if (layer.class_name().starts_with("DepthwiseConv"))
        rename(layer, "/kernel", "/depthwise_kernel", names);
    if (layer.class_name() != "Bidirectional" || inner.size() != 2) return;
    std::string name = inner[0]->name();
    if (name.starts_with(forward)) name.erase(0, forward.size());
    rename(*inner[0], '/' + inner[0]->name() + '/', '/' + std::string(forward) + name + '/', names);
    rename(*inner[1], '/' + inner[1]->name() + '/', '/' + std::string(backward) + name + '/',
           names);
}

}  // namespace

std::vector<std::pair<Parameter, std::string>> tfjs_weights(const Model& model) {
    Names names;
    for (const KerasWeight& weight : keras_weights(model))
        names.emplace_back(weight.parameter, weight.parameter.name());
    rename_inside(model, names);
    return names;
}

Config keras_training_of_tfjs(const Config& training) {
    const Config* const optimizer = training.find("optimizer_config");
    const Config* const options = optimizer ? optimizer->find("config") : nullptr;
    if (!options || !options->object()) return training;
    std::string name = text_of(*optimizer, "class_name");
    Config here = Config::Object{};
    for (const auto& [option, value] : *options->object()) {
        const bool is_rho = name == "RMSProp" && option == "decay";
        here.set(is_rho                                ? "rho"
                 : option == "useNesterov"             ? "nesterov"
                 : option == "initialAccumulatorValue" ? "initial_accumulator_value"
                                                       : option,
                 value);
    }
    if (name == "RMSProp") name = "RMSprop";
    if (name == "Momentum") name = "SGD";
    Config all = training;
    all.set("optimizer_config", {{"class_name", name}, {"config", here}});
    return all;
}

}  // namespace shikumi::nn::detail

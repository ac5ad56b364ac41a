// Configurations as TensorFlow.js has them: Keras 2's, but for what is here.
#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/io/detail/tfjs_file.hpp>

namespace shikumi::nn::detail {

namespace {

std::string text_of(const Config& config, std::string_view name) {
    const Config* const found = config.find(name);
    return found && found->text() ? *found->text() : std::string();
}

// The classes that TensorFlow.js 4.22 has by these names, and those of models.
constexpr std::array classes = std::to_array<std::string_view>({"Functional",
                                                                "Model",
                                                                "Sequential",
                                                                "InputLayer",
                                                                "ReLU",
                                                                "LeakyReLU",
                                                                "PReLU",
                                                                "ELU",
                                                                "Softmax",
                                                                "Conv1D",
                                                                "Conv2D",
                                                                "Conv3D",
                                                                "Conv2DTranspose",
                                                                "Conv3DTranspose",
                                                                "SeparableConv2D",
                                                                "DepthwiseConv2D",
                                                                "Cropping2D",
                                                                "UpSampling2D",
                                                                "ZeroPadding2D",
                                                                "RNN",
                                                                "SimpleRNNCell",
                                                                "SimpleRNN",
                                                                "GRUCell",
                                                                "GRU",
                                                                "LSTMCell",
                                                                "LSTM",
                                                                "StackedRNNCells",
                                                                "ConvLSTM2D",
                                                                "Dropout",
                                                                "SpatialDropout1D",
                                                                "GaussianNoise",
                                                                "GaussianDropout",
                                                                "AlphaDropout",
                                                                "Dense",
                                                                "Flatten",
                                                                "Activation",
                                                                "RepeatVector",
                                                                "Reshape",
                                                                "Permute",
                                                                "Masking",
                                                                "Embedding",
                                                                "Add",
                                                                "Multiply",
                                                                "Average",
                                                                "Maximum",
                                                                "Minimum",
                                                                "Concatenate",
                                                                "Dot",
                                                                "BatchNormalization",
                                                                "LayerNormalization",
                                                                "MaxPooling1D",
                                                                "MaxPooling2D",
                                                                "MaxPooling3D",
                                                                "AveragePooling1D",
                                                                "AveragePooling2D",
                                                                "AveragePooling3D",
                                                                "GlobalAveragePooling1D",
                                                                "GlobalAveragePooling2D",
                                                                "GlobalMaxPooling1D",
                                                                "GlobalMaxPooling2D",
                                                                "TimeDistributed",
                                                                "Bidirectional",
                                                                "Rescaling",
                                                                "CenterCrop",
                                                                "Resizing",
                                                                "CategoryEncoding",
                                                                "Zeros",
                                                                "Ones",
                                                                "Constant",
                                                                "RandomUniform",
                                                                "RandomNormal",
                                                                "TruncatedNormal",
                                                                "Identity",
                                                                "VarianceScaling",
                                                                "GlorotUniform",
                                                                "GlorotNormal",
                                                                "HeNormal",
                                                                "HeUniform",
                                                                "Orthogonal",
                                                                "L1L2",
                                                                "MaxNorm",
                                                                "UnitNorm",
                                                                "NonNeg",
                                                                "MinMaxNorm"});

constexpr std::array activations = std::to_array<std::string_view>(
    {"linear", "relu", "elu", "selu", "gelu", "swish", "mish", "sigmoid", "hard_sigmoid", "tanh",
     "softplus", "softsign", "softmax"});

// Options that TensorFlow.js passes over or refuses unless they are as usual.
struct Limited {
    std::string_view classes;  // the beginning of their names
    std::string_view option;
    Config usual;
};
const Limited limited[] = {{"ReLU", "negative_slope", 0.0}, {"ReLU", "threshold", 0.0},
                           {"ELU", "alpha", 1.0},           {"GRU", "reset_after", false},
                           {"Conv", "groups", 1},           {"Conv", "output_padding", Config()},
                           {"Global", "keepdims", false}};

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
    const std::string name = text_of(object, "class_name");
    const auto hasnt = [&](const auto&... parts) {
        fail<ValueError>(described(object), "TensorFlow.js has no ", parts..., " in this place");
    };
    if (!name.starts_with("LeC") && std::ranges::find(classes, name) == classes.end()) hasnt(name);
    for (const auto& [option, value] : *object.find("config")->object()) {
        if (option.ends_with("activation") && value.text() &&
            std::ranges::find(activations, *value.text()) == activations.end())
            hasnt("activation '", *value.text(), "'");
        if (option == "dtype" && value == "float64") hasnt("numbers of float64");
        if (option == "padding" && value == "causal") hasnt("causal padding");
        for (const Limited& one : limited) {
            if (name.starts_with(one.classes) && option == one.option && value != one.usual)
                hasnt("'", option, "' that is ", value.description());
        }
    }
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
    const Config object = is_class ? renamed(config) : config;
    if (is_class) check(object);
    Config all = Config::Object{};
    for (const auto& [name, value] : *object.object())
        all.set(name, name == "dtype" && value == "int64" ? Config("int32") : written(value));
    return all;
}

}  // namespace

Config tfjs_config(const Config& keras2) { return written(keras2); }

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

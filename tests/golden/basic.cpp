// Reads Dense and the layers that only rearrange.
#include "readers.hpp"

namespace shikumi::golden {

namespace {

LayerPointer read_basic(const std::string& type, const json& config) {
    if (type == "Dense") {
        only(config, type,
             {"units", "activation", "use_bias", "kernel_regularizer", "bias_regularizer"});
        return std::make_shared<nn::Dense>(
            config.at("units").get<Index>(),
            nn::DenseOptions{.activation = read_activation(config),
                             .use_bias = config.value("use_bias", true),
                             .kernel_regularizer = read_regularizer(config, "kernel_regularizer"),
                             .bias_regularizer = read_regularizer(config, "bias_regularizer")});
    }
    if (type == "Activation") {
        only(config, type, {"activation"});
        return std::make_shared<nn::Activation>(read_activation(config));
    }
    if (type == "Flatten") {
        only(config, type, {});
        return std::make_shared<nn::Flatten>();
    }
    if (type == "Reshape") {
        only(config, type, {"target_shape"});
        return std::make_shared<nn::Reshape>(config.at("target_shape").get<std::vector<Index>>());
    }
    if (type == "Permute") {
        only(config, type, {"dims"});
        return std::make_shared<nn::Permute>(config.at("dims").get<std::vector<int>>());
    }
    if (type == "Dropout") {
        only(config, type, {"rate"});
        return std::make_shared<nn::Dropout>(config.at("rate").get<double>());
    }
    return nullptr;
}

const LayerReaders basic(read_basic);

}  // namespace

}  // namespace shikumi::golden

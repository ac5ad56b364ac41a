// Reads normalisation, embedding and activation layers.
#include "readers.hpp"

namespace shikumi::golden {

namespace {

// Common options of BatchNormalization and LayerNormalization.
template <class Options>
Options read_options(const json& config) {
    Options options;
    options.axis = config.value("axis", -1);
    options.epsilon = config.value("epsilon", 1e-3);
    options.center = config.value("center", true);
    options.scale = config.value("scale", true);
    return options;
}

LayerPointer read_normalization(const std::string& type, const json& config) {
    if (type == "BatchNormalization") {
        only(config, type, {"axis", "momentum", "epsilon", "center", "scale"});
        auto options = read_options<nn::BatchNormalizationOptions>(config);
        options.momentum = config.value("momentum", 0.99);
        return std::make_shared<nn::BatchNormalization>(options);
    }
    if (type == "LayerNormalization") {
        only(config, type, {"axis", "epsilon", "center", "scale"});
        return std::make_shared<nn::LayerNormalization>(
            read_options<nn::LayerNormalizationOptions>(config));
    }
    if (type == "Embedding") {
        only(config, type, {"input_dim", "output_dim"});
        return std::make_shared<nn::Embedding>(config.at("input_dim").get<Index>(),
                                               config.at("output_dim").get<Index>());
    }
    if (type == "ReLU") {
        only(config, type, {"max_value"});
        nn::ReLUOptions options;
        options.max_value = config.value("max_value", options.max_value);
        return std::make_shared<nn::ReLU>(options);
    }
    if (type == "LeakyReLU") {
        only(config, type, {"alpha"});
        return std::make_shared<nn::LeakyReLU>(config.value("alpha", 0.3));
    }
    if (type == "ELU") {
        only(config, type, {"alpha"});
        return std::make_shared<nn::ELU>(config.value("alpha", 1.0));
    }
    if (type == "PReLU") {
        only(config, type, {"shared_axes"});
        nn::PReLUOptions options;
        options.shared_axes = config.value("shared_axes", options.shared_axes);
        return std::make_shared<nn::PReLU>(options);
    }
    if (type == "Softmax") {
        only(config, type, {"axis"});
        return std::make_shared<nn::Softmax>(config.value("axis", -1));
    }
    return nullptr;
}

const LayerReaders normalization(read_normalization);

}  // namespace

}  // namespace shikumi::golden

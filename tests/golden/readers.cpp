#include "readers.hpp"

#include <algorithm>

#include "compare.hpp"

namespace shikumi::golden {

namespace {

std::vector<LayerReader>& readers() {
    static std::vector<LayerReader> all;
    return all;
}

}  // namespace

LayerReaders::LayerReaders(LayerReader reader) { readers().push_back(reader); }

void only(const json& config, const std::string& what, const std::vector<std::string>& known) {
    for (const auto& item : config.items()) {
        const bool inert = item.value().is_null() || item.value() == false;
        if (!inert && std::find(known.begin(), known.end(), item.key()) == known.end())
            throw Unknown(what + " with " + item.key());
    }
}

Shape read_shape(const json& sizes) {
    const auto all = sizes.get<std::vector<Index>>();
    return Shape(std::span<const Index>(all));
}

Tensor read_tensor(const json& j, DType dtype) {
    return tensor(read_numbers(j), read_shape(j.at("shape"))).cast(dtype);
}

nn::ActivationFunction read_activation(const json& config, const std::string& key) {
    const std::string name = config.value(key, "linear");
    try {
        return nn::activation(name);
    } catch (const ValueError&) {
        throw Unknown("activation " + name);
    }
}

nn::Regularizer read_regularizer(const json& config, const std::string& key) {
    if (!config.contains(key)) return {};
    const json& regularizer = config.at(key);
    if (regularizer.at("class_name") != "L1L2")
        throw Unknown("regularizer " + regularizer.at("class_name").get<std::string>());
    const json& factors = regularizer.at("config");
    return nn::L1L2(factors.at("l1").get<double>(), factors.at("l2").get<double>());
}

LayerPointer read_layer(const json& layer) {
    const std::string type = layer.at("class_name");
    const json config = layer.value("config", json::object());
    for (const LayerReader reader : readers()) {
        if (LayerPointer made = reader(type, config)) return made;
    }
    throw Unknown("layer " + type);
}

}  // namespace shikumi::golden

#include "config.hpp"

namespace shikumi::golden {

namespace {

// What changes no figure: names, starting values (the cases set the weights), how Keras computes.
bool inert(const std::string& key, const json& value) {
    static const std::set<std::string> names{"name",   "dtype",          "seed",
                                             "unroll", "implementation", "build_input_shape"};
    constexpr std::string_view suffix = "_initializer";
    return value.is_null() || value == false || names.contains(key) ||
           (key.size() > suffix.size() &&
            key.compare(key.size() - suffix.size(), suffix.size(), suffix) == 0);
}

}  // namespace

PerAxis Config::per_axis(const std::string& key, const PerAxis& otherwise) const {
    if (!has(key)) return otherwise;
    const json& numbers = at(key);
    return numbers.is_array() ? PerAxis(numbers.get<std::vector<Index>>())
                              : PerAxis(numbers.get<Index>());
}

void Config::want_channels_last() const {
    if (get<std::string>("data_format", "channels_last") != "channels_last")
        throw Unknown(layer_ + " with channels first");
}

void Config::check_all_read() const {
    for (const auto& item : values_.items()) {
        if (!read_.contains(item.key()) && !inert(item.key(), item.value()))
            throw Unknown(layer_ + " with " + item.key());
    }
}

nn::ActivationFunction read_activation(const Config& config, const std::string& key,
                                       const std::string& otherwise) {
    const std::string name = config.get(key, otherwise);
    try {
        return nn::activation(name);
    } catch (const ValueError&) {
        throw Unknown("activation " + name);
    }
}

nn::OutputMode read_output_mode(const Config& config, nn::OutputMode otherwise) {
    using nn::OutputMode;
    return config.choose<OutputMode>("output_mode", otherwise,
                                     {{"int", OutputMode::index},
                                      {"one_hot", OutputMode::one_hot},
                                      {"multi_hot", OutputMode::multi_hot},
                                      {"count", OutputMode::count},
                                      {"tf_idf", OutputMode::tf_idf}});
}

nn::Regularizer read_regularizer(const Config& config, const std::string& key) {
    if (!config.has(key)) return {};
    const json& regularizer = config.at(key);
    const std::string type = regularizer.at("class_name");
    const Config given(type, regularizer.value("config", json::object()));
    if (type == "L1") return nn::L1(given.get("l1", 0.01));
    if (type == "L2") return nn::L2(given.get("l2", 0.01));
    if (type == "L1L2") return nn::L1L2(given.get("l1", 0.0), given.get("l2", 0.0));
    if (type == "OrthogonalRegularizer" && given.get<std::string>("mode", "rows") == "rows")
        return nn::OrthogonalRegularizer(given.get("factor", 0.01));
    throw Unknown("regularizer " + type);
}

nn::Constraint read_constraint(const Config& config, const std::string& key) {
    if (!config.has(key)) return {};
    const json& constraint = config.at(key);
    const std::string type = constraint.at("class_name");
    const Config given(type, constraint.value("config", json::object()));
    const auto axis = [&] { return Axes(given.get<Index>("axis", 0)); };
    if (type == "NonNeg") return nn::NonNeg();
    if (type == "UnitNorm") return nn::UnitNorm(axis());
    if (type == "MaxNorm") return nn::MaxNorm(given.get("max_value", 2.0), axis());
    if (type == "MinMaxNorm")
        return nn::MinMaxNorm({.min_value = given.get("min_value", 0.0),
                               .max_value = given.get("max_value", 1.0),
                               .rate = given.get("rate", 1.0),
                               .axis = axis()});
    throw Unknown("constraint " + type);
}

}  // namespace shikumi::golden

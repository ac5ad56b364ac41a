#include <shikumi/nn/io/keras_config.hpp>

#include <shikumi/nn/io/detail/keras_forms.hpp>

namespace shikumi::nn {

namespace {

// Whether anything inside says that Keras 2 wrote it.
bool has_keras2_form(const Config& config) {
    if (const Config::List* const list = config.list()) {
        for (const Config& one : *list) {
            if (has_keras2_form(one)) return true;
        }
    }
    if (!config.object()) return false;
    for (const auto& [name, value] : *config.object()) {
        if (name == "batch_input_shape" && !value.is_null()) return true;
        if (name == "inbound_nodes" && value.list() && !value.list()->empty() &&
            value.list()->front().list())
            return true;
        if (has_keras2_form(value)) return true;
    }
    return false;
}

}  // namespace

std::string KerasReport::text() const {
    std::string text;
    for (const std::string& note : notes) text += text.empty() ? note : "\n" + note;
    return text;
}

KerasLine keras_line(const Config& config) {
    const Config* const version = config.find("keras_version");
    if (version && version->text())
        return version->text()->starts_with("3") ? KerasLine::keras3 : KerasLine::keras2;
    return has_keras2_form(config) ? KerasLine::keras2 : KerasLine::keras3;
}

Config keras_config(const Model& model, KerasLine line) {
    return detail::to_keras(architecture(model), line);
}

}  // namespace shikumi::nn

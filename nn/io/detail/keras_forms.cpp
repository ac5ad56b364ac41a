#include <shikumi/nn/io/detail/keras_forms.hpp>

#include <shikumi/autograd/core/class_config.hpp>

namespace shikumi::nn::detail {

using shikumi::detail::text_of;

std::string described(const Config& object) {
    const Config* const config = object.find("config");
    const std::string name = config ? text_of(*config, "name") : std::string();
    return text_of(object, "class_name") + (name.empty() ? name : " '" + name + "'");
}

bool begins_with_input(const Config& layer) {
    const Config* const config = layer.find("config");
    const Config* const layers = config ? config->find("layers") : nullptr;
    return layers && layers->list() && !layers->list()->empty() &&
           text_of(layers->list()->front(), "class_name") == "InputLayer";
}

}  // namespace shikumi::nn::detail

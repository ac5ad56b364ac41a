#include <shikumi/autograd/core/class_config.hpp>

#include <utility>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi::detail {

namespace {

// What comes before the name of a class that somebody registered with Keras.
constexpr std::string_view registered = ">";

}  // namespace

std::string text_of(const Config& config, std::string_view name) {
    const Config* const found = config.find(name);
    return found && found->text() ? *found->text() : std::string();
}

Config to_config(const ClassConfig& object) {
    const bool own = object.module.empty();
    return {{"module", own ? Config() : Config(object.module)},
            {"class_name", object.class_name},
            {"config", object.config},
            {"registered_name", own ? Config(object.class_name) : Config()}};
}

ClassConfig class_in(const Config& config, std::string_view reading) {
    if (config.text()) return {{}, *config.text(), Config::Object{}};
    std::string name = text_of(config, "class_name");
    if (name.empty())
        fail<ValueError>(reading, "wants a name, or an object with class_name and config, got ",
                         config.description());
    const Config* const arguments = config.find("config");
    if (name == "function" && arguments && arguments->text())
        return {{}, *arguments->text(), Config::Object{}};
    if (arguments && !arguments->object() && !arguments->is_null())
        fail<ValueError>(reading, "the config of ", name, " is ", arguments->description(),
                         ", wanted its arguments by names");
    if (const std::size_t end = name.rfind(registered); end != std::string::npos)
        name.erase(0, end + registered.size());
    return {text_of(config, "module"), std::move(name),
            arguments && arguments->object() ? *arguments : Config(Config::Object{})};
}

}  // namespace shikumi::detail

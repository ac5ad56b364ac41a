// Keras's form of an object in a file: the class that made it, and of what.
#pragma once

#include <string>
#include <string_view>

#include <shikumi/autograd/core/config.hpp>

namespace shikumi::detail {

/// The text of a field; empty where there is none.
std::string text_of(const Config& config, std::string_view name);

/// An object of a class: {"module", "class_name", "config", "registered_name"}.
struct ClassConfig {
    std::string module;      ///< such as "keras.optimizers"; empty: a class of the user's own
    std::string class_name;  ///< such as "Adam"
    Config config;           ///< its arguments by names
};

/// The object in Keras's form. A class of the user's own has no module, and its name as
/// "registered_name".
Config to_config(const ClassConfig& object);
/// Reads such an object. A text alone is a class's name, and so is a function in Keras's form,
/// {"class_name": "function", "config": name}; the arguments are none then. `reading` says for
/// errors what is read. Throws ValueError for anything else.
ClassConfig class_in(const Config& config, std::string_view reading);

}  // namespace shikumi::detail

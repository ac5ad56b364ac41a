// What initialisers, penalties and constraints have in common: names, and what they were made of.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <shikumi/autograd/core/class_config.hpp>
#include <shikumi/autograd/core/config.hpp>
#include <shikumi/autograd/core/name_table.hpp>

namespace shikumi::nn::detail {

/// Keras's class of a function: "GlorotUniform" of "glorot_uniform", "L2" of "L2(0.01)".
std::string class_name(std::string_view function);

/// Keras's object of a function: its class, and what it was made of; nothing where there is none.
/// `kind` is what errors call it, `module` where Keras has its class. Throws ValueError for a
/// function that the library didn't make.
//
// It asks no table of all functions: a program that saves nothing links none of those it doesn't
// use.
template <class F>
Config function_config(std::string_view kind, std::string_view module, const F& function) {
    if (!function) return {};
    Config arguments = function.get_config();
    if (!arguments.object())
        fail<ValueError>(kind, "a file can't hold the function '", function.name(),
                         "': it isn't one of the library's");
    return shikumi::detail::to_config(
        {std::string(module), class_name(function.name()), std::move(arguments)});
}

/// Functions of one kind by the names of their rows.
template <class F>
class FunctionKind {
public:
    /// Makes a function of what it was made of.
    using Make = F (*)(ConfigReader& config);

    /// `kind` is what errors call a function.
    constexpr FunctionKind(std::string_view kind,
                           std::span<const shikumi::detail::NameRow<Make>> rows) noexcept
        : table_(kind, rows) {}

    /// The function of that name, with its defaults. Throws ValueError with the nearest names.
    F named(std::string_view name) const {
        const Config nothing = Config::Object{};
        ConfigReader fields(std::string(name), nothing);
        return table_[name](fields);
    }
    /// Reads Keras's object of a function, or a name.
    F read(const Config& config, std::string_view reading) const {
        const auto object = shikumi::detail::class_in(config, reading);
        ConfigReader fields(sentence(reading, ": ", object.class_name), object.config);
        F function = table_.at(object.class_name, reading)(fields);
        fields.refuse_unread();
        return function;
    }

private:
    shikumi::detail::NameTable<Make> table_;
};

}  // namespace shikumi::nn::detail

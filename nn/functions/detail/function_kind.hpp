// What initialisers, penalties and constraints have in common: names, and what they were made of.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include <shikumi/autograd/core/class_config.hpp>
#include <shikumi/autograd/core/config.hpp>
#include <shikumi/autograd/core/name_table.hpp>

namespace shikumi::nn::detail {

/// Functions of one kind by the names of their rows, of which the second is Keras's class.
template <class F>
class FunctionKind {
public:
    /// Makes a function of what it was made of.
    using Make = F (*)(ConfigReader& config);

    /// `kind` is what errors call a function, `module` where Keras has its class.
    constexpr FunctionKind(std::string_view kind, std::string_view module,
                           std::span<const shikumi::detail::NameRow<Make>> rows) noexcept
        : kind_(kind), module_(module), table_(kind, rows) {}

    /// The function of that name, with its defaults. Throws ValueError with the nearest names.
    F named(std::string_view name) const {
        const Config nothing = Config::Object{};
        ConfigReader fields(std::string(name), nothing);
        return table_[name](fields);
    }
    /// Keras's object of the function; nothing where there is none. Throws ValueError for a
    /// function that isn't of this kind's names, or wasn't made by the library.
    Config to_config(const F& function) const {
        if (!function) return {};
        // "L2(0.01)" shows its factor.
        const std::string_view name = function.name().substr(0, function.name().find('('));
        for (const auto& row : table_.rows()) {
            if (function.get_config().object() && std::ranges::count(row.names, name) > 0)
                return shikumi::detail::to_config(
                    {std::string(module_), std::string(row.names[1]), function.get_config()});
        }
        fail<ValueError>(kind_, "a file can't hold the function '", function.name(),
                         "': it isn't one of the library's");
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
    std::string_view kind_, module_;
    shikumi::detail::NameTable<Make> table_;
};

}  // namespace shikumi::nn::detail

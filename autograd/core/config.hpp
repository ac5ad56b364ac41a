// Config: what an object was made of, by names, so that a file can hold it.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/dtype.hpp>
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/shape.hpp>

namespace shikumi {

/// What an object was made of: nothing, a truth value, an integer, a number, a text, a list, or
/// values by names, which keep their order. Text forms such as JSON are the business of the files.
class Config {
public:
    using List = std::vector<Config>;                            ///< values in order
    using Object = std::vector<std::pair<std::string, Config>>;  ///< values by names

    /// Nothing, as JSON's null.
    Config() = default;
    /// A truth value.
    Config(std::same_as<bool> auto value) : Config(Exactly<bool>{value}) {}
    /// An integer. Unsigned ones above 2⁶³ − 1 keep their bits.
    Config(std::integral auto value) requires(!std::same_as<decltype(value), bool>)
        : Config(Exactly<std::int64_t>{static_cast<std::int64_t>(value)}) {}
    /// A number.
    Config(std::floating_point auto value) : Config(Exactly<double>{static_cast<double>(value)}) {}
    /// A text.
    Config(std::string text);
    /// A text.
    Config(std::string_view text);
    /// A text.
    Config(const char* text) : Config(std::string_view(text)) {}
    /// A list.
    Config(List list);
    /// Values by names.
    Config(Object object);
    /// Values by names: `{{"units", 3}, {"use_bias", true}}`.
    Config(std::initializer_list<std::pair<std::string, Config>> object);

    /// Whether it is nothing.
    bool is_null() const noexcept { return !value_; }
    /// The truth value; null where it is something else. So are the five that follow.
    const bool* boolean() const noexcept;
    /// The integer.
    const std::int64_t* integer() const noexcept;
    /// The number, where it isn't an integer.
    const double* number() const noexcept;
    /// The text.
    const std::string* text() const noexcept;
    /// The list.
    const List* list() const noexcept;
    /// The values by names.
    const Object* object() const noexcept;

    /// The value of that name; null where this has none, or is no object.
    const Config* find(std::string_view name) const noexcept;
    /// Adds a value, or replaces the one of that name. What was nothing becomes an object; throws
    /// ValueError for anything else.
    void set(std::string_view name, Config value);
    /// What it is, for errors: "the text 'relu'", "a list of 2".
    std::string description() const;

    /// Whether both are the same, names in the same order.
    friend bool operator==(const Config& a, const Config& b);

private:
    struct Value;
    template <class T>
    struct Exactly {
        T value;
    };
    explicit Config(Exactly<bool> value);
    explicit Config(Exactly<std::int64_t> value);
    explicit Config(Exactly<double> value);

    std::shared_ptr<Value> value_;  // copies share it until one is changed
};

// ---- one value from and to a Config -------------------------------------------------------------
// A class that belongs into configurations has these two functions in its own namespace. `reading`
// says for errors what is read: "Dense: units". Each throws ValueError for a value that it can't
// take.

/// Reads a truth value.
void from_config(const Config& config, bool& value, std::string_view reading);
/// Reads an integer, or a number that is one.
void from_config(const Config& config, std::int64_t& value, std::string_view reading);
/// Reads an integer that fits.
void from_config(const Config& config, int& value, std::string_view reading);
/// Reads a number.
void from_config(const Config& config, double& value, std::string_view reading);
/// Reads a text.
void from_config(const Config& config, std::string& value, std::string_view reading);
/// Reads the list of its sizes, or a single one.
void from_config(const Config& config, Shape& value, std::string_view reading);
/// Reads "float32", or Keras's object of a DTypePolicy with that name.
void from_config(const Config& config, DType& value, std::string_view reading);
/// Takes it as it is.
void from_config(const Config& config, Config& value, std::string_view reading);
/// The list of its sizes.
Config to_config(const Shape& value);
/// NumPy's name: "float32".
Config to_config(DType value);

// Declared first, so that a list may hold optional lists, and the other way round.
template <class T>
Config to_config(const std::optional<T>& value);
template <class T>
Config to_config(const std::vector<T>& values);
template <class T>
void from_config(const Config& config, std::optional<T>& value, std::string_view reading);
template <class T>
void from_config(const Config& config, std::vector<T>& values, std::string_view reading);

/// A plain value as it is.
template <class T>
requires std::constructible_from<Config, const T&> Config to_config(const T& value) {
    return Config(value);
}
/// Nothing, or the value.
template <class T>
Config to_config(const std::optional<T>& value) {
    return value ? to_config(*value) : Config();
}
/// Nothing, or the value.
template <class T>
void from_config(const Config& config, std::optional<T>& value, std::string_view reading) {
    if (config.is_null())
        value.reset();
    else
        from_config(config, value.emplace(), reading);
}
/// A list.
template <class T>
Config to_config(const std::vector<T>& values) {
    Config::List list;
    for (const T& value : values) list.push_back(to_config(value));
    return list;
}
/// Reads a list; a single value is a list of one.
template <class T>
void from_config(const Config& config, std::vector<T>& values, std::string_view reading) {
    values.clear();
    if (const Config::List* const list = config.list()) {
        for (const Config& one : *list) from_config(one, values.emplace_back(), reading);
    } else {
        from_config(config, values.emplace_back(), reading);
    }
}

// ---- the fields of a struct ---------------------------------------------------------------------

/// A struct to be read from, or written to: `Options` or `const Options`.
template <class T, class Options>
concept FieldsOf = std::same_as<std::remove_const_t<T>, Options>;

/// Writes fields under their names. It and ConfigReader are called in the same way, so that a
/// struct's fields are stated once, for both:
///
///     void visit_fields(auto& fields, FieldsOf<DenseOptions> auto& o) {
///         fields("activation", o.activation);
///         fields("use_bias", o.use_bias);
///     }
class ConfigWriter {
public:
    ConfigWriter() = default;
    /// Goes on with an object that has fields already.
    explicit ConfigWriter(Config object) : config_(std::move(object)) {}
    /// Adds a field. Errors of its conversion name the field.
    template <class T>
    ConfigWriter& operator()(std::string_view name, const T& value) {
        try {
            config_.set(name, to_config(value));
        } catch (Error& e) {
            add_field(e, name);
            throw;
        }
        return *this;
    }
    /// Adds a field that a reader insists on.
    template <class T>
    ConfigWriter& need(std::string_view name, const T& value) {
        return (*this)(name, value);
    }
    /// Adds a field that is nothing where the value is `none`.
    template <class T>
    ConfigWriter& or_null(std::string_view name, const T& value, const T& none = {}) {
        return value == none ? null(name) : (*this)(name, value);
    }
    /// Adds a field that Keras doesn't have, where it isn't `otherwise`.
    template <class T>
    ConfigWriter& extra(std::string_view name, const T& value, const T& otherwise = {}) {
        return value == otherwise ? *this : (*this)(name, value);
    }
    /// Adds a field that has this one value.
    ConfigWriter& always(std::string_view name, const Config& value);
    /// Nothing: the field is only read.
    ConfigWriter& accept(std::string_view, const Config&) { return *this; }
    /// Nothing: the field is only read.
    ConfigWriter& ignore(std::string_view) { return *this; }
    /// Adds the fields of a struct, by its `visit_fields`.
    template <class Options>
    ConfigWriter& fields(const Options& options) {
        visit_fields(*this, options);
        return *this;
    }
    /// What was written.
    operator Config() const { return config_; }

private:
    ConfigWriter& null(std::string_view name);
    static void add_field(Error& error, std::string_view name);

    Config config_{Config::Object{}};
};

/// Reads fields by their names. A field that is absent keeps its value.
class ConfigReader {
public:
    /// Reads `config`, which must outlive it. Errors begin with `owner`, such as "Dense". Throws
    /// ValueError unless it is an object.
    ConfigReader(std::string owner, const Config& config);

    /// Reads a field. Throws ValueError, naming owner and field, for a value that it can't take.
    template <class T>
    ConfigReader& operator()(std::string_view name, T& value) {
        if (const Config* const found = take(name)) from_config(*found, value, reading(name));
        return *this;
    }
    /// Reads a field that must be there. Throws ValueError where it is absent or can't be read.
    template <class T>
    ConfigReader& need(std::string_view name, T& value) {
        from_config(want(name), value, reading(name));
        return *this;
    }
    /// A field that must be there. Throws as `need` does.
    template <class T>
    T get(std::string_view name) {
        T value{};
        need(name, value);
        return value;
    }
    /// A field, or `otherwise` where it is absent. Throws ValueError where it can't be read.
    template <class T>
    T get_or(std::string_view name, T otherwise) {
        (*this)(name, otherwise);
        return otherwise;
    }
    /// A struct with the fields that are there, by its `visit_fields`.
    template <class Options>
    Options fields() {
        Options options;
        visit_fields(*this, options);
        return options;
    }
    /// Reads a field that is `none` where it is nothing.
    template <class T>
    ConfigReader& or_null(std::string_view name, T& value, const T& none = {}) {
        const Config* const found = take(name);
        if (found && found->is_null())
            value = none;
        else if (found)
            from_config(*found, value, reading(name));
        return *this;
    }
    /// Reads a field that Keras doesn't have.
    template <class T>
    ConfigReader& extra(std::string_view name, T& value, const T& = {}) {
        return (*this)(name, value);
    }
    /// Throws ValueError where the field is there and is neither nothing nor this one value.
    ConfigReader& always(std::string_view name, const Config& value);
    /// The same, for a field that is never written.
    ConfigReader& accept(std::string_view name, const Config& value) { return always(name, value); }
    /// Passes over a field that means nothing here.
    ConfigReader& ignore(std::string_view name);
    /// Whether the field is there, and isn't nothing.
    bool has(std::string_view name) const;
    /// Throws ValueError for a field that nobody has read, unless it is nothing or false: a field
    /// that switches nothing on.
    void refuse_unread() const;
    /// The fields that nobody has read.
    std::vector<std::string> unread() const;
    /// Who reads.
    const std::string& owner() const noexcept { return owner_; }

private:
    const Config* take(std::string_view name);
    const Config& want(std::string_view name);
    std::string reading(std::string_view name) const;

    std::string owner_;
    const Config& config_;
    std::vector<bool> read_;
};

}  // namespace shikumi

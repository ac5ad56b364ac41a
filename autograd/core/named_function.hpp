// NamedFunction: a function as a value with a name.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/autograd/core/error.hpp>

namespace shikumi {

/// The name of a constant: a string literal.
struct StaticName {
    /// Takes nothing but a literal, which lives as long as the program.
    consteval StaticName(const char* literal) : text(literal) {}
    std::string_view text;  ///< what was given
};

namespace detail {
template <class F, class Named, class... Arguments>
concept FunctionFor = std::invocable<F&, Arguments...> && !std::derived_from<F, Named>;
}  // namespace detail

template <class Signature>
class NamedFunction;

/// Any function of one signature, under the name that logs, summaries and errors show. Losses,
/// metrics, activations, initialisers, penalties, constraints and schedules are such values. Copies
/// share the function.
template <class Result, class... Arguments>
class NamedFunction<Result(Arguments...)> {
public:
    /// No function.
    constexpr NamedFunction() = default;
    /// A constant of the library: it needs no code at start-up.
    constexpr NamedFunction(StaticName name, Result (*function)(Arguments...)) noexcept
        : constant_name_(name.text), constant_(function) {}
    /// Any callable, called "custom" unless it has a name. `config` holds the arguments that it was
    /// made of, so that a file can hold a function of a known name.
    template <detail::FunctionFor<NamedFunction, Arguments...> F>
    NamedFunction(F function, std::string name = "custom", Config config = {})
        : own_(std::make_shared<const Own>(
              Own{std::move(name), std::move(function), std::move(config)})) {}
    /// Any callable, its name first.
    template <std::invocable<Arguments...> F>
    NamedFunction(std::string name, F function)
        : NamedFunction(std::move(function), std::move(name)) {}

    /// The name; valid as long as this value or a copy of it.
    std::string_view name() const noexcept { return own_ ? own_->name : constant_name_; }
    /// The arguments that it was made of, by Keras's names; nothing where it has none.
    Config get_config() const { return own_ ? own_->config : Config(); }
    /// Whether there is a function.
    explicit operator bool() const noexcept { return constant_ || own_; }
    /// Whether both are the same function: copies of one value, or one constant.
    friend bool operator==(const NamedFunction& a, const NamedFunction& b) noexcept {
        return a.constant_ == b.constant_ && a.own_ == b.own_ && a.name() == b.name();
    }
    /// Calls the function. Throws StateError where there is none.
    Result operator()(Arguments... arguments) const {
        if (constant_) return constant_(std::forward<Arguments>(arguments)...);
        if (!own_) fail<StateError>("NamedFunction", "there is no function to call");
        return own_->function(std::forward<Arguments>(arguments)...);
    }

private:
    struct Own {
        std::string name;
        std::function<Result(Arguments...)> function;
        Config config;
    };

    // A constant's name and function, or those of the user's own.
    std::string_view constant_name_;
    Result (*constant_)(Arguments...) = nullptr;
    std::shared_ptr<const Own> own_;
};

}  // namespace shikumi

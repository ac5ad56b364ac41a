// Exceptions, and the one place where their sentences are built.
#pragma once

#include <concepts>
#include <exception>
#include <string>
#include <string_view>

#include <shikumi/autograd/core/shape.hpp>

namespace shikumi {

/// Base of everything the library throws.
class Error : public std::exception {
public:
    /// An error that says `message`.
    explicit Error(std::string message) : message_(std::move(message)) {}
    /// The message, with all contexts that were added.
    const char* what() const noexcept override { return message_.c_str(); }
    /// Appends where it happened, such as "in layer 2 'dense_1'", while the error passes through.
    void add_context(std::string_view where) { message_.append(", ").append(where); }

private:
    std::string message_;
};

/// Shapes, axes or sizes that do not fit.
class ShapeError : public Error {
    using Error::Error;
};
/// Element types that do not fit.
class DTypeError : public Error {
    using Error::Error;
};
/// A derivative that does not exist.
class GradientError : public Error {
    using Error::Error;
};
/// An argument or a datum outside its range.
class ValueError : public Error {
    using Error::Error;
};
/// A file that is missing, malformed or cannot be written.
class IoError : public Error {
    using Error::Error;
};
/// A call at the wrong time: fit before compile, a value looked at that does not exist yet.
class StateError : public Error {
    using Error::Error;
};

namespace detail {
inline void append(std::string& s, std::string_view part) { s += part; }
inline void append(std::string& s, const Shape& part) { s += to_string(part); }
inline void append(std::string& s, const Spec& part) { s += to_string(part); }
inline void append(std::string& s, DType part) { s += name(part); }
void append(std::string& s, double part);
template <std::integral T>
void append(std::string& s, T part) {
    s += std::to_string(part);
}
}  // namespace detail

/// Joins text, numbers, shapes and dtypes into one string.
template <class... Parts>
std::string sentence(const Parts&... parts) {
    std::string s;
    (detail::append(s, parts), ...);
    return s;
}

/// Throws `E` with the message "[op] parts…".
template <class E, class... Parts>
[[noreturn]] void fail(std::string_view op, const Parts&... parts) {
    throw E(sentence("[", op, "] ", parts...));
}

}  // namespace shikumi

// Exceptions, and the one place where their sentences are built.
#pragma once

#include <concepts>
#include <cstdint>
#include <exception>
#include <initializer_list>
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
/// Memory that the system doesn't give. Whatever needed it is as before: a smaller batch may do.
class MemoryError : public Error {
    using Error::Error;
};
/// A call at the wrong time: fit before compile, a value looked at that does not exist yet.
class StateError : public Error {
    using Error::Error;
};

namespace detail {

/// One part of a sentence. It refers to its text, shape or spec, so that an error costs the code
/// that may throw it nothing but a list of these.
class Part {
public:
    constexpr Part(std::string_view text) noexcept : kind_(Kind::text), text_(text) {}
    constexpr Part(const Shape& shape) noexcept : kind_(Kind::shape), shape_(&shape) {}
    constexpr Part(const Spec& spec) noexcept : kind_(Kind::spec), spec_(&spec) {}
    constexpr Part(DType dtype) noexcept : kind_(Kind::dtype), dtype_(dtype) {}
    constexpr Part(double real) noexcept : kind_(Kind::real), real_(real) {}
    template <std::signed_integral T>
    constexpr Part(T integer) noexcept : kind_(Kind::integer), integer_(integer) {}
    template <std::unsigned_integral T>
    constexpr Part(T natural) noexcept : kind_(Kind::natural), natural_(natural) {}
    void append_to(std::string& sentence) const;

private:
    enum class Kind : std::uint8_t { text, shape, spec, dtype, real, integer, natural } kind_;
    union {
        std::string_view text_;
        const Shape* shape_;
        const Spec* spec_;
        DType dtype_;
        double real_;
        long long integer_;
        unsigned long long natural_;
    };
};

std::string joined(std::initializer_list<Part> parts);

}  // namespace detail

/// Joins text, numbers, shapes and dtypes into one string.
template <class... Parts>
std::string sentence(const Parts&... parts) {
    return detail::joined({detail::Part(parts)...});
}

/// Throws `E` with the message "[op] parts…".
template <class E, class... Parts>
[[noreturn]] void fail(std::string_view op, const Parts&... parts) {
    using detail::Part;
    throw E(detail::joined({Part("["), Part(op), Part("] "), Part(parts)...}));
}

}  // namespace shikumi

// Errors of code that isn't the library's own say whose code it was.
#pragma once

#include <exception>
#include <string_view>
#include <utility>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi::detail {

/// Calls f, which runs a user's code. Where it throws, the error gets the context that `where()`
/// gives, such as "in callback 'Mine'". Exceptions that aren't the library's become an Error that
/// begins with `who`, with the original nested in it.
template <class Where, class F>
decltype(auto) blaming(std::string_view who, const Where& where, F&& f) {
    try {
        return std::forward<F>(f)();
    } catch (Error& e) {
        e.add_context(where());
        throw;
    } catch (const std::exception& e) {
        std::throw_with_nested(Error(sentence("[", who, "] ", e.what(), ", ", where())));
    }
}

}  // namespace shikumi::detail

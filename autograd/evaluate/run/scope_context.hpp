// Errors of an evaluation, which comes long after the line that recorded the operation.
#pragma once

#include <string>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi::detail {

/// Calls f(). Adds the name of the layer that recorded the operation to an Error that f throws;
/// null: no layer did.
template <class F>
void with_scope_context(const std::string* scope, F&& f) {
    try {
        f();
    } catch (Error& error) {
        if (scope) error.add_context("recorded in layer '" + *scope + "'");
        throw;
    }
}

}  // namespace shikumi::detail

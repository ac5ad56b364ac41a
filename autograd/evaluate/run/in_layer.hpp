// Errors of evaluation, which come far from the line that recorded the operation.
#pragma once

#include <string>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi::detail {

/// Calls f(). An error that it throws goes on with the layer's name, where there is one.
template <class F>
void in_layer(const std::string* scope, F&& f) {
    try {
        f();
    } catch (Error& error) {
        if (scope) error.add_context("recorded in layer '" + *scope + "'");
        throw;
    }
}

}  // namespace shikumi::detail

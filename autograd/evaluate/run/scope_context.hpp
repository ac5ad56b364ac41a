// Errors of an evaluation, which comes long after the line that recorded the operation.
#pragma once

#include <string>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi::detail {

/// Adds the name of the layer that recorded the failed operation; null: no layer did.
inline void add_scope_context(Error& error, const std::string* scope) {
    if (scope) error.add_context("recorded in layer '" + *scope + "'");
}

}  // namespace shikumi::detail

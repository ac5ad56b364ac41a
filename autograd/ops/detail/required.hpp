// required: a value that an evaluation may not go on without.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::detail {

/// Throws an error with this message.
using Raise = void (*)(std::string message);

/// The scalar x. Where the bool scalar `holds` is false when it is evaluated, an error is raised,
/// "[caller] what x", and no parameter that the evaluation was to assign has changed.
Tensor required(const Tensor& x, const Tensor& holds, std::string_view caller,
                std::string_view what, Raise raise);

/// The same; throws E.
template <class E>
Tensor required(const Tensor& x, const Tensor& holds, std::string_view caller,
                std::string_view what) {
    return required(x, holds, caller, what,
                    [](std::string message) { throw E(std::move(message)); });
}

}  // namespace shikumi::detail

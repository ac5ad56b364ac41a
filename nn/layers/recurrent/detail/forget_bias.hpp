// The first bias of a long short-term memory.
#pragma once

#include <shikumi/nn/functions/initializers.hpp>

namespace shikumi::nn::detail {

/// Ones in the second quarter, that of the forget gate, and what `rest` gives in the others.
Initializer with_forget_bias(const Initializer& rest);

}  // namespace shikumi::nn::detail

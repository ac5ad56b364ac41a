// Optimisers by Keras's names.
#pragma once

#include <string_view>

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

/// The optimiser of that Keras name, with its defaults: that of the class ("AdamW") or the same in
/// small letters ("adamw"). Throws ValueError with the nearest names for any other.
Optimizer optimizer(std::string_view name);

}  // namespace shikumi::optim

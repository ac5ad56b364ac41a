// Keras's smallest number.
#pragma once

namespace shikumi::nn::detail {

/// Keras's `backend.epsilon()`, which keeps quotients and logarithms finite.
inline constexpr double epsilon = 1e-7;

}  // namespace shikumi::nn::detail

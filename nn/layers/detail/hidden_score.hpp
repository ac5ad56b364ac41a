// The score of elements that a mask hides from a softmax.
#pragma once

#include <shikumi/autograd/core/dtype.hpp>

namespace shikumi::nn::detail {

/// So low that softmax gives 0. It is finite, since a row of -inf alone would give NaN.
inline double hidden_score(DType dtype) { return dtype == f32 ? -1e30 : -1e300; }

}  // namespace shikumi::nn::detail

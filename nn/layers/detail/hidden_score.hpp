// The score of what a mask hides from a softmax.
#pragma once

#include <shikumi/autograd/core/dtype.hpp>

namespace shikumi::nn::detail {

/// Finite: a row of nothing but -inf would be NaN.
inline double hidden_score(DType dtype) { return dtype == f32 ? -1e30 : -1e300; }

}  // namespace shikumi::nn::detail

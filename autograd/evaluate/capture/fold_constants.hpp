// Constant folding of a recorded graph.
#pragma once

#include <shikumi/autograd/evaluate/capture/recording.hpp>

namespace shikumi::detail {

/// Evaluates the small values of a recording that depend on constants alone, so that no replay
/// computes them. Left pending are results, which each replay returns afresh, and broadcasts that a
/// pointwise operation reads, which cost nothing there.
void fold_constants(const Recording& recording);

}  // namespace shikumi::detail

// Connectionist temporal classification: A. Graves et al., ICML 2006.
#pragma once

#include <shikumi/nn/losses/loss.hpp>

namespace shikumi::nn {

/// Predictions are logits (N, T, K) of K − 1 symbols and class 0, the blank; targets are the
/// symbols (N, L) in order, as integers, with zeros behind the last. The value of a sample is −log
/// of the probability of all ways to spread its symbols over the T steps, with blanks between them:
/// a blank must part two equal ones. All is summed as logarithms, and the gradient is exact. Throws
/// DTypeError unless the targets are integers, ShapeError where they don't fit; when it is
/// evaluated, ValueError for a label that is no class, a zero between symbols, and symbols that T
/// steps can't hold.
extern const Loss ctc;

/// `ctc`, with a reduction.
Loss CTC(const LossOptions& options = {});

}  // namespace shikumi::nn

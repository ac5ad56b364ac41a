// Losses of a margin, for classifiers that give no probabilities.
#pragma once

#include <shikumi/nn/losses/loss.hpp>

namespace shikumi::nn {

/// max(1 − t p, 0), averaged over the last axis. Targets are −1 and 1; where a batch holds nothing
/// but 0 and 1, 0 counts as −1, as in Keras.
extern const Loss hinge;
/// max(1 − t p, 0)², averaged over the last axis; targets as for hinge.
extern const Loss squared_hinge;
/// max(1 + max((1 − t) p) − Σ t p, 0) over the last axis: targets are one-hot rows.
extern const Loss categorical_hinge;

/// `hinge`, with a reduction.
Loss Hinge(const LossOptions& options = {});
/// `squared_hinge`, with a reduction.
Loss SquaredHinge(const LossOptions& options = {});
/// `categorical_hinge`, with a reduction.
Loss CategoricalHinge(const LossOptions& options = {});

}  // namespace shikumi::nn

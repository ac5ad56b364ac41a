// Losses between distributions.
#pragma once

#include <shikumi/nn/losses/loss.hpp>

namespace shikumi::nn {

/// p − t log(p + 1e-7), averaged over the last axis.
extern const Loss poisson;
/// Σ t log(t/p) over the last axis, both clipped to [1e-7, 1].
extern const Loss kl_divergence;

/// `poisson`, with a reduction.
Loss Poisson(const LossOptions& options = {});
/// `kl_divergence`, with a reduction.
Loss KLDivergence(const LossOptions& options = {});

}  // namespace shikumi::nn

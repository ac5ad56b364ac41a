// SwapEMAWeights: measures a model with the averages of its weights.
#pragma once

#include <shikumi/nn/callbacks/callback.hpp>

namespace shikumi::nn {

/// What SwapEMAWeights can be given.
struct SwapEMAWeightsOptions {
    bool swap_on_epoch = false;  ///< whether the averages are in the model at the end of each epoch
};

/// Puts the averages that an optimiser with `use_ema` keeps into the model while it is evaluated or
/// predicts, and the weights back afterwards. After a training the averages stay in the model,
/// with and without this callback.
class SwapEMAWeights : public Callback {
public:
    /// Training throws ValueError, before it begins, where the optimiser keeps no averages.
    explicit SwapEMAWeights(const SwapEMAWeightsOptions& options = {});

private:
    struct State;
};

}  // namespace shikumi::nn

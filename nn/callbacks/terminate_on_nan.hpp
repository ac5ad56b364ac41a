// TerminateOnNaN: ends a training whose loss is no number.
#pragma once

#include <shikumi/nn/callbacks/callback.hpp>

namespace shikumi::nn {

/// What TerminateOnNaN can be given.
struct TerminateOnNaNOptions {
    bool raise_error = false;  ///< throw instead of ending the training
};

/// Ends the training after a batch whose loss is NaN or infinite, and says so. Without it such a
/// loss is an error. Weights, states and the optimiser's memory stay as they were before the batch;
/// the epoch is still validated and recorded, with the loss in it.
class TerminateOnNaN : public Callback {
public:
    /// A callback that ends the training, or throws.
    explicit TerminateOnNaN(const TerminateOnNaNOptions& options = {});

private:
    struct State;
};

}  // namespace shikumi::nn

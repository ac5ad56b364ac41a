// EpochState: how far an epoch of training is.
#pragma once

#include <shikumi/nn/state_fields.hpp>
#include <shikumi/nn/training/detail/averages.hpp>
#include <shikumi/nn/training/detail/step_states.hpp>

namespace shikumi::nn::detail {

/// What an epoch under way has taken and measured. New: before the epoch.
struct EpochState {
    bool begun = false;    ///< the epoch is under way
    Index step = 0;        ///< batches taken
    Averages averages;     ///< of the logs
    MetricStates metrics;  ///< after the last batch

    void visit_state(StateFields& fields) {
        fields("begun", begun)("step", step)("averages", averages)("metrics", metrics);
    }
};

}  // namespace shikumi::nn::detail

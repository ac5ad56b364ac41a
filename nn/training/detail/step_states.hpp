// StepStates: what the metrics of a loop remember from step to step.
#pragma once

#include <vector>

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/nn/callbacks/logs.hpp>

namespace shikumi::nn::detail {

/// The states of all metrics of one loop. Empty: before the first batch.
using MetricStates = std::vector<Tensor>;

/// While it lives, steps that this thread takes by this trainer carry on these states. A step
/// outside of any loop begins with new ones.
class StepStates {
public:
    /// `norms`: where the steps put the norms of their gradients; null: nowhere.
    StepStates(const void* trainer, MetricStates& states, Logs* norms = nullptr) noexcept;
    ~StepStates();
    StepStates(const StepStates&) = delete;
    StepStates& operator=(const StepStates&) = delete;
    /// What a step of this trainer is to carry on; null outside of its loops.
    static StepStates* of(const void* trainer) noexcept;
    /// The states.
    MetricStates& states() const noexcept { return states_; }
    /// Where to put the norms of the gradients; null: nowhere.
    Logs* norms() const noexcept { return norms_; }

private:
    const void* trainer_;
    MetricStates& states_;
    Logs* norms_;
    StepStates* outer_;
};

}  // namespace shikumi::nn::detail

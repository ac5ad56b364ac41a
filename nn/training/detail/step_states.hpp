// StepStates: what the metrics of a loop remember from step to step.
#pragma once

#include <vector>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::nn::detail {

/// The states of all metrics of one loop. Empty: before the first batch.
using MetricStates = std::vector<Tensor>;

/// While it lives, steps that this thread takes by this trainer carry on these states. A step
/// outside of any loop begins with new ones.
class StepStates {
public:
    StepStates(const void* trainer, MetricStates& states) noexcept;
    ~StepStates();
    StepStates(const StepStates&) = delete;
    StepStates& operator=(const StepStates&) = delete;
    /// The states that a step of this trainer is to carry on; null outside of its loops.
    static MetricStates* of(const void* trainer) noexcept;

private:
    const void* trainer_;
    MetricStates& states_;
    StepStates* outer_;
};

}  // namespace shikumi::nn::detail

#include <shikumi/nn/training/detail/step_states.hpp>

namespace shikumi::nn::detail {

namespace {

thread_local StepStates* innermost = nullptr;

}  // namespace

StepStates::StepStates(const void* trainer, MetricStates& states, Logs* norms) noexcept
    : trainer_(trainer), states_(states), norms_(norms), outer_(innermost) {
    innermost = this;
}

StepStates::~StepStates() { innermost = outer_; }

StepStates* StepStates::of(const void* trainer) noexcept {
    for (StepStates* at = innermost; at; at = at->outer_) {
        if (at->trainer_ == trainer) return at;
    }
    return nullptr;
}

}  // namespace shikumi::nn::detail

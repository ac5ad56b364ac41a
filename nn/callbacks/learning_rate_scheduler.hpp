// LearningRateScheduler: sets the learning rate of each epoch.
#pragma once

#include <concepts>
#include <functional>
#include <utility>

#include <shikumi/nn/callbacks/callback.hpp>

namespace shikumi::nn {

/// What LearningRateScheduler can be given.
struct LearningRateSchedulerOptions {
    int verbose = 0;  ///< 1: say the rate of each epoch
};

/// Sets the learning rate before each epoch to what a function gives, and logs it as
/// "learning_rate". Schedules of single steps are given to the optimiser itself.
class LearningRateScheduler : public Callback {
public:
    /// A function of the epoch, from 0, and the rate until then.
    template <std::invocable<int, double> F>
    explicit LearningRateScheduler(F schedule, const LearningRateSchedulerOptions& options = {})
        : LearningRateScheduler(Schedule(std::move(schedule)), options, 0) {}
    /// A function of the epoch alone, from 0.
    template <std::invocable<int> F>
    explicit LearningRateScheduler(F schedule, const LearningRateSchedulerOptions& options = {})
        : LearningRateScheduler(
              Schedule([schedule = std::move(schedule)](int epoch, double) mutable {
                  return schedule(epoch);
              }),
              options, 0) {}

private:
    using Schedule = std::function<double(int, double)>;
    struct State;
    LearningRateScheduler(Schedule schedule, const LearningRateSchedulerOptions& options, int);
};

}  // namespace shikumi::nn

// Timer: measures one evaluation for the thread's Profile.
#pragma once

#include <shikumi/autograd/evaluate/plan/plan.hpp>
#include <shikumi/autograd/evaluate/profile/profile_records.hpp>

namespace shikumi::detail {

/// Times the parts and steps of one evaluation. Looks for a Profile once, when it is made; where
/// none lives it measures nothing and reads no clock.
class Timer {
public:
    Timer() noexcept : profile_(ProfileRecords::current()) {
        if (profile_) since_ = ProfileRecords::Clock::now();
    }
    /// True where a Profile lives.
    explicit operator bool() const noexcept { return profile_ != nullptr; }

    /// Counts the time since the last lap as the evaluator's own `part`.
    void lap(const char* part) {
        if (!profile_) return;
        profile_->add_part(part, since_, ProfileRecords::Clock::now());
        since_ = ProfileRecords::Clock::now();
    }
    /// Calls run(step) for each step of the plan, and times each. Only where a Profile lives.
    template <class F>
    void time_steps(const Plan& plan, F&& run) {
        const std::vector<ProfileRecords::StepCost>& costs = profile_->costs_of(plan);
        for (std::size_t i = 0; i < plan.steps.size(); ++i) {
            const auto start = ProfileRecords::Clock::now();
            run(plan.steps[i]);
            profile_->add(costs[i], start, ProfileRecords::Clock::now());
        }
        since_ = ProfileRecords::Clock::now();
    }

private:
    ProfileRecords* profile_;
    ProfileRecords::Clock::time_point since_;
};

}  // namespace shikumi::detail

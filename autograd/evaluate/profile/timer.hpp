// Timer: what an evaluation tells the thread's Profile.
#pragma once

#include <shikumi/autograd/evaluate/plan/plan.hpp>
#include <shikumi/autograd/evaluate/profile/profile.hpp>

namespace shikumi::detail {

/// Looks once, at its beginning, whether a Profile lives.
class Timer {
public:
    Timer() noexcept : profile_(current) {
        if (profile_) since_ = Profile::Clock::now();
    }
    explicit operator bool() const noexcept { return profile_ != nullptr; }

    /// The time since the last lap went into a part of the evaluator's own work.
    void lap(const char* part) {
        if (!profile_) return;
        profile_->add_part(part, since_, Profile::Clock::now());
        since_ = Profile::Clock::now();
    }
    /// Calls run(step) for each step of `plan`. Only where a Profile lives.
    template <class F>
    void time(const Plan& plan, F&& run) {
        const std::vector<Profile::Step>& known = profile_->steps_of(plan);
        for (std::size_t i = 0; i < plan.steps.size(); ++i) {
            const auto start = Profile::Clock::now();
            run(plan.steps[i]);
            profile_->add(known[i], start, Profile::Clock::now());
        }
        since_ = Profile::Clock::now();
    }

private:
    friend class shikumi::Profile;
    static thread_local constinit Profile* current;

    Profile* profile_;
    Profile::Clock::time_point since_;
};

}  // namespace shikumi::detail

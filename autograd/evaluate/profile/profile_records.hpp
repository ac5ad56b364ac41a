// ProfileRecords: what a Profile has counted so far.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <shikumi/autograd/evaluate/plan/plan.hpp>
#include <shikumi/autograd/evaluate/profile/profile.hpp>

namespace shikumi::detail {

/// Rows and events of one Profile, which the Timer of its thread adds to.
class ProfileRecords {
public:
    using Clock = std::chrono::steady_clock;
    using Row = Profile::Row;
    using RowIndex = std::uint32_t;
    /// What one run of a plan's step adds to its row.
    struct StepCost {
        RowIndex row;
        double flops, bytes;
    };
    struct Event {
        Clock::time_point start;
        Clock::duration duration;
        RowIndex row;
    };

    /// Becomes the records that this thread's timers write to.
    ProfileRecords();
    /// Adds the rows to the enclosing records, to which timers write again.
    ~ProfileRecords();
    ProfileRecords(const ProfileRecords&) = delete;
    ProfileRecords& operator=(const ProfileRecords&) = delete;
    /// Those of this thread's innermost Profile; null where there is none.
    static ProfileRecords* current() noexcept { return current_; }

    /// Of the plan's steps in order. Only a plan's first evaluation works them out.
    const std::vector<StepCost>& costs_of(const Plan& plan);
    void add(const StepCost& cost, Clock::time_point start, Clock::time_point end);
    void add_part(const char* part, Clock::time_point start, Clock::time_point end);

    Clock::time_point start() const noexcept { return start_; }
    const std::vector<Row>& rows() const noexcept { return rows_; }
    const std::vector<Event>& events() const noexcept { return events_; }

private:
    static thread_local constinit ProfileRecords* current_;

    RowIndex row_of(std::string name, std::string layer);
    StepCost cost_of(const Plan& plan, const FusionGroup& group);
    StepCost cost_of(const Plan& plan, const Call& call);
    void add_all_of(const ProfileRecords& inner);

    ProfileRecords* outer_;
    Clock::time_point start_;
    std::vector<Row> rows_;
    std::map<std::pair<std::string, std::string>, RowIndex> row_indices_;  // by name and layer
    std::unordered_map<std::uint64_t, std::vector<StepCost>> plans_;       // by Plan::number
    std::vector<Event> events_;
};

}  // namespace shikumi::detail

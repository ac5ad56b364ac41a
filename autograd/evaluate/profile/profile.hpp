// Profile: where evaluations spend their time.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace shikumi {

namespace detail {
struct Plan;
class Timer;
}  // namespace detail

/// While it lives, evaluations on this thread are timed, operation by operation, whether they are
/// recorded anew, recognised or replayed by `capture`, as those of `fit` are:
///
///     Profile p;
///     model.fit(x, y);
///     std::cout << p.report();
///
/// Of two that are nested the inner one is told of evaluations, and tells the outer at its end. It
/// belongs to the thread that made it; what other threads compute for that thread's evaluations is
/// in the time that they take. Without a Profile nothing is timed, and nothing costs more.
class Profile {
public:
    using Clock = std::chrono::steady_clock;

    /// What one operation took in one layer, all calls together.
    struct Row {
        /// Of an operation, or "multiply+add+tanh" where pointwise operations ran as one loop; of
        /// more than four the first and last two, and how many. In the layer "(evaluator)":
        /// "recognise", "plan", "bind" (take memory) and "publish", which precede and follow the
        /// operations.
        std::string name;
        std::string layer;  ///< its path, a loop's first operation's; "" outside of layers
        std::int64_t calls = 0;
        double seconds = 0;
        double flops = 0;  ///< as `Op::flops` counts them
        double bytes = 0;  ///< of the arrays that are read and written

        Row& operator+=(const Row& other) noexcept;
    };

    Profile();
    ~Profile();
    Profile(const Profile&) = delete;
    Profile& operator=(const Profile&) = delete;

    /// One for each name in each layer; that of the most time first, as in the two below.
    std::vector<Row> rows() const;
    /// One for each name; `layer` is empty.
    std::vector<Row> by_operation() const;
    /// One for each layer; `name` is empty.
    std::vector<Row> by_layer() const;
    /// The three as tables of at most so many rows, for people.
    std::string report(std::size_t most_rows = 20) const;
    /// Writes each call's beginning and duration (of the first million) as Chrome's trace events:
    /// JSON for ui.perfetto.dev and chrome://tracing. Throws IoError; an old file stays then.
    void write_trace(const std::filesystem::path& file) const;

private:
    friend class detail::Timer;

    static constexpr std::size_t most_events = 1'000'000;
    static constexpr std::size_t most_plans = 1000;
    using Number = std::uint32_t;  // of a row
    struct Step {
        Number row;
        double flops, bytes;
    };
    struct Event {
        Clock::time_point start;
        Clock::duration duration;
        Number row;
    };

    Number row_of(std::string name, std::string layer);
    /// What the steps of `plan` are, which only its first evaluation works out.
    const std::vector<Step>& steps_of(const detail::Plan& plan);
    void add(const Step& step, Clock::time_point start, Clock::time_point end);
    void add_part(const char* name, Clock::time_point start, Clock::time_point end);
    void take(const Profile& inner);

    Profile* outer_;
    Clock::time_point start_;
    std::vector<Row> rows_;
    std::map<std::pair<std::string, std::string>, Number> numbers_;  // by name and layer
    std::unordered_map<std::uint64_t, std::vector<Step>> plans_;     // by Plan::number
    std::vector<Event> events_;
};

}  // namespace shikumi

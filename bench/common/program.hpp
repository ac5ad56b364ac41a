// What the benchmark programs share: arguments, the clock, memory, and one line for each result.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace bench {

/// Seconds of one call.
struct Time {
    double median, least;
};

/// Calls `step` in rounds of at least 40 ms, for about half a second. SHIKUMI_BENCH_STEPS in the
/// environment makes it so many calls and no clock: for profilers and counters of instructions.
Time measure(const std::function<void()>& step);

/// How often the process has asked malloc and its relatives for memory.
long allocations() noexcept;

/// Who sets the number of threads: the program itself, or the environment that OpenBLAS and OpenMP
/// read while they are loaded.
enum class ThreadsBy { program, environment };

/// A program that runs one workload in a process of its own: PROGRAM WORKLOAD THREADS [VARIANT].
/// What it reports are lines of `workload threads metric value unit`.
class Program {
public:
    /// Starts the program anew, to know when it began and under what environment. Leaves it where
    /// the arguments are wrong.
    Program(int argc, char** argv, std::string_view workloads, ThreadsBy by);

    const std::string& workload() const noexcept { return workload_; }
    const std::string& variant() const noexcept { return variant_; }
    int threads() const noexcept { return threads_; }

    void report(std::string_view metric, double value, std::string_view unit) const;
    /// Time from the start of the process until now.
    void report_first() const;
    void report_step(const Time& time) const;
    /// The most memory that the process has held.
    void report_peak() const;
    /// All of that: the first step, its time once warm, how often it allocates, the peak.
    Time run(const std::function<void()>& step) const;
    /// Samples a second, where f computes `samples`.
    void run_rate(std::string_view metric, long samples, const std::function<void()>& f) const;
    /// Says that there is no such workload or variant.
    [[noreturn]] void refuse() const;

private:
    std::string name_, workload_, variant_;
    std::string_view workloads_;
    int threads_ = 1;
    double started_ = 0;
};

}  // namespace bench

// Shared by the benchmark programs: arguments, the clock, memory, and one line for each result.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace bench {

/// Seconds of one call.
struct Time {
    double median, least;
};

/// Calls `step` in rounds of at least 40 ms, for about half a second. The environment variable
/// SHIKUMI_BENCH_STEPS=N makes N calls without a clock, for profilers and instruction counters.
Time measure(const std::function<void()>& step);

/// Number of calls of malloc and its relatives that the process has made.
long allocations() noexcept;

/// The number of threads is set by the program itself, or by the environment variables that
/// OpenBLAS and OpenMP read at load time.
enum class ThreadsBy { program, environment };

/// A program that runs one workload in a process of its own: PROGRAM WORKLOAD THREADS [VARIANT].
/// It prints lines of `workload threads metric value unit`.
class Program {
public:
    /// Restarts the program by execv with a known start time and environment. Exits with 2 if the
    /// arguments are wrong.
    Program(int argc, char** argv, std::string_view workloads, ThreadsBy by);

    const std::string& workload() const noexcept { return workload_; }
    const std::string& variant() const noexcept { return variant_; }
    int threads() const noexcept { return threads_; }

    void report(std::string_view metric, double value, std::string_view unit) const;
    /// Reports the time from the start of the process until now.
    void report_first() const;
    void report_step(const Time& time) const;
    /// Reports the peak memory of the process.
    void report_peak() const;
    /// Runs `step` and reports all metrics: first result, warm time, allocations, peak memory.
    Time run(const std::function<void()>& step) const;
    /// Reports samples a second, where a call of f computes `samples`.
    void run_rate(std::string_view metric, long samples, const std::function<void()>& f) const;
    /// Prints the usage and exits with 2.
    [[noreturn]] void refuse() const;

private:
    std::string name_, workload_, variant_;
    std::string_view workloads_;
    int threads_ = 1;
    double started_ = 0;
};

}  // namespace bench

#include "program.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace bench {

namespace {

constexpr const char* kStarted = "SHIKUMI_BENCH_STARTED";
constexpr const char* kSteps = "SHIKUMI_BENCH_STEPS";

// Seconds on a clock shared by all processes.
double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

double seconds_of(const std::function<void()>& step, long calls) {
    const double start = now();
    for (long i = 0; i < calls; ++i) step();
    return (now() - start) / static_cast<double>(calls);
}

}  // namespace

Time measure(const std::function<void()>& step) {
    if (const char* steps = std::getenv(kSteps)) {
        for (long i = std::atol(steps); i > 0; --i) step();
        return {0, 0};
    }
    constexpr double round = 0.04;
    double one = seconds_of(step, 2);
    if (one < 1e-3) one = seconds_of(step, std::max(10L, static_cast<long>(2e-3 / one)));
    const long calls = std::max(1L, static_cast<long>(round / one));
    std::vector<double> times(one < 0.1 ? 11 : 5);
    for (double& time : times) time = seconds_of(step, calls);
    std::sort(times.begin(), times.end());
    return {times[times.size() / 2], times.front()};
}

Program::Program(int argc, char** argv, std::string_view workloads, ThreadsBy by)
    : name_(std::filesystem::path(argv[0]).filename()), workloads_(workloads) {
    if (argc > 1) workload_ = argv[1];
    threads_ = argc > 2 ? std::atoi(argv[2]) : 0;
    if (argc > 3) variant_ = argv[3];
    if (threads_ < 1 || argc > 4) refuse();

    if (std::getenv(kSteps)) {  // a profiler does not follow execv
        started_ = now();
        return;
    }
    // execv keeps the process id, so the mark tells our own value from another process's.
    const std::string mark = std::to_string(getpid()) + ' ';
    if (const char* started = std::getenv(kStarted)) {
        if (std::string_view(started).substr(0, mark.size()) == mark) {
            started_ = std::strtod(started + mark.size(), nullptr);
            return;
        }
    }
    if (by == ThreadsBy::environment) {
        for (const char* name : {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"})
            setenv(name, argv[2], 1);
    }
    setenv(kStarted, (mark + std::to_string(now())).c_str(), 1);
    execv("/proc/self/exe", argv);
    std::perror(argv[0]);
    std::exit(1);
}

void Program::refuse() const {
    std::fprintf(stderr, "usage: %s WORKLOAD THREADS [VARIANT]\n%.*s\n", name_.c_str(),
                 static_cast<int>(workloads_.size()), workloads_.data());
    std::exit(2);
}

void Program::report(std::string_view metric, double value, std::string_view unit) const {
    std::printf("%s %d %.*s %.5g %.*s\n", workload_.c_str(), threads_,
                static_cast<int>(metric.size()), metric.data(), value,
                static_cast<int>(unit.size()), unit.data());
    std::fflush(stdout);
}

void Program::report_first() const { report("first", (now() - started_) * 1e3, "ms"); }

void Program::report_step(const Time& time) const {
    report("step", time.median * 1e6, "us");
    report("step_min", time.least * 1e6, "us");
}

void Program::report_peak() const {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    report("rss_peak", static_cast<double>(usage.ru_maxrss) / 1024, "MiB");
}

Time Program::run(const std::function<void()>& step) const {
    step();
    report_first();
    const Time time = measure(step);
    report_step(time);
    constexpr int steps = 10;
    const long before = allocations();
    for (int i = 0; i < steps; ++i) step();
    report("allocations", static_cast<double>(allocations() - before) / steps, "a_step");
    report_peak();
    return time;
}

void Program::run_rate(std::string_view metric, long samples,
                       const std::function<void()>& f) const {
    report(metric, static_cast<double>(samples) / measure(f).median, "samples/s");
}

}  // namespace bench

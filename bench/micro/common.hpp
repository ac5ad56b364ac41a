// Shared by the micro benchmarks.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string>
#include <vector>

#include <shikumi/autograd/kernels/detail/blas_kernels.hpp>
#include <shikumi/shikumi.hpp>

namespace bench {

/// Random values, already evaluated.
inline shikumi::Tensor drawn(const shikumi::Shape& shape, double low = 0, double high = 1,
                             shikumi::DType dtype = shikumi::f32) {
    static shikumi::Generator rng(1);
    const shikumi::Tensor x = random_uniform(shape, rng, low, high, dtype);
    evaluate(x);
    return x;
}

/// Bytes that memcpy reads and writes in a second when it copies `bytes` repeatedly.
inline double copy_rate(std::size_t bytes) {
    using Clock = std::chrono::steady_clock;
    std::vector<char> from(bytes, 1), to(bytes);
    const std::size_t calls = 1 + (std::size_t{1} << 20) / bytes;
    double best = 0;
    for (int round = 0; round < 50; ++round) {
        const auto start = Clock::now();
        for (std::size_t i = 0; i < calls; ++i) {
            std::memcpy(to.data(), from.data(), bytes);
            benchmark::ClobberMemory();
        }
        const std::chrono::duration<double> took = Clock::now() - start;
        best = std::max(best, 2.0 * static_cast<double>(bytes * calls) / took.count());
    }
    return best;
}

/// Shows the `bytes` that an iteration reads and writes as GB/s and as a fraction of memcpy's rate.
inline void count_bytes(benchmark::State& state, double bytes, double copy_rate) {
    using benchmark::Counter;
    state.counters["GB"] = Counter(bytes * 1e-9, Counter::kIsIterationInvariantRate);
    state.counters["of_memcpy"] = Counter(bytes / copy_rate, Counter::kIsIterationInvariantRate);
}

/// Shows an iteration's floating-point operations a second.
inline void count_flops(benchmark::State& state, double flops) {
    state.counters["flop"] =
        benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate);
}

/// Shows an iteration's time divided by `parts`, in seconds with an SI prefix.
inline void count_each(benchmark::State& state, const char* part, double parts) {
    state.counters[std::string("per_") + part] = benchmark::Counter(
        parts, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

/// Runs the registered benchmarks with the options of the command line. Names OpenBLAS's kernels
/// above the figures.
inline int run(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    benchmark::AddCustomContext("OpenBLAS's kernels", shikumi::kernels::detail::blas_kernels());
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}

}  // namespace bench

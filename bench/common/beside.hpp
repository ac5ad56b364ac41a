// Times of a thing done in several ways, each beside the usual one.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <vector>

namespace bench {

/// Seconds that f takes.
inline double seconds(const std::function<void()>& f) {
    const auto start = std::chrono::steady_clock::now();
    f();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The middle one, the upper of two.
inline double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

/// Medians of the times of one way, and of their ratios to the usual one.
struct BesideUsual {
    double seconds, ratio;
};
/// Medians over all rounds.
struct Comparison {
    double usual;                   ///< seconds of the usual way
    std::vector<BesideUsual> ways;  ///< in order
};

/// Runs each way once a round, between two runs of the usual one: its ratio is to the mean of both,
/// since machines get warm.
inline Comparison compare_beside(const std::function<void()>& usual,
                                 const std::vector<std::function<void()>>& ways, int rounds) {
    std::vector<double> usual_times;
    std::vector<std::vector<double>> times(ways.size()), ratios(ways.size());
    for (int round = 0; round < rounds; ++round) {
        usual_times.push_back(seconds(usual));
        for (std::size_t i = 0; i < ways.size(); ++i) {
            const double time = seconds(ways[i]);
            const double again = seconds(usual);
            times[i].push_back(time);
            ratios[i].push_back(2 * time / (usual_times.back() + again));
            usual_times.push_back(again);
        }
    }
    Comparison all{median(usual_times), {}};
    for (std::size_t i = 0; i < ways.size(); ++i)
        all.ways.push_back({median(times[i]), median(ratios[i])});
    return all;
}

}  // namespace bench

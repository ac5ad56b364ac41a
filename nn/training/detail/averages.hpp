// Averages: the means of an epoch.
#pragma once

#include <vector>

#include <shikumi/nn/training/history.hpp>

namespace shikumi::nn::detail {

/// Running means of the logs of steps, weighted by the number of samples or steps behind each.
class Averages {
public:
    /// Forgets the values, not the names.
    void restart();
    /// Adds the means over a batch of so many samples.
    void add(const Logs& logs, double samples);
    /// The means so far; 0 where nothing has counted.
    const Logs& means();

private:
    struct Sum {
        double values = 0, count = 0;
    };
    std::vector<Sum> sums_;
    Logs means_;
};

}  // namespace shikumi::nn::detail

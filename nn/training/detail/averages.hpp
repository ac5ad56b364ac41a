// Averages: the means of an epoch.
#pragma once

#include <vector>

#include <shikumi/nn/callbacks/logs.hpp>
#include <shikumi/nn/state_fields.hpp>

namespace shikumi::nn::detail {

/// Running means of the logs of steps, weighted by the number of samples or steps behind each.
/// Numbers that are of all batches already are taken as they are.
class Averages {
public:
    /// Forgets everything.
    void restart();
    /// Adds the means over a batch of so many samples.
    void add(const Logs& logs, double samples);
    /// Visits the sums.
    void visit_state(StateFields& fields);
    /// The means so far; 0 where nothing has counted.
    const Logs& means() const;

private:
    struct Sum {
        double values = 0, count = 0;
    };
    std::vector<Sum> sums_;
    mutable Logs means_;
    mutable bool current_ = true;  // the means are those of the sums
};

}  // namespace shikumi::nn::detail

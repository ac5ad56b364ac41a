// What a training reports.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/shape.hpp>

namespace shikumi::nn {

/// Named numbers in the order in which they are shown: loss, metrics, then the same of the
/// validation data with "val_" before them.
class Logs {
public:
    void add(std::string name, double value) {
        entries_.emplace_back(std::move(name), value);
        counts_.push_back(-1);
    }
    /// Throws ValueError that lists the names where there is no such number.
    double operator[](std::string_view name) const;
    std::size_t size() const noexcept { return entries_.size(); }
    auto begin() const noexcept { return entries_.begin(); }
    auto end() const noexcept { return entries_.end(); }

    /// Gives number `i` another value.
    void set(std::size_t i, double value) { entries_[i].second = value; }
    /// How many samples or steps number `i` is a mean over, and so how much it counts in an epoch's
    /// mean; the samples of the batch unless it is set.
    void set_count(std::size_t i, double count) { counts_[i] = count; }
    double count(std::size_t i, double samples) const {
        return counts_[i] < 0 ? samples : counts_[i];
    }

private:
    std::vector<std::pair<std::string, double>> entries_;
    std::vector<double> counts_;  // negative where it isn't set
};

/// What a hook is shown at the end of an epoch; it may set `stop`.
struct EpochLog {
    int epoch;  ///< from 0
    Logs logs;
    bool stop = false;
};

/// What `fit` gives back, as Keras's History.
struct History {
    std::vector<int> epoch;                              ///< 0, 1, …
    std::map<std::string, std::vector<double>> history;  ///< one number an epoch
    struct Params {
        int verbose = 0, epochs = 0;
        Index steps = 0;
    } params;
};

}  // namespace shikumi::nn

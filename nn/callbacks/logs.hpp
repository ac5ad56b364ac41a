// What a training reports.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/shape.hpp>

namespace shikumi::nn {

/// Named numbers in the order in which they are shown: the loss, the metrics, then the same for the
/// validation data with "val_" before the names.
class Logs {
public:
    /// Adds a number at the end.
    void add(std::string name, double value) {
        entries_.emplace_back(std::move(name), value);
        counts_.push_back(-1);
    }
    /// The number of this name. Throws ValueError that lists the names where there is none.
    double operator[](std::string_view name) const;
    /// How many numbers there are.
    std::size_t size() const noexcept { return entries_.size(); }
    /// The first pair of name and number.
    auto begin() const noexcept { return entries_.begin(); }
    /// Behind the last pair of name and number.
    auto end() const noexcept { return entries_.end(); }

    /// Gives number `i` another value.
    void set(std::size_t i, double value) { entries_[i].second = value; }
    /// Says how many samples or steps number `i` is a mean over, which is its weight in the mean of
    /// an epoch. Unless it is set, that is the number of samples in the batch.
    void set_count(std::size_t i, double count) { counts_[i] = count; }
    /// The count of number `i`; `samples` where it wasn't set.
    double count(std::size_t i, double samples) const {
        return counts_[i] < 0 ? samples : counts_[i];
    }

private:
    std::vector<std::pair<std::string, double>> entries_;
    std::vector<double> counts_;  // negative where it isn't set
};

/// What a hook is shown at the end of an epoch.
struct EpochLog {
    int epoch;          ///< from 0
    Logs logs;          ///< the means of the epoch
    bool stop = false;  ///< set it to end the training
};

/// What `fit` returns, as Keras's History.
struct History {
    std::vector<int> epoch;                              ///< 0, 1, …
    std::map<std::string, std::vector<double>> history;  ///< by name, one number an epoch
    /// How it was trained.
    struct Params {
        int verbose = 0;  ///< as in FitOptions
        int epochs = 0;   ///< as in FitOptions; fewer may have been trained
        Index steps = 0;  ///< batches an epoch
    } params;             ///< how it was trained
};

}  // namespace shikumi::nn

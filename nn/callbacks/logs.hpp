// Logs: what a batch, an epoch or an evaluation measured.
#pragma once

#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/shape.hpp>

namespace shikumi::nn {

class StateFields;

/// Named numbers in the order in which they are shown: the loss, the losses of the outputs, the
/// metrics, then the same for the validation data with "val_" before the names, then what callbacks
/// add.
class Logs {
public:
    /// Adds a number at the end.
    void add(std::string name, double value);
    /// Takes memory for so many numbers.
    void reserve(std::size_t count);
    /// The number of this name. Throws ValueError that lists the names where there is none.
    double operator[](std::string_view name) const;
    /// The number of this name; null where there is none.
    const double* find(std::string_view name) const noexcept;
    /// How many numbers there are.
    std::size_t size() const noexcept { return entries_.size(); }
    /// The first pair of name and number.
    auto begin() const noexcept { return entries_.begin(); }
    /// Behind the last pair of name and number.
    auto end() const noexcept { return entries_.end(); }

    /// The numbers alone, in order: what Keras returns unless it is asked for a dictionary.
    std::vector<double> values() const;
    /// The numbers sorted by name: Keras's `return_dict`.
    std::map<std::string, double> by_name() const;

    /// Gives number `i` another value.
    void set(std::size_t i, double value) { entries_[i].second = value; }
    /// Gives the number of this name another value, or adds it.
    void set(std::string_view name, double value);
    /// Says how many samples or steps number `i` is a mean over, which is its weight in the mean of
    /// an epoch. Unless it is set, that is the number of samples in the batch.
    void set_count(std::size_t i, double count) { counts_[i] = count; }
    /// The count of number `i`; `samples` where it wasn't set.
    double count(std::size_t i, double samples) const {
        return counts_[i] < 0 ? samples : counts_[i];
    }
    /// Says that number `i` is of all batches since the epoch began, and not of one alone: that of
    /// the last batch is the epoch's.
    void set_running(std::size_t i) { counts_[i] = std::numeric_limits<double>::infinity(); }
    /// Whether number `i` is of all batches since the epoch began.
    bool running(std::size_t i) const noexcept {
        return counts_[i] == std::numeric_limits<double>::infinity();
    }
    /// Visits names and numbers, without counts: of an epoch that is at its end.
    void visit_state(StateFields& fields);

private:
    std::vector<std::pair<std::string, double>> entries_;
    std::vector<double> counts_;  // negative where it isn't set
};

}  // namespace shikumi::nn

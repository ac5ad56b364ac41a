// Curves: how the numbers of a training have changed.
#pragma once

#include <string_view>
#include <vector>

#include <shikumi/nn/callbacks/logs.hpp>
#include <shikumi/nn/state_fields.hpp>
#include <shikumi/plot/line_chart.hpp>

namespace shikumi::nn {

/// How the numbers of a training have changed from epoch to epoch: a line for each name.
class Curves {
public:
    /// Adds a number that was measured after so many epochs.
    void add(double epochs, std::string_view name, double value);
    /// Adds numbers that were measured after so many epochs.
    void add(double epochs, const Logs& logs);

    /// Whether there are none.
    bool empty() const noexcept { return lines_.empty(); }
    /// A chart for each measure, beginning with the loss and ending with the learning rate; what
    /// was measured in training and in validation lie in one. A measure that falls by more than two
    /// powers of ten has a logarithmic scale. Measures that were never finite have no chart.
    std::vector<plot::LineChart> charts() const;
    /// A line for each name, in the order in which they came.
    const std::vector<plot::Series>& lines() const noexcept { return lines_; }
    /// The last value of a name; NaN where there is none.
    double last(std::string_view name) const;
    /// Visits what is to be kept.
    void visit_state(StateFields& fields);

private:
    std::vector<plot::Series> lines_;
};

}  // namespace shikumi::nn

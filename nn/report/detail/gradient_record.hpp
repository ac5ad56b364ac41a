// GradientRecord: how large the gradients of a training were.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <shikumi/nn/callbacks/logs.hpp>
#include <shikumi/nn/state_fields.hpp>
#include <shikumi/plot/line_chart.hpp>

namespace shikumi::nn::detail {

/// The norms of the gradients in some steps, of all weights and of each layer.
class GradientRecord {
public:
    /// Adds the norms of the gradients of the weights after so many epochs.
    void add(double epochs, const Logs& norms);
    /// Whether there are none.
    bool empty() const noexcept { return steps_.empty(); }
    /// Norms by epoch: that of all weights, and of six layers at most, evenly chosen.
    plot::LineChart chart() const;
    /// Visits what is to be kept.
    void visit_state(StateFields& fields);

private:
    std::vector<double> steps_;                            // in epochs
    std::vector<std::string> layers_;                      // in order
    std::map<std::string, std::vector<double>> of_layer_;  // squares of norms
};

}  // namespace shikumi::nn::detail

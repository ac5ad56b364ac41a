// run_report: the page that shows how a training went.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/nn/callbacks/curves.hpp>
#include <shikumi/nn/callbacks/run.hpp>
#include <shikumi/nn/report/detail/gradient_record.hpp>

namespace shikumi::nn::detail {

/// What is remembered of a training for its report.
struct RunRecord {
    std::string started;                    ///< when it began: "2026-03-31 18:30:00"
    double seconds = 0;                     ///< how long it has taken
    int epochs = 0;                         ///< how many it has trained
    Curves curves = {};                     ///< the logs, and the learning rate
    GradientRecord gradients = {};          ///< in some of the steps
    std::string monitor = {};               ///< the number that says which weights are the best
    std::optional<double> best = {};        ///< its best value
    int best_epoch = 0;                     ///< the epoch that gave it, from 1
    std::vector<std::string> classes = {};  ///< their names
    Config config = {};                     ///< of model and training
    std::vector<std::string> files = {};    ///< beside the page
};

/// The page. `over`: the training has ended, so that the model is asked what it says of the
/// validation data, of 10,000 samples at most. What can't be drawn of a model is left out.
std::string run_report(const RunRecord& record, const Run& run, bool over);

/// A time for people: "21 s", "3 min 20 s", "1 h 5 min".
std::string time_text(double seconds);

}  // namespace shikumi::nn::detail

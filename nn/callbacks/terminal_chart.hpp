// terminal_chart: the curves of a training in text.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <shikumi/nn/callbacks/progress.hpp>

namespace shikumi::nn {

/// The curves of a training in text, for Progress: the loss and, on a terminal of 72 columns or
/// more, the next measure beside it. The running epoch is the last point.
///
///     model.fit(x, y, {.callbacks = {nn::Progress({.chart = nn::terminal_chart()})}});
///
/// There is none before the first number, and none where there is no room for 20 columns and 5
/// rows.
std::function<std::vector<std::string>(const ProgressMoment&)> terminal_chart();

}  // namespace shikumi::nn

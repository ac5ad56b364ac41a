// plot_history: the curves of a training as a picture.
#pragma once

#include <string>

#include <shikumi/nn/callbacks/curves.hpp>
#include <shikumi/nn/training/history.hpp>
#include <shikumi/plot/svg.hpp>

namespace shikumi::nn {

/// The numbers of a history by epoch. What was measured more rarely than each epoch stands at equal
/// distances, since a history doesn't say when it was.
Curves curves_of(const History& history);

/// The curves of a training as a picture: a chart for each measure, with training and validation,
/// beginning with the loss and ending with the learning rate where it was logged.
///
///     nn::plot_history(model.fit(x, y, {.epochs = 20})).write("history.svg");
///
/// Throws ValueError where there is no finite number.
plot::Svg plot_history(const History& history, const std::string& title = {});

}  // namespace shikumi::nn

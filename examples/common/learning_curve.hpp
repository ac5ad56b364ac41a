// The history of a training as charts.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <shikumi/nn/training/history.hpp>

namespace examples {

// Draws the loss and the accuracy of each epoch, in training and on held-out data, into
// FOLDER/NAME-loss.svg and FOLDER/NAME-accuracy.svg, and returns these paths. Missing metrics are
// left out. Throws shikumi::IoError.
std::vector<std::filesystem::path> write_learning_curve(const shikumi::nn::History& history,
                                                        const std::filesystem::path& folder,
                                                        const std::string& name);

}  // namespace examples

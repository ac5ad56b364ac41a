// MNIST on the terminal: downloads the files and shows how well a model reads the digits.
#pragma once

#include <shikumi/shikumi.hpp>

#include "options.hpp"

namespace examples {

// Downloads missing files and prints their names; on a terminal also the progress.
shikumi::datasets::Mnist load_digits(const Options& options);

// Prints the accuracy, the confusion table, and some digits that were read right and wrong.
void show_digits(const shikumi::datasets::Images& test, const shikumi::Tensor& predictions);

}  // namespace examples

// MNIST on the terminal: fetching it, and showing how well its digits were read.
#pragma once

#include <shikumi/shikumi.hpp>

#include "options.hpp"

namespace examples {

// Says which files it fetches, where they aren't there yet; on a terminal also how much has come.
shikumi::datasets::Mnist load_digits(const Options& options);

// The accuracy, the table of confusions, and some digits that were read right and wrong.
void show_digits(const shikumi::datasets::Images& test, const shikumi::Tensor& predictions);

}  // namespace examples

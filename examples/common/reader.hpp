// A network that reads digits, trained: what deploy_c and deploy_web carry to other places.
#pragma once

#include <shikumi/shikumi.hpp>

#include "options.hpp"

namespace examples {

// Whole numbers (N, 28, 28) as the network takes them: (N, 28, 28, 1) from 0 to 1.
shikumi::Tensor as_pictures(const shikumi::Tensor& images);

// Trains the network of mnist_cnn as the command line says.
shikumi::nn::Sequential trained_reader(const shikumi::datasets::Images& train,
                                       const Options& options);

}  // namespace examples

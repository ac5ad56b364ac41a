// Every optimiser.
#pragma once

#include <shikumi/optim/adadelta.hpp>
#include <shikumi/optim/adagrad.hpp>
#include <shikumi/optim/adam.hpp>
#include <shikumi/optim/adamax.hpp>
#include <shikumi/optim/ftrl.hpp>
#include <shikumi/optim/lion.hpp>
#include <shikumi/optim/nadam.hpp>
#include <shikumi/optim/optimizer.hpp>
#include <shikumi/optim/rmsprop.hpp>
#include <shikumi/optim/schedules.hpp>
#include <shikumi/optim/sgd.hpp>

/// Optimisers and learning-rate schedules, by Keras's formulas.
namespace shikumi::optim {}

// Every optimiser.
#pragma once

#include <shikumi/optim/adadelta.hpp>
#include <shikumi/optim/adafactor.hpp>
#include <shikumi/optim/adagrad.hpp>
#include <shikumi/optim/adam.hpp>
#include <shikumi/optim/adamax.hpp>
#include <shikumi/optim/asgd.hpp>
#include <shikumi/optim/configs.hpp>
#include <shikumi/optim/ftrl.hpp>
#include <shikumi/optim/lamb.hpp>
#include <shikumi/optim/lbfgs.hpp>
#include <shikumi/optim/lion.hpp>
#include <shikumi/optim/muon.hpp>
#include <shikumi/optim/nadam.hpp>
#include <shikumi/optim/names.hpp>
#include <shikumi/optim/optimizer.hpp>
#include <shikumi/optim/plateau.hpp>
#include <shikumi/optim/radam.hpp>
#include <shikumi/optim/rmsprop.hpp>
#include <shikumi/optim/rprop.hpp>
#include <shikumi/optim/schedule_free_adamw.hpp>
#include <shikumi/optim/scheduled.hpp>
#include <shikumi/optim/schedules.hpp>
#include <shikumi/optim/sgd.hpp>

/// Optimisers and learning-rate schedules, by Keras's formulas and in `torch` by PyTorch's.
namespace shikumi::optim {}

/// Optimisers whose formula or defaults in PyTorch differ from Keras's of the same name. Options
/// keep this library's names: `learning_rate` is PyTorch's `lr`, `beta_1` its `betas[0]`, `epsilon`
/// its `eps`.
namespace shikumi::optim::torch {}

// Every optimiser.
#pragma once

#include <shikumi/optim/adam.hpp>
#include <shikumi/optim/optimizer.hpp>
#include <shikumi/optim/sgd.hpp>

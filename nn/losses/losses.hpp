// All losses.
#pragma once

#include <shikumi/nn/losses/circle.hpp>
#include <shikumi/nn/losses/configs.hpp>
#include <shikumi/nn/losses/crossentropy.hpp>
#include <shikumi/nn/losses/ctc.hpp>
#include <shikumi/nn/losses/focal.hpp>
#include <shikumi/nn/losses/hinge.hpp>
#include <shikumi/nn/losses/loss.hpp>
#include <shikumi/nn/losses/names.hpp>
#include <shikumi/nn/losses/overlap.hpp>
#include <shikumi/nn/losses/probabilistic.hpp>
#include <shikumi/nn/losses/regression.hpp>
#include <shikumi/nn/losses/targets.hpp>

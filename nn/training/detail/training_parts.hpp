// TrainingParts: what a training consists of.
#pragma once

#include <shikumi/nn/callbacks/detail/callback_list.hpp>
#include <shikumi/nn/callbacks/run.hpp>
#include <shikumi/nn/training/detail/epoch_state.hpp>
#include <shikumi/nn/training/detail/feed.hpp>
#include <shikumi/nn/training/trainable.hpp>

namespace shikumi::nn::detail {

/// What a training consists of, for its state.
struct TrainingParts {
    Trainable& model;
    Run& run;
    EpochState& now;
    Epochs& training;
    Epochs* validation;  ///< null: there is none
    const CallbackList& callbacks;
};

}  // namespace shikumi::nn::detail

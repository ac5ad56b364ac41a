// TrainingParts: what a training consists of.
#pragma once

#include <memory>

#include <shikumi/nn/callbacks/detail/callback_list.hpp>
#include <shikumi/nn/callbacks/run.hpp>
#include <shikumi/nn/training/detail/epoch_state.hpp>
#include <shikumi/nn/training/detail/feed.hpp>
#include <shikumi/nn/training/trainable.hpp>

namespace shikumi::nn::detail {

/// What callbacks have done beside a training, which waits for it in its end.
class Errands {
public:
    Errands() = default;
    Errands(const Errands&) = delete;
    Errands& operator=(const Errands&) = delete;
    /// Waits, and forgets what they have thrown.
    virtual ~Errands() = default;
    /// Waits until all are done. Throws what one of them has thrown.
    virtual void finish() = 0;
};

/// What a training consists of, for its state.
struct TrainingParts {
    Trainable& model;
    Run& run;
    EpochState& now;
    Epochs& training;
    Epochs* validation;  ///< null: there is none
    const CallbackList& callbacks;
    std::unique_ptr<Errands>& errands;  ///< null: there are none
};

}  // namespace shikumi::nn::detail

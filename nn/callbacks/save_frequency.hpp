// SaveFrequency: how often a training is saved.
#pragma once

#include <shikumi/autograd/core/shape.hpp>
#include <shikumi/nn/state_fields.hpp>

namespace shikumi::nn {

/// How often a callback saves: after each epoch, or after so many batches, counted over the epochs
/// as Keras does.
class SaveFrequency {
public:
    /// After each epoch.
    SaveFrequency() = default;
    /// After each n-th batch. Throws ValueError unless it is positive.
    SaveFrequency(Index batches);

    /// Whether it is after each epoch.
    bool each_epoch() const noexcept { return batches_ == 0; }
    /// Counts a batch: true where it is one to save after.
    bool due() noexcept;
    /// Visits the count.
    void visit_state(StateFields& fields) { fields("batches_since", since_); }

private:
    Index batches_ = 0;  // 0: after each epoch
    Index since_ = 0;
};

}  // namespace shikumi::nn

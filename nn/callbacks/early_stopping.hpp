// EarlyStopping: ends a training that gets no better.
#pragma once

#include <optional>
#include <string>

#include <shikumi/nn/callbacks/callback.hpp>
#include <shikumi/nn/callbacks/monitor.hpp>

namespace shikumi::nn {

/// What EarlyStopping can be given.
struct EarlyStoppingOptions {
    std::string monitor = "val_loss";  ///< the number of the logs that is to become better
    double min_delta = 0;              ///< a change of at most this size is none
    int patience = 0;                  ///< epochs without improvement that end the training
    int verbose = 0;                   ///< 1: say so
    MonitorMode mode = MonitorMode::automatic;  ///< which values are better
    /// A value that must be beaten, too, for an epoch to count as an improvement.
    std::optional<double> baseline = {};
    bool restore_best_weights = false;  ///< whether the best epoch's weights come back at the end
    int start_from_epoch = 0;           ///< the first epoch that counts
};

/// Ends the training once `patience` epochs in a row have brought no improvement. As in Keras, the
/// first epoch never ends it, and the best weights come back even if it wasn't ended early.
class EarlyStopping : public Callback {
public:
    /// Throws ValueError for a negative patience or start.
    explicit EarlyStopping(const EarlyStoppingOptions& options = {});
    /// The epoch after which training was ended; 0 where it wasn't.
    int stopped_epoch() const;
    /// The best value so far; absent before the first epoch that counts.
    std::optional<double> best() const;
    /// The epoch of the best value.
    int best_epoch() const;
    /// Epochs since the last improvement.
    int wait() const;

private:
    struct State;
    State& state() const;
};

}  // namespace shikumi::nn

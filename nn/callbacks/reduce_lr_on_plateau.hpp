// ReduceLROnPlateau: makes the learning rate smaller where training gets no better.
#pragma once

#include <optional>
#include <string>

#include <shikumi/nn/callbacks/callback.hpp>
#include <shikumi/nn/callbacks/monitor.hpp>

namespace shikumi::nn {

/// What ReduceLROnPlateau can be given.
struct ReduceLROnPlateauOptions {
    std::string monitor = "val_loss";           ///< the number of the logs that is to become better
    double factor = 0.1;                        ///< what the rate is multiplied by, below 1
    int patience = 10;                          ///< epochs without improvement that make it smaller
    int verbose = 0;                            ///< 1: say so
    MonitorMode mode = MonitorMode::automatic;  ///< which values are better
    double min_delta = 1e-4;                    ///< a change of at most this size is none
    int cooldown = 0;                           ///< epochs after a change that don't count
    double min_lr = 0;                          ///< the rate never becomes smaller
};

/// Multiplies the learning rate by `factor` once `patience` epochs have brought no improvement, and
/// logs the rate of each epoch as "learning_rate". As in Keras, the epoch in which the cooldown
/// ends counts.
class ReduceLROnPlateau : public Callback {
public:
    /// Throws ValueError unless 0 <= factor < 1, and for a negative patience, cooldown or min_lr.
    explicit ReduceLROnPlateau(const ReduceLROnPlateauOptions& options = {});
    /// The best value so far; absent before the first epoch.
    std::optional<double> best() const;
    /// Epochs since the last improvement or change.
    int wait() const;
    /// Epochs of the cooldown that are left.
    int cooldown_counter() const;

private:
    struct State;
    State& state() const;
};

}  // namespace shikumi::nn

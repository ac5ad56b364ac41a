// ModelCheckpoint: saves a model while it is trained.
#pragma once

#include <optional>
#include <string>

#include <shikumi/nn/callbacks/callback.hpp>
#include <shikumi/nn/callbacks/monitor.hpp>
#include <shikumi/nn/callbacks/save_frequency.hpp>

namespace shikumi::nn {

/// What ModelCheckpoint can be given.
struct ModelCheckpointOptions {
    std::string monitor = "val_loss";           ///< the number of the logs that is to become better
    int verbose = 0;                            ///< 1: say so
    bool save_best_only = false;                ///< save only where that number is the best so far
    bool save_weights_only = false;             ///< save the weights without anything else
    MonitorMode mode = MonitorMode::automatic;  ///< which values are better
    SaveFrequency save_freq = {};               ///< after each epoch, or after each n-th batch
    std::optional<double> initial_value_threshold = {};  ///< a value that must be beaten first
    int keep = 0;  ///< how many of its files stay, the last ones; 0: all
};

/// Saves the model after epochs or batches. The name of the file may have fields, such as
/// "digits-{epoch:02d}-{val_loss:.2f}.safetensors": the number of the epoch, that of the batch
/// where it saves after batches, both from 1, and numbers of the logs. As in Keras, the best value
/// is remembered from one training to the next, and where the number that it monitors isn't logged,
/// each model is saved.
///
/// The model as it is then is written while the training goes on: the file is there by
/// `on_train_end`, and at the latest when the second one after it is saved. An error in writing it
/// ends the training at one of these moments.
class ModelCheckpoint : public Callback {
public:
    /// The file must end in ".safetensors", ".keras" or ".h5", and in ".weights.safetensors" or
    /// ".weights.h5" where weights alone are saved, and is written as by `save` or `save_weights`:
    /// throws ValueError otherwise, and for a form of a field that isn't known. Training
    /// throws ValueError, before it begins, for a field that won't be logged; later IoError where a
    /// file can't be written, StateError and ValueError for a model that `save` refuses.
    explicit ModelCheckpoint(std::string path, const ModelCheckpointOptions& options = {});
    /// The best value so far; absent before the first one.
    std::optional<double> best() const;

private:
    struct State;
    State& state() const;
};

}  // namespace shikumi::nn

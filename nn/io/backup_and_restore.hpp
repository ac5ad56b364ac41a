// BackupAndRestore: Keras's way to go on with a training that was broken off.
#pragma once

#include <string>

#include <shikumi/nn/callbacks/callback.hpp>
#include <shikumi/nn/callbacks/save_frequency.hpp>

namespace shikumi::nn {

/// What BackupAndRestore can be given.
struct BackupAndRestoreOptions {
    SaveFrequency save_freq = {};    ///< after each epoch, or after each n-th batch
    bool double_checkpoint = false;  ///< keep the backup before the last one, in case that is lost
    bool delete_checkpoint = true;   ///< whether a training that has ended leaves no backup
};

/// Saves a model and its optimiser while it is trained. A training that finds a backup goes on from
/// it. As in Keras, an epoch that was broken off begins again, whichever batch the backup is of;
/// other callbacks, the order of the samples and the history begin anew. `FitOptions::resume`
/// goes on exactly.
class BackupAndRestore : public Callback {
public:
    /// Keeps the backup in this folder, which must belong to one training alone. Throws ValueError
    /// for an empty name. Training throws IoError where the backup can't be written or read,
    /// ValueError where it is of another model.
    explicit BackupAndRestore(std::string backup_dir, const BackupAndRestoreOptions& options = {});

private:
    struct State;
};

}  // namespace shikumi::nn

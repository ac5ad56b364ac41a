// BackupFile: what a training that was broken off goes on from.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <shikumi/nn/callbacks/run.hpp>
#include <shikumi/nn/state_fields.hpp>

namespace shikumi::nn::detail {

/// A file in a folder of its own, and perhaps the one before it.
class BackupFile {
public:
    /// Errors begin with `who`. Throws ValueError where the folder's name is empty.
    BackupFile(std::string who, const std::string& folder, std::string name);

    /// What was written last; nothing where there is none. Where the last file can't be read, it
    /// says so and takes the one before it. Throws IoError where that can't be read either, and
    /// where the folder can't be made.
    std::optional<SavedState> read(const Run& run) const;
    /// Writes the file beside the training, and perhaps keeps the one before it. Throws IoError,
    /// for this file or an earlier one.
    void write(const Run& run, SavedState state, bool keep_older) const;
    /// Removes the files, and the folder where nothing else is in it.
    void remove() const;

private:
    std::string who_;
    std::filesystem::path file_, older_;
};

}  // namespace shikumi::nn::detail

// Files that hold what a model, or a whole training, is at a moment.
#pragma once

#include <filesystem>
#include <string_view>

#include <shikumi/formats/tensor_file.hpp>
#include <shikumi/nn/state_fields.hpp>

namespace shikumi::nn::detail {

/// What a file holds.
struct StateFile {
    SavedState state;
    formats::Metadata about = {};  ///< other texts by names
};

/// Writes a safetensors file: the tensors as they are called, and in its metadata "shikumi", the
/// version of the format, "training", the values as JSON, checksums and the other texts. `keep`
/// older files stay. Errors begin with `who`: IoError where it can't be written.
void write_state(std::string_view who, const std::filesystem::path& path, const StateFile& file,
                 int keep = 0);
/// Reads such a file. Throws IoError for one that is missing, damaged, no such file, or of a newer
/// version.
StateFile read_state(std::string_view who, const std::filesystem::path& path);

}  // namespace shikumi::nn::detail

// Files that hold what a model, or a whole training, is at a moment.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include <shikumi/formats/tensor_file.hpp>
#include <shikumi/nn/state_fields.hpp>

namespace shikumi::nn::detail {

/// What a file holds.
struct StateFile {
    SavedState state;
    formats::Metadata about = {};  ///< other texts by names
};

/// What writes a safetensors file, for later and for any thread: the tensors as they are called and
/// with the values that they have now, and in its metadata "shikumi", the version of the format,
/// "training", the values as JSON, checksums and the other texts. `keep` older files stay. It
/// throws IoError that names `who` where the file can't be written.
std::function<void()> state_writing(std::string who, std::filesystem::path path, StateFile file,
                                    int keep = 0);
/// Reads such a file. Throws IoError for one that is missing, damaged, no such file, or of a newer
/// version.
StateFile read_state(std::string_view who, const std::filesystem::path& path);

}  // namespace shikumi::nn::detail

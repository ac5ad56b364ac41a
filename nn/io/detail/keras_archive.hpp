// A .keras file: an archive of a configuration and weights.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <shikumi/formats/hdf5_file.hpp>

namespace shikumi::nn::detail {

/// The version of Keras whose form our files have.
inline constexpr std::string_view keras_version = "3.15.0";

/// Whether a file begins as a zip archive does. Throws IoError where it can't be read.
bool is_zip(std::string_view who, const std::string& path);

/// A .keras file that has been read. Assets are passed over.
class KerasArchive {
public:
    /// Reads it. Errors begin with `who`: IoError, with path and member, for an archive that is
    /// damaged, lacks "config.json" or "model.weights.h5", or holds more than the budget allows.
    KerasArchive(std::string_view who, const std::string& path, const formats::FileBudget& budget);

    /// The text of config.json.
    const std::string& config() const noexcept { return config_; }
    /// The weights.
    const formats::Hdf5File& weights() const noexcept { return *weights_; }
    /// Members that mean nothing here, such as assets.
    const std::vector<std::string>& passed_over() const noexcept { return passed_over_; }

private:
    std::string config_;
    std::unique_ptr<std::byte[]> bytes_;
    std::unique_ptr<formats::Hdf5File> weights_;
    std::vector<std::string> passed_over_;
};

/// Writes a .keras file of a configuration and the bytes of its weights. Errors begin with `who`.
void write_keras_archive(std::string_view who, const std::string& path, const std::string& config,
                         std::string weights, int keep);

}  // namespace shikumi::nn::detail

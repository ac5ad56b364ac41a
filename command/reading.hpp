// Reading of models and tensors, whatever the format.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/formats/tensor_file.hpp>
#include <shikumi/nn/models/model.hpp>

#include "apart.hpp"
#include "command_line.hpp"

namespace command {

// The options of a process apart, which all subcommands have, and what they were given.
std::vector<Option> limit_options();
Limits limits_of(const Arguments& arguments);

// Whether a library that is known to crash on crafted files reads this one.
bool is_risky(const std::string& path);

// All of a small file.
std::string text_of(const std::string& path);

// What a model is made of by a file that may hold more; nothing for no file, "". Throws
// shikumi::IoError for a file that doesn't say it.
shikumi::Config read_architecture(const std::string& path, const Limits& limits);

// The model in a file. Where that holds weights alone, `architecture` says what the model is made
// of. Throws shikumi::Error, and BadUsage where nothing says it.
std::shared_ptr<shikumi::nn::Model> read_model(const std::string& path,
                                               const shikumi::Config& architecture,
                                               const Limits& limits);

// All tensors in a file, under the file's own names. Throws shikumi::IoError.
std::vector<shikumi::formats::NamedTensor> read_tensors(const std::string& path,
                                                        const Limits& limits);

}  // namespace command

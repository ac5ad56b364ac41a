// What is in a file, before its tensors are read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <shikumi/autograd/core/config.hpp>

#include "apart.hpp"

namespace command {

struct TensorInfo {
    std::string name;
    std::string dtype;  // by NumPy's name, as the file has it
    shikumi::Shape shape;
    std::int64_t bytes = 0;
};

struct Contents {
    std::string format;            // "safetensors"
    std::string holds;             // "model", "weights", "array", "architecture"
    std::int64_t bytes = 0;        // of the file
    shikumi::Config architecture;  // in Keras's terms; nothing where the file has none
    shikumi::Config compile;       // what `compile` was told; nothing where the file has none
    shikumi::Config metadata;      // other texts by names
    std::vector<TensorInfo> tensors;
    std::vector<std::string> passed_over;  // what is in the file and no reader takes
};

shikumi::Config to_config(const TensorInfo& tensor);
void from_config(const shikumi::Config& config, TensorInfo& tensor, std::string_view reading);
shikumi::Config to_config(const Contents& contents);

// Reads in this process. Throws shikumi::IoError where the file can't be read.
Contents contents_here(const std::string& path);

// Reads apart where that is risky. Throws shikumi::IoError where the file can't be read.
Contents read_contents(const std::string& path, const Limits& limits);

}  // namespace command

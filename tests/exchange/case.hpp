// A case: files that another framework wrote, and what a reader must make of them.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

#include <shikumi/formats/formats.hpp>

namespace shikumi::exchange {

using nlohmann::json;

/// A case that doesn't hold; the text says where.
struct Different : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A folder with its case.json.
struct Case {
    std::filesystem::path folder;
    json facts;

    /// A list that may be absent.
    const json& list(const char* name) const {
        static const json none = json::array();
        return facts.contains(name) ? facts.at(name) : none;
    }
};

/// Reads the tensors of a case, compares them and, where the case says so, writes them back. Throws
/// Different, or what the library throws.
void run_tensors(const Case& the_case);
/// Builds the model of a case, gives it the tensors and compares its outputs.
void run_model(const Case& the_case);
/// Reads the events of a case and compares them.
void run_events(const Case& the_case);
/// Reads Keras's files of a case, compares what is in them, and goes on from them.
void run_keras(const Case& the_case);
/// Reads one of Keras's files. Throws what the library throws, and Different where a model has
/// changed although its weights were refused.
void read_keras(const Case& the_case, const json& file);
/// Reads PyTorch's files of a case, compares what is in them, and goes on from them.
void run_torch(const Case& the_case);

/// Reads the ONNX file of a case, compares what it computes, and trains on.
void run_onnx(const Case& the_case);

/// Reads the layers-model of a case, compares what is in it, and writes it back.
void run_tfjs(const Case& the_case);

/// Opens the tensors of a file, whichever format it has. An .npy file has one, of its own name.
std::vector<formats::NamedTensor> tensors_in(const std::filesystem::path& file);

}  // namespace shikumi::exchange

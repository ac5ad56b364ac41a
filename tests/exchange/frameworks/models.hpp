// The models that are exchanged with other frameworks, and the files of one.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <shikumi/nn/models/model.hpp>

#include "exchange/case.hpp"

namespace shikumi::exchange {

/// A model, what it is called on, and how it goes on.
struct Exchanged {
    std::shared_ptr<nn::Model> model;
    std::vector<Tensor> inputs;
};

/// A model with each layer, and the random stacks, by names.
std::vector<std::pair<std::string, std::function<Exchanged()>>> all_models();

/// Trains the model for two steps where it has something to learn, by the optimiser of that number,
/// writes it in every format, and what it gives. PyTorch and Keras 2 may lack a layer. Returns the
/// facts: see there.
json write_model(const Exchanged& exchanged, std::size_t number,
                 const std::filesystem::path& folder);
/// Writes the model into a file and reads it: predictions are the same to the bit. Throws
/// Different; Skipped where the format doesn't hold the model, which the error has to say by the
/// layer's name.
void make_round_trip(const Exchanged& exchanged, const std::string& file);
/// Reads a file and compares predictions and the next steps of training with the facts. Throws
/// Different, or what the library throws.
void compare_file(const std::filesystem::path& folder, const std::string& file, const json& facts);
/// Reads an ONNX file as a model and as one layer, and compares predictions, also of single samples,
/// and plain gradient descent with the facts. Throws Different; Skipped where the library refuses
/// the graph.
void compare_onnx(const std::filesystem::path& folder, const std::string& file, const json& facts);

}  // namespace shikumi::exchange

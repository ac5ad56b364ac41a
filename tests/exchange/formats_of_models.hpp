// Models in files of any format, for what is tried with all of them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <shikumi/nn/models/model.hpp>

namespace shikumi::exchange {

/// A name of a file for each format: "model.keras", "model.weights.h5", ….
const std::vector<std::string>& model_files();
/// Whether a file of this name holds the optimiser's memory.
bool holds_training(const std::string& file);
/// Writes a model in the format that the name says. Throws as the library does.
void write_model_file(nn::Model& model, const std::string& file);
/// The model in a file; where that holds weights alone, the model of that architecture, as
/// JSON, with those weights.
std::shared_ptr<nn::Model> read_model_file(const std::string& file,
                                           const std::string& architecture);

}  // namespace shikumi::exchange

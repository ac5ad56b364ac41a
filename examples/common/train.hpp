// Training as the command line says.
#pragma once

#include <string>
#include <vector>

#include <shikumi/formats/tensor_file.hpp>
#include <shikumi/nn/models/model.hpp>

#include "options.hpp"

namespace examples {

// Trains a compiled model: epochs and batch size, from --load, on from --resume, to the end that
// --early-stopping sees, into --report and --save. `how` says the rest; the report calls classes by
// their names. --save has the whole model, or its weights where a file can't hold it, and --load
// takes the weights of either. Prints what was read and written.
shikumi::nn::History fit(shikumi::nn::Model& model, const shikumi::nn::TensorList& x,
                         const shikumi::nn::TensorList& y, const Options& options,
                         shikumi::nn::FitOptions how = {},
                         const std::vector<std::string>& class_names = {});

// Trains on the batches of a source, as above.
shikumi::nn::History fit(shikumi::nn::Model& model, shikumi::nn::BatchSource batches,
                         const Options& options, shikumi::nn::FitOptions how = {},
                         const std::vector<std::string>& class_names = {});

// Draws the history into OUT/PROGRAM-history.svg, unless nothing was trained, and prints that.
void write_history(const shikumi::nn::History& history, const Options& options);

// The values of parameters in a safetensors file, by their names, with texts about them: for
// programs with a loop of their own. Prints what was read or written. Throws shikumi::IoError.
void save(const std::vector<shikumi::Parameter>& parameters, const std::filesystem::path& file,
          const shikumi::formats::Metadata& metadata = {});
void load(std::vector<shikumi::Parameter> parameters, const std::filesystem::path& file);

}  // namespace examples

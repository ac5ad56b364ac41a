// What Keras's HDF5 files hold of a model: its weights and its optimiser's memory.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <shikumi/formats/hdf5_file.hpp>
#include <shikumi/nn/io/detail/keras_optimizer.hpp>
#include <shikumi/nn/io/state_dict.hpp>

namespace shikumi::nn::detail {

/// Gives the model its weights in the file. Errors begin with `who`. Throws IoError, with the
/// report, where `strict` wants more than what fits; no weight has changed then.
WeightsReport take_keras_weights(std::string_view who, Model& model, const formats::Hdf5File& file,
                                 bool strict);

/// The optimiser's variables in the file's order; none where it has none.
std::vector<KerasVariable> keras_variables_in(const formats::Hdf5File& file);

/// Adds the weights as a .weights.h5 file has them.
void add_weights(formats::Hdf5Content& content, const Model& model);
/// Adds the optimiser's memory to them.
void add_optimizer(formats::Hdf5Content& content, const optim::Optimizer& optimizer,
                   const std::vector<Parameter>& trained);
/// Adds the weights as older .h5 files have them, in the group `base`; "": the outermost.
void add_legacy_weights(formats::Hdf5Content& content, const Model& model, const std::string& base);
/// Adds the optimiser's memory to them.
void add_legacy_optimizer(formats::Hdf5Content& content, const optim::Optimizer& optimizer,
                          const Model& model);

}  // namespace shikumi::nn::detail

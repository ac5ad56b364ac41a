// The facts of a model that is exchanged stand in facts.json and .npy files beside the model's own:
//   files       the names of all files
//   refused     for formats that don't hold it: why
//   architecture  as Keras 3's to_json gives it
//   keras2      the same for Keras 2, unless that is refused
//   inputs, outputs, weights  names of .npy files, in order; weights as they are in the files
//   training    where there is one: targets, losses; optimizer in Keras's terms and weights_after,
//               or, for a graph, outputs_after, learning_rate of plain gradient descent, biases:
//               how many an LSTM has where it was trained, and as_operators: whether the operators
//               are trained to the same as they stand; Keras trains one of an LSTM's biases, and a
//               BatchNormalization there uses statistics that don't move
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "exchange/case.hpp"

namespace shikumi::exchange {

/// Of the largest number in an array: predictions, losses, weights after training.
constexpr double near = 2e-5, near_in_loss = 1e-4, near_after_steps = 2e-4;

/// Writes tensors as `name0.npy`, `name1.npy`, … and returns these names.
json write_arrays(const std::filesystem::path& folder, const std::string& name,
                  const std::vector<Tensor>& all);
/// The tensors in the .npy files of these names.
std::vector<Tensor> read_arrays(const std::filesystem::path& folder, const json& names);
/// Throws Different unless |got − expected| ≤ tolerance × max |expected| + 1e-6 × the largest number
/// of all that is expected: numbers that cancel in one array were rounded when they were as large
/// as those of the others.
void compare_all(const std::string& what, const std::vector<Tensor>& got,
                 const std::vector<Tensor>& expected, double tolerance);

}  // namespace shikumi::exchange

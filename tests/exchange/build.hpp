// The model of a case whose files hold no architecture.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <shikumi/nn/models/model.hpp>

#include "case.hpp"

namespace shikumi::exchange {

/// In which order Flatten takes the numbers of pictures with channels first.
enum class Flattening {
    theirs,  ///< in the framework's, so that a Dense behind it has the framework's rows
    ours,    ///< in that of channels last
};

/// The architecture of the case in Keras's terms, with channels last whatever the framework has.
json architecture_of(const Case& the_case, Flattening flattening);
/// The model of that, in which Flatten keeps the framework's order.
std::shared_ptr<nn::Model> build(const Case& the_case);
/// An array of a model's input in the framework's layout, in that of ours.
Tensor to_our_layout(const Case& the_case, const Tensor& x);
/// An output of ours in the framework's layout.
Tensor to_their_layout(const Case& the_case, const Tensor& y);

/// The tensor of a name in a file of the case.
using TensorOf = std::function<Tensor(const std::string& name)>;
/// Gives the model of a case the weights that the case's mapping makes of the file's tensors.
void take_mapped(const Case& the_case, nn::Model& model, const TensorOf& tensor_of);
/// Throws Different unless the model's weights are those that the mapping makes of the tensors.
void compare_mapped(const Case& the_case, nn::Model& model, const TensorOf& tensor_of,
                    double tolerance);
/// Compares the outputs for the case's inputs with those of the case.
void compare_predictions(const Case& the_case, nn::Model& model);
/// Compares the share of right answers on MNIST's test images with that of the case, if it has one.
void compare_accuracy(const Case& the_case, nn::Model& model);

}  // namespace shikumi::exchange

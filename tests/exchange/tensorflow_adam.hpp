// Adam as Keras 3 runs it on TensorFlow, which differs from Keras on its other backends.
#pragma once

#include <memory>

#include <shikumi/nn/models/model.hpp>

#include "case.hpp"

namespace shikumi::exchange {

/// Goes on with the optimiser of a compiled model, of the case's options, as TensorFlow would: there
/// the gradient of a table stays one row for each look-up, and Adam squares these rows before those
/// of the same index are added up. Throws Different unless the optimiser is Adam.
void train_as_tensorflow(const Case& the_case, nn::Model& model);

}  // namespace shikumi::exchange

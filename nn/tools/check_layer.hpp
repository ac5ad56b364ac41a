// check_layer: tries everything that a layer promises.
#pragma once

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// Checks a fresh layer on random input of `shape`, the first axis being the batch, in f64:
///   - the first axis stays the batch, and the output's shape follows from the input's at any size;
///   - in Mode::infer, the output of a sample is the same at each call and in each batch;
///   - Mode::train gives the same shape;
///   - derivatives by the input and by each trainable weight agree with differences, to second
///     order, in both modes (in Mode::train unless its output is random);
///   - every trainable weight has a gradient, and weights can be read, set and set back;
///   - a layer made of its architecture, as a file holds it, has the same architecture, and with the
///     same weights the same output. Classes of one's own that aren't registered pass.
/// Throws ShapeError, DTypeError, ValueError or GradientError that says what is wrong; StateError
/// where the layer is built already. Leaves the layer with random weights.
void check_layer(Layer& layer, const Shape& shape);
/// Checks a layer that is made for the check.
inline void check_layer(Layer&& layer, const Shape& shape) { check_layer(layer, shape); }

}  // namespace shikumi::nn

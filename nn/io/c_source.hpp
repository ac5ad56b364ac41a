// Models as C source: one file that depends on nothing but <math.h>.
#pragma once

#include <string>

#include <shikumi/nn/models/model.hpp>

namespace shikumi::nn {

/// How a model is written as C.
struct SaveCOptions {
    std::string name = {};  ///< with which the function's name begins; empty: that of the file
};

/// Writes a model as C99: for "net.c" a function `void net_predict(const float *x, float *y)`,
/// which works out one sample as `predict` does, with the weights as constants to the bit, and
/// "net.h" beside it, which declares the function and says the sizes of its arrays. It takes no
/// memory but a static array, so one call at a time may run. Integers, such as those that an
/// Embedding looks up, are given as floats. Sequential and functional models are written, one
/// inside another, too. docs/files.md lists the layers. Throws ValueError, naming the layer, for
/// what can't be written (other classes, masks, weights that aren't float32 or finite, axes of
/// unknown size), and unless the name ends in .c; StateError before the model's weights are known;
/// IoError where a file can't be written.
void save_c(Model& model, const std::string& path, const SaveCOptions& options = {});

}  // namespace shikumi::nn

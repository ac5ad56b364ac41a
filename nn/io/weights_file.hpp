// A model's weights as a file of bare numbers, which any language can write.
//
//   8 bytes   "shikumi1"
//   8 bytes   the number of weights, little-endian
//   8 bytes   the number of all their values, little-endian
//   then      the values: little-endian f32, row-major, weight after weight as get_weights has them
//
// From Keras, where layouts are the same:
//   w = model.get_weights()
//   with open(path, "wb") as f:
//       f.write(b"shikumi1" + struct.pack("<QQ", len(w), sum(a.size for a in w)))
//       for a in w: f.write(a.astype("<f4").tobytes())
#pragma once

#include <filesystem>

#include <shikumi/nn/models/sequential.hpp>

namespace shikumi::nn {

/// Writes the weights of a model to a file, as f32. Throws IoError where the file can't be written,
/// StateError before the model's weights are known.
void write_weights(Sequential& model, const std::filesystem::path& file);
/// Reads the weights of a model whose input shape is known from a file. Throws IoError where the
/// file can't be read, isn't of this format, holds another number of weights or values, or ends
/// early or late; the model is unchanged then.
void read_weights(Sequential& model, const std::filesystem::path& file);

}  // namespace shikumi::nn

// A model's weights as a file: a list of arrays in text, then their bytes. Any language can write
// it.
//
//   shikumi weights 2
//   f32 (4, 3) dense/kernel       one line a weight, as get_weights has them: dtype, shape, name
//   f32 (3,) dense/bias
//                                 a blank line
//   …                             the values, row-major and little-endian, weight after weight
//
// Lines end with a line feed. A name is the weight's path; a reader compares it from its end, as
// far as the file knows it, without the numbers of automatic names ("dense_1" is "dense").
//
// From Keras, where layouts are the same:
//   w = [(v.name, v.numpy()) for v in model.weights]
//   with open(path, "wb") as f:
//       f.write(b"shikumi weights 2\n")
//       for name, a in w: f.write(f"f32 {a.shape} {name}\n".encode())
//       f.write(b"\n")
//       for name, a in w: f.write(a.astype("<f4").tobytes())
#pragma once

#include <filesystem>

#include <shikumi/nn/models/model.hpp>

namespace shikumi::nn {

/// Writes the weights of a model to a file, each in its dtype. The file takes its name when it is
/// complete; until then an older one stays. Throws IoError where it can't be written, StateError
/// before the model's weights are known.
void write_weights(Model& model, const std::filesystem::path& file);
/// Reads the weights of a model whose input shape is known from a file. Throws IoError where the
/// file can't be read, isn't of this format, ends early or late, or holds weights of other names,
/// shapes or dtypes; the model is unchanged then.
void read_weights(Model& model, const std::filesystem::path& file);

}  // namespace shikumi::nn

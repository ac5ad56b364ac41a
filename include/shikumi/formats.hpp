// Files of tensors and models as values, to be looked at, changed and written: safetensors, .npy,
// .npz, HDF5, .pt, ONNX. Apart from shikumi.hpp: programs that train need not compile them.
#pragma once

#include <shikumi/formats/formats.hpp>

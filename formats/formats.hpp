// Files of tensors, in the formats of others.
#pragma once

#include <shikumi/formats/file_format.hpp>
#include <shikumi/formats/hdf5_file.hpp>
#include <shikumi/formats/npy.hpp>
#include <shikumi/formats/npz.hpp>
#include <shikumi/formats/onnx_file.hpp>
#include <shikumi/formats/open_tensor_file.hpp>
#include <shikumi/formats/safetensors.hpp>
#include <shikumi/formats/stored_tensor.hpp>
#include <shikumi/formats/stored_type.hpp>
#include <shikumi/formats/tensor_file.hpp>
#include <shikumi/formats/torch_file.hpp>

/// Files of tensors and numbers, in formats that other programs read and write. Readers trust
/// nothing: sizes are checked before memory is taken, and nothing that a file names is ever run.
namespace shikumi::formats {}

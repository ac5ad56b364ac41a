// What a Python object to be written is.
#pragma once

#include <variant>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/formats/stored_tensor.hpp>
#include <shikumi/formats/torch_file.hpp>

namespace shikumi::formats::detail {

/// One of the kinds of objects that are written.
struct TorchKind {
    std::variant<Config, StoredTensor, TorchValue::Tuple, TorchValue::List, TorchValue::Dict,
                 TorchValue::StateDict>
        value;  ///< the object
};

}  // namespace shikumi::formats::detail

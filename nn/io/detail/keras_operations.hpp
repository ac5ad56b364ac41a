// The names of `Operation` in Keras's configurations.
#pragma once

#include <span>
#include <string_view>

namespace shikumi::nn::detail {

/// A function of tensors as this library, Keras 3 and TensorFlow call it.
struct KerasOperation {
    std::string_view name;        ///< "not_equal"
    std::string_view class_name;  ///< in Keras 3: "NotEqual"
    std::string_view module;      ///< in Keras 3: "keras.src.ops.numpy"
    std::string_view tensorflow;  ///< the function of Keras 2's TFOpLambda: "math.not_equal"
};

/// All that are known.
std::span<const KerasOperation> keras_operations() noexcept;

}  // namespace shikumi::nn::detail

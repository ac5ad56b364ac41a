// From one dtype to another.
#pragma once

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi {

/// The elements of `x` as another dtype, of the same shape. From f32 and f64 to integers, numbers
/// are truncated towards zero and held in the dtype's range, and NaN becomes 0; from integers to
/// narrower ones, they wrap around. An f64 beyond the range of f32 becomes infinite. As bool,
/// anything but 0 is true. Every reading as another type follows the same rule: `Tensor::item`,
/// `Tensor::to_vector`. The gradient is 1 between f32 and f64, else 0.
Tensor cast(const Tensor& x, DType dtype);

}  // namespace shikumi

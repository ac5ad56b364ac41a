// Kernels that work on each channel by itself.
#pragma once

#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::nn::detail {

/// How many channels a depthwise kernel (window…, channels, m) is made for.
Index channels_of(const Parameter& depthwise);

/// A depthwise kernel (window…, channels, m) as a convolution takes it whose groups are the
/// channels: (window…, 1, channels · m).
Tensor grouped(const Parameter& depthwise);

}  // namespace shikumi::nn::detail

// Kernels that work on each channel by itself.
#pragma once

#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::nn::detail {

/// How many channels a depthwise kernel (window…, channels, m) is made for.
Index channels_of(const Parameter& depthwise);

/// A depthwise kernel (window…, channels, m) in the form (window…, 1, channels · m), which a
/// convolution takes whose groups are the channels.
Tensor grouped(const Parameter& depthwise);

}  // namespace shikumi::nn::detail

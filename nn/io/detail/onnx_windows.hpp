// Windows that move over the axes behind batch and channels.
#pragma once

#include <utility>
#include <vector>

#include <shikumi/nn/io/detail/onnx_call.hpp>

namespace shikumi::nn::detail {

/// The attributes that convolutions and poolings share, for each axis.
struct OnnxWindow {
    std::vector<Index> size, strides, dilations;
    std::vector<std::pair<Index, Index>> pads;
    std::vector<Index> outputs;  ///< places of the window
    int axes() const noexcept { return static_cast<int>(size.size()); }
    /// How many elements the window covers along an axis.
    Index extent(std::size_t i) const { return (size[i] - 1) * dilations[i] + 1; }
    /// Whether the padding is none; or that of Keras's `same`.
    bool is_valid() const;
    bool is_same(const Shape& x) const;
    bool is_dilated() const;
};

/// The window of that size over x, (batch, channels, axes…). With `ceil_mode` a last window may
/// reach beyond the padding.
OnnxWindow onnx_window(const OnnxCall& call, const Shape& x, std::vector<Index> size,
                       bool ceil_mode = false);
/// The attributes alone, of a transposed convolution; the padding is as the file says it.
OnnxWindow onnx_transposed_window(const OnnxCall& call, std::vector<Index> size);

/// Channels last, as our operations have them, and first again.
std::vector<int> channels_last(int rank);
std::vector<int> channels_first(int rank);
/// For OnnxPlace: the order in which channels come last.
std::vector<int> channels_last_order(int rank);

}  // namespace shikumi::nn::detail

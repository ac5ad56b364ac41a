// Convolution, pooling and resizing.
#pragma once

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/ops/arguments.hpp>

namespace shikumi {

/// \defgroup windows Convolution, pooling and resizing
/// Operations over the one to three axes between the batch and the channels of
/// (batch, axes…, channels). An axis of n elements with padding p gives the output size
/// ⌊(n + p - extent) / stride⌋ + 1 for a window that covers `extent` elements. All take f32 and f64
/// and throw DTypeError for any other dtype, ShapeError for another rank, for lists of another
/// length and where a window doesn't fit, and ValueError for a size, stride or dilation below 1,
/// and for negative padding.
/// @{

/// The sum of each window's products with a kernel of shape (window…, in / groups, out):
/// x (batch, axes…, in) becomes (batch, output sizes…, out). The kernel isn't flipped, as in
/// TensorFlow. Throws ShapeError for a kernel that doesn't fit the channels.
Tensor convolution(const Tensor& x, const Tensor& kernel, const ConvolutionOptions& options = {});
/// The adjoint of a convolution by a kernel of shape (window…, out / groups, in), also called
/// deconvolution: x (batch, axes…, in) becomes (batch, sizes…, out). Absent sizes are those of
/// Keras: n · stride for an axis of n elements, and with `valid` as much more as the window exceeds
/// the stride. Throws ShapeError where no convolution leads from these sizes back to those of `x`.
Tensor convolution_transpose(const Tensor& x, const Tensor& kernel,
                             const ConvolutionOptions& options = {}, const PerAxis& sizes = {});
/// The largest element of each window and channel; NaN counts as largest. The gradient goes to the
/// first of equal elements. Throws ValueError for padding as wide as the window.
Tensor max_pool(const Tensor& x, const PerAxis& size, const PoolOptions& options = {});
/// The mean of each window and channel, not counting padding. Throws ValueError for padding as wide
/// as the window.
Tensor average_pool(const Tensor& x, const PerAxis& size, const PoolOptions& options = {});
/// The largest element of each window and channel, for given output sizes m: window i of an axis of
/// n elements reaches from ⌊i n/m⌋ up to ⌈(i + 1) n/m⌉.
Tensor adaptive_max_pool(const Tensor& x, const PerAxis& output_sizes);
/// The mean of each window and channel, for given output sizes m: window i of an axis of n elements
/// reaches from ⌊i n/m⌋ up to ⌈(i + 1) n/m⌉.
Tensor adaptive_average_pool(const Tensor& x, const PerAxis& output_sizes);
/// The elements of each window as one row, zeros in the padding:
/// (batch, output sizes…, elements of the window · channels). Also known as im2col.
Tensor unfold(const Tensor& x, const PerAxis& size, const ConvolutionOptions& options = {});
/// `x` with other sizes of its middle axes. Pixels are areas, with their centres at half-integers,
/// as in TensorFlow 2. With `antialias`, an axis that shrinks averages over as many pixels as
/// become one; `nearest` and `area` stay as they are.
Tensor resize(const Tensor& x, const PerAxis& sizes,
              Interpolation interpolation = Interpolation::nearest, Boolean antialias = false);

/// @}

}  // namespace shikumi

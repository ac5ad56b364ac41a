// Softmax, and the losses made of it.
#pragma once

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/ops/arguments.hpp>

namespace shikumi {

namespace activations {

/// `softmax` over the last axis.
Tensor softmax(const Tensor& x);
/// `log_softmax` over the last axis.
Tensor log_softmax(const Tensor& x);
/// `sparsemax` over the last axis.
Tensor sparsemax(const Tensor& x);

}  // namespace activations

/// \defgroup softmax Softmax and cross-entropy
/// Probabilities and their losses from logits of any size, without overflow. All take f32 and f64
/// and throw DTypeError for any other dtype of the logits.
/// @{

/// exp(x) / Σ exp(x), the sum being over one axis. The result has the shape and dtype of `x`.
/// Throws ShapeError for an axis outside the rank.
Tensor softmax(const Tensor& x, Integer axis);
using activations::softmax;
/// `softmax` of the elements where the mask, of bool, holds, over one axis; 0 elsewhere, also along
/// a whole axis where it never does. The mask broadcasts to the shape of `x`. Throws DTypeError for
/// a mask of another dtype; ShapeError where it doesn't fit and for an axis outside the rank.
Tensor masked_softmax(const Tensor& x, const Tensor& mask, Integer axis = -1);
/// log softmax(x) = x - log Σ exp(x), the sum being over one axis. The result has the shape and
/// dtype of `x`. Throws ShapeError for an axis outside the rank.
Tensor log_softmax(const Tensor& x, Integer axis);
using activations::log_softmax;
/// max(x - τ, 0) with the τ that makes the sum over one axis 1: probabilities, many of them 0. The
/// result has the shape and dtype of `x`. The gradient is that of the elements above 0. Throws
/// ShapeError for an axis outside the rank. (A. Martins, R. Astudillo, "From softmax to sparsemax",
/// ICML 2016.)
Tensor sparsemax(const Tensor& x, Integer axis);
using activations::sparsemax;
/// The mean of `cross_entropy_each` over all rows, a scalar.
Tensor cross_entropy(const Tensor& logits, const Tensor& labels);
/// -log softmax(logits)[label] over the last axis, for each row of logits. Labels are class indices
/// of any integer dtype, of the logits' shape without the last axis, or distributions t of the
/// logits' shape and dtype, for which it is -Σ t log softmax(logits). The result has the logits'
/// shape without the last axis. Throws ShapeError where the shapes don't fit; an index that is no
/// class throws ValueError when it is evaluated.
Tensor cross_entropy_each(const Tensor& logits, const Tensor& labels);
/// -(t log σ(x) + (1 - t) log(1 - σ(x))) for each logit x and target t, computed as
/// t log(1 + e⁻ˣ) + (1 - t) log(1 + eˣ), where a factor of 0 leaves its term out, ∞ included.
/// Shapes broadcast; both have one dtype.
Tensor binary_cross_entropy_each(const Tensor& logits, const Tensor& targets);

/// @}

}  // namespace shikumi

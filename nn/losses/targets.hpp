// Targets in the form that losses and metrics work on.
#pragma once

#include <string_view>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::nn {

/// The mean over all axes but the first.
Tensor mean_per_sample(const Tensor& x);
/// The mean over the last axis, of x that has an axis behind that of the samples; else x.
Tensor mean_of_last(const Tensor& x);
/// `targets` in the predictions' dtype and shape: (N,) for (N, 1) and back. Throws ShapeError
/// naming `loss` where they don't fit.
Tensor match_targets(std::string_view loss, const Tensor& targets, const Tensor& predictions);
/// Throws ShapeError naming `loss` unless the predictions' last axis has two classes or more.
void want_classes(std::string_view loss, const Tensor& predictions);
/// Class indices (N, …) as i64 for predictions (N, …, classes): a last axis of 1 is dropped. Throws
/// ShapeError, DTypeError naming `loss`, also where there are less than two classes.
Tensor match_labels(std::string_view loss, const Tensor& labels, const Tensor& predictions);

}  // namespace shikumi::nn

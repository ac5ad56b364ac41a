// Class labels in their different forms.
#pragma once

#include <vector>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::datasets {

/// One row of zeros for each label, with a 1 at the label: integers (…) or (…, 1) become f32
/// (…, classes). Without `num_classes` there is one class more than the largest label, as in Keras.
///
/// Throws DTypeError for labels that aren't integers, ValueError for one outside [0, classes).
Tensor to_categorical(const Tensor& labels, Index num_classes = 0);
/// One row (classes) f32 of zeros for each label, with a 1 at the label. Throws ValueError for a
/// label outside [0, classes).
Tensor to_categorical(const std::vector<int>& labels, Index num_classes = 0);

/// How often each class (row) was taken for each class (column): two lists of integers (n,) become
/// i64 (classes, classes). Without `num_classes` there is one class more than the largest label or
/// prediction.
///
/// Throws DTypeError, ShapeError where the lists differ in length, and ValueError for a class
/// outside [0, classes).
Tensor confusion_matrix(const Tensor& labels, const Tensor& predictions, Index num_classes = 0);

}  // namespace shikumi::datasets

// Softmax and the cross-entropy fused with it, stable for any logits: the largest is subtracted.
#pragma once

#include <shikumi/autograd/kernels/prepared.hpp>
#include <shikumi/autograd/kernels/view.hpp>

namespace shikumi::kernels {

/// out = exp(x - m) / Σ exp(x - m) along `axis`, m being the largest.
void softmax(ConstView x, int axis, View out);
/// out = x - m - log Σ exp(x - m) along `axis`.
void log_softmax(ConstView x, int axis, View out);

/// Each row's -Σ label log softmax(x): labels are class indices, one a row (ValueError outside), or
/// weights of x's shape and dtype.
void cross_entropy(ConstView x, ConstView labels, View out);
/// `cross_entropy` for such arrays where there are few rows, with weights; else empty.
Prepared prepare_cross_entropy(const Spec& x, const Spec& labels);
/// The derivative (softmax(x) Σ label - label) · scale, with a scale for each row.
void cross_entropy_gradient(ConstView x, ConstView labels, ConstView scale, View out);
/// `cross_entropy_gradient` for such arrays where there are few rows, with weights; else empty.
Prepared prepare_cross_entropy_gradient(const Spec& x, const Spec& labels);

}  // namespace shikumi::kernels

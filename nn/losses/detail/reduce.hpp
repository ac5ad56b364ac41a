// From the values of a loss to one number.
#pragma once

#include <string_view>

#include <shikumi/nn/losses/loss.hpp>

namespace shikumi::nn::detail {

/// x/y, and 0 where y is 0.
Tensor divide_no_nan(const Tensor& x, const Tensor& y);
/// A mask of the first axes of values, with axes of 1 up to their rank. Throws ShapeError naming
/// `loss` where it doesn't fit them.
Tensor mask_for(std::string_view loss, const Tensor& mask, const Shape& values);
/// The values v of a loss, weighed and reduced as Keras does it: under a mask,
/// `sum_over_batch_size` divides by the number of shown values, `mean_with_sample_weight` by the
/// sum of their weights. Weights and mask may be undefined. Throws ShapeError naming `loss` where
/// they don't fit, also for a loss that has one value for the whole batch.
Tensor reduce(std::string_view loss, const Tensor& values, const Tensor& weights,
              const Tensor& mask, Reduction reduction);

}  // namespace shikumi::nn::detail

// Random tensors.
#pragma once

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/memory/random.hpp>
#include <shikumi/autograd/ops/arguments.hpp>

namespace shikumi {

/// \defgroup random Random tensors
/// A random tensor takes the next stream of its generator when it is recorded, not when it is
/// evaluated. Each is a constant to differentiation.
/// @{

/// Numbers from the normal distribution of this mean and standard deviation. f32 or f64, else
/// DTypeError. Throws ValueError for a negative standard deviation, and where either is not finite.
Tensor random_normal(const Shape& shape, Generator& rng, double mean = 0, double stddev = 1,
                     DType dtype = f32);
/// Numbers from the uniform distribution over [low, high). f32 or f64, else DTypeError. Throws
/// ValueError where low > high, and where either is not finite.
Tensor random_uniform(const Shape& shape, Generator& rng, double low = 0, double high = 1,
                      DType dtype = f32);
/// Numbers from the normal distribution of this mean and standard deviation, restricted to two
/// standard deviations around the mean. f32 or f64, else DTypeError. Throws ValueError for a
/// negative standard deviation, and where either is not finite.
Tensor random_truncated_normal(const Shape& shape, Generator& rng, double mean = 0,
                               double stddev = 1, DType dtype = f32);
/// The integers 0 … n - 1 in random order, i64. Throws ValueError for n < 0 or n ≥ 2³².
Tensor random_permutation(Integer n, Generator& rng);
/// 1 with probability p, else 0, for each element independently. Any dtype. Throws ValueError for
/// a probability outside [0, 1].
Tensor random_bernoulli(const Shape& shape, Generator& rng, double p = 0.5, DType dtype = f32);

/// @}

}  // namespace shikumi

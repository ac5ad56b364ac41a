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
/// Integers from low to high - 1, all equally likely. u8, i32 or i64, else DTypeError. Throws
/// ValueError unless low < high ≤ low + 2³² and the dtype holds them.
Tensor random_integers(const Shape& shape, Generator& rng, Integer low, Integer high,
                       DType dtype = i64);
/// Numbers from Gumbel's distribution, -log(-log u) for u between 0 and 1. f32 or f64, else
/// DTypeError.
Tensor random_gumbel(const Shape& shape, Generator& rng, DType dtype = f32);
/// A class for each row of logits x along the last axis, with the probabilities softmax(x): i64, of
/// the logits' shape without that axis. f32 or f64, else DTypeError. Throws ShapeError for a scalar
/// and for no class.
Tensor random_categorical(const Tensor& logits, Generator& rng);
/// `x` with its elements along an axis in random order, one for all rows. Any dtype. Throws
/// ShapeError for an axis outside the rank.
Tensor random_shuffle(const Tensor& x, Generator& rng, Integer axis = 0);

/// @}

}  // namespace shikumi

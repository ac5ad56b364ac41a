// Random numbers. Element i depends on the key and on i alone.
#pragma once

#include <shikumi/autograd/kernels/view.hpp>
#include <shikumi/autograd/memory/random.hpp>

namespace shikumi::kernels {

/// Evenly distributed over [low, high).
void random_uniform(RandomKey key, double low, double high, View out);
/// Normally distributed, by Box and Muller.
void random_normal(RandomKey key, double mean, double stddev, View out);
/// Normally distributed within two standard deviations around the mean, by rejection.
void random_truncated_normal(RandomKey key, double mean, double stddev, View out);
/// 1 with probability p, else 0; any dtype.
void random_bernoulli(RandomKey key, double p, View out);
/// 0 … n - 1 in random order (i64), by Fisher and Yates.
void random_permutation(RandomKey key, View out);

}  // namespace shikumi::kernels

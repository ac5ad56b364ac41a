// Penalties on weights, which training adds to the loss.
#pragma once

#include <shikumi/autograd/core/named_function.hpp>
#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::nn {

/// A penalty: a function from a weight to a scalar, which training adds to the loss. None where it
/// is default-constructed.
using Regularizer = NamedFunction<Tensor(const Tensor& weight)>;

// Keras's, with its defaults. All throw ValueError for a negative or infinite factor.

/// l1 Σ|w|.
Regularizer L1(double l1 = 0.01);
/// l2 Σw².
Regularizer L2(double l2 = 0.01);
/// l1 Σ|w| + l2 Σw².
Regularizer L1L2(double l1 = 0, double l2 = 0);

/// What OrthogonalRegularizer can be given.
struct OrthogonalRegularizerOptions {
    bool columns = false;  ///< make the columns orthogonal, not the rows
};
/// Factor times the mean of |cosine| over all pairs of different rows of a matrix.
/// Applied to anything but a matrix it throws ShapeError, to a single row ValueError.
Regularizer OrthogonalRegularizer(double factor = 0.01,
                                  const OrthogonalRegularizerOptions& options = {});

}  // namespace shikumi::nn

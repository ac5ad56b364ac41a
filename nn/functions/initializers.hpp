// Where weights start: Keras's formulas and defaults.
#pragma once

#include <concepts>
#include <functional>
#include <utility>

#include <shikumi/autograd/core/shape.hpp>
#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/memory/random.hpp>

namespace shikumi::nn {

/// Makes a tensor of a shape: `he_normal()({4, 32}, rng)`. Any function of shape, generator and
/// dtype is one.
class Initializer {
public:
    template <std::invocable<const Shape&, Generator&, DType> F>
    requires(!std::same_as<F, Initializer>) Initializer(F function)
        : function_(std::move(function)) {}
    Tensor operator()(const Shape& shape, Generator& rng, DType dtype = f32) const {
        return function_(shape, rng, dtype);
    }

private:
    std::function<Tensor(const Shape&, Generator&, DType)> function_;
};

Initializer zeros_init();
Initializer ones_init();
Initializer constant(double value);
/// The next three throw ValueError for a negative spread.
Initializer random_normal(double mean = 0, double stddev = 0.05);
Initializer random_uniform(double low = -0.05, double high = 0.05);
/// A normal distribution cut off at two `stddev`, which is not corrected for the cut.
Initializer truncated_normal(double mean = 0, double stddev = 0.05);

/// `gain` times the identity matrix. Throws ShapeError for other ranks than 2.
Initializer identity_init(double gain = 1);

/// What n is in `variance_scaling`: the numbers of inputs or outputs, or the mean of both.
enum class Fan { in, out, average };
enum class Distribution { truncated_normal, untruncated_normal, uniform };

/// Variance scale/n. Fans are (in, out) for matrices, times the receptive field for convolutions.
/// Truncated normal ones are cut at two standard deviations and corrected for it, uniform ones have
/// the limits ±√(3 scale/n). Throws ValueError unless the scale is positive.
Initializer variance_scaling(double scale = 1, Fan fan = Fan::in,
                             Distribution distribution = Distribution::truncated_normal);

/// X. Glorot, Y. Bengio, AISTATS 2010: variance 2/(fan_in + fan_out).
Initializer glorot_normal();
Initializer glorot_uniform();
/// K. He et al., ICCV 2015: variance 2/fan_in.
Initializer he_normal();
Initializer he_uniform();
/// Y. LeCun et al., "Efficient BackProp", 1998: variance 1/fan_in.
Initializer lecun_normal();
Initializer lecun_uniform();

/// A. Saxe et al., ICLR 2014: orthonormal rows or columns, whichever there are fewer of, of the
/// matrix with all axes but the last made one; times `gain`. Throws ShapeError below rank 2.
Initializer orthogonal(double gain = 1);

}  // namespace shikumi::nn

// Initialisers of weights, by Keras's formulas and defaults.
#pragma once

#include <concepts>
#include <string_view>

#include <shikumi/autograd/core/named_function.hpp>
#include <shikumi/autograd/core/shape.hpp>
#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/memory/random.hpp>

namespace shikumi::nn {

/// A function that makes a weight's first value: `he_normal()({4, 32}, rng)`. Any function of
/// shape, generator and dtype is one.
class Initializer : public NamedFunction<Tensor(const Shape&, Generator&, DType)> {
public:
    using NamedFunction::NamedFunction;
    /// The initialiser of that Keras name, such as "he_normal": see `initializer`.
    template <std::convertible_to<std::string_view> Name>
    Initializer(const Name& known) : Initializer(known_as(known)) {}
    /// A tensor of that shape and dtype, its random numbers from `rng`.
    Tensor operator()(const Shape& shape, Generator& rng, DType dtype = f32) const {
        return NamedFunction::operator()(shape, rng, dtype);
    }

private:
    static Initializer known_as(std::string_view name);
};

/// The initialiser of that Keras name, with its defaults: "he_normal" or "HeNormal". Throws
/// ValueError with the nearest names for any other.
Initializer initializer(std::string_view name);

/// Keras's object: {"class_name": "HeNormal", …}. Throws ValueError for a function of one's own.
Config to_config(const Initializer& initializer);
/// Reads such an object, or a name. Throws ValueError with the nearest names for any other, and for
/// arguments that the initialiser refuses. Seeds are passed over.
void from_config(const Config& config, Initializer& initializer, std::string_view reading);

/// All zeros.
Initializer zeros_init();
/// All ones.
Initializer ones_init();
/// All `value`.
Initializer constant(double value);
/// Normally distributed numbers. Throws ValueError for a negative `stddev`.
Initializer random_normal(double mean = 0, double stddev = 0.05);
/// Numbers distributed evenly over [low, high). Throws ValueError where low > high.
Initializer random_uniform(double low = -0.05, double high = 0.05);
/// Normally distributed numbers, drawn again where they lie more than two `stddev` from the mean;
/// their standard deviation is smaller than `stddev`. Throws ValueError for a negative `stddev`.
Initializer truncated_normal(double mean = 0, double stddev = 0.05);

/// `gain` times the identity matrix. Throws ShapeError for other ranks than 2.
Initializer identity_init(double gain = 1);

/// The number n that `variance_scaling` divides by.
enum class Fan {
    in,      ///< the number of a unit's inputs
    out,     ///< the number of units that read an input
    average  ///< the mean of both
};
/// The distribution that `variance_scaling` draws from.
enum class Distribution {
    truncated_normal,    ///< cut at two standard deviations, and corrected for the cut
    untruncated_normal,  ///< not cut
    uniform              ///< with the limits ±√(3 scale/n)
};

/// "fan_in", "fan_out" or "fan_avg".
Config to_config(Fan fan);
/// Reads such a name.
void from_config(const Config& config, Fan& fan, std::string_view reading);
/// "truncated_normal", "untruncated_normal" or "uniform".
Config to_config(Distribution distribution);
/// Reads such a name; "normal" is the first.
void from_config(const Config& config, Distribution& distribution, std::string_view reading);

/// Random numbers of mean 0 and variance scale/n. A matrix has the fans (in, out), its sizes; a
/// convolution's kernel has those of its last two axes, times the size of its window. Throws
/// ValueError unless the scale is positive.
Initializer variance_scaling(double scale = 1, Fan fan = Fan::in,
                             Distribution distribution = Distribution::truncated_normal);

/// Truncated normal of variance 2/(fan_in + fan_out): X. Glorot, Y. Bengio, AISTATS 2010.
Initializer glorot_normal();
/// Uniform of variance 2/(fan_in + fan_out): X. Glorot, Y. Bengio, AISTATS 2010.
Initializer glorot_uniform();
/// Truncated normal of variance 2/fan_in: K. He et al., ICCV 2015.
Initializer he_normal();
/// Uniform of variance 2/fan_in: K. He et al., ICCV 2015.
Initializer he_uniform();
/// Truncated normal of variance 1/fan_in: Y. LeCun et al., "Efficient BackProp", 1998.
Initializer lecun_normal();
/// Uniform of variance 1/fan_in: Y. LeCun et al., "Efficient BackProp", 1998.
Initializer lecun_uniform();

/// `gain` times a matrix with orthonormal rows or columns, whichever there are fewer of; all axes
/// but the last are taken as one. A. Saxe et al., ICLR 2014. Throws ShapeError below rank 2.
Initializer orthogonal(double gain = 1);

}  // namespace shikumi::nn

// Penalties on weights, which training adds to the loss.
#pragma once

#include <concepts>
#include <string_view>

#include <shikumi/autograd/core/named_function.hpp>
#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::nn {

/// A penalty: a function from a weight to a scalar, which training adds to the loss. None where it
/// is default-constructed.
class Regularizer : public NamedFunction<Tensor(const Tensor& weight)> {
public:
    using NamedFunction::NamedFunction;
    /// The penalty of that Keras name, such as "l2": see `regularizer`.
    template <std::convertible_to<std::string_view> Name>
    Regularizer(const Name& known) : Regularizer(known_as(known)) {}

private:
    static Regularizer known_as(std::string_view name);
};

/// The penalty of that Keras name, with its defaults: "l1", "l2", "l1_l2" (whose factors are 0),
/// "orthogonal_regularizer", or the names of the classes. Throws ValueError with the nearest names
/// for any other.
Regularizer regularizer(std::string_view name);

/// Keras's object: {"class_name": "L2", …}; nothing where there is no penalty. Throws ValueError
/// for a function of one's own.
Config to_config(const Regularizer& regularizer);
/// Reads such an object, a name or nothing. Throws ValueError with the nearest names for any other,
/// and for factors that the penalty refuses.
void from_config(const Config& config, Regularizer& regularizer, std::string_view reading);

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

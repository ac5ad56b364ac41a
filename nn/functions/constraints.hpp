// Conditions on weights, which training restores after each update.
#pragma once

#include <concepts>
#include <string_view>

#include <shikumi/autograd/core/named_function.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

/// A function from an updated weight to the one that takes its place. None where it is
/// default-constructed.
class Constraint : public NamedFunction<Tensor(const Tensor& weight)> {
public:
    using NamedFunction::NamedFunction;
    /// The constraint of that Keras name, such as "non_neg": see `constraint`.
    template <std::convertible_to<std::string_view> Name>
    Constraint(const Name& known) : Constraint(known_as(known)) {}

private:
    static Constraint known_as(std::string_view name);
};

/// The constraint of that Keras name, with its defaults: "max_norm", "min_max_norm", "non_neg",
/// "unit_norm", or the names of the classes. Throws ValueError with the nearest names for any
/// other.
Constraint constraint(std::string_view name);

/// Keras's object: {"class_name": "MaxNorm", …}; nothing where there is no constraint. Throws
/// ValueError for a function of one's own.
Config to_config(const Constraint& constraint);
/// Reads such an object, a name or nothing. Throws ValueError with the nearest names for any other,
/// and for arguments that the constraint refuses.
void from_config(const Config& config, Constraint& constraint, std::string_view reading);

// Keras's, with its defaults. Norms are Euclidean, over `axis`: 0 for a Dense kernel, whose columns
// hold each unit's incoming weights; {0, 1, 2} for a Conv2D kernel.

/// Scales vectors longer than `max_value` down to that length. Throws ValueError for a negative
/// one.
Constraint MaxNorm(double max_value = 2, const Axes& axis = 0);
/// Replaces negative weights by 0.
Constraint NonNeg();
/// Scales vectors to length 1.
Constraint UnitNorm(const Axes& axis = 0);

/// What MinMaxNorm can be given. Defaults are Keras's.
struct MinMaxNormOptions {
    double min_value = 0;  ///< smallest length
    double max_value = 1;  ///< largest length
    double rate = 1;       ///< the share of the way into the interval that each update goes
    Axes axis = 0;         ///< over which the lengths are taken
};
/// Brings the lengths of vectors towards [min_value, max_value]. Throws ValueError unless 0 <=
/// min_value <= max_value and 0 <= rate <= 1.
Constraint MinMaxNorm(const MinMaxNormOptions& options = {});

}  // namespace shikumi::nn

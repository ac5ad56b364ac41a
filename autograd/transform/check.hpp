// Derivatives against differences.
#pragma once

#include <cstdint>
#include <vector>

#include <shikumi/autograd/transform/derivatives.hpp>

namespace shikumi {

/// Which modes of differentiation are checked.
enum class CheckedModes : std::uint8_t {
    both,     ///< both, and at higher orders all their nestings
    forward,  ///< forward mode, of forward mode, …
    reverse,  ///< reverse mode, of reverse mode, …
};

/// How thoroughly `check_gradients` checks.
struct CheckOptions {
    int order = 2;            ///< derivatives up to this order
    double step = 1e-5;       ///< of the central differences
    double tolerance = 1e-6;  ///< allowed difference, relative to the derivative's size
    int directions = 3;       ///< random directions tried where there are too many elements for all
    std::uint64_t seed = 1;   ///< of directions and projections
    CheckedModes modes = CheckedModes::both;  ///< which ones
    /// Up to so many elements of all arguments together, and of the result, every element of the
    /// Jacobian is compared.
    Index whole_jacobian = 12;
};
/// Compares vjp and jvp of `f` at `x` with central differences, and then those of its derivatives
/// up to `options.order`: element by element of the Jacobian where `options` say so, else along
/// random directions and through random projections of the result. Throws GradientError that names
/// what disagrees, and DTypeError where x or f(x) is f32, in which differences mean little.
void check_gradients(const Function& f, const Tensor& x, const CheckOptions& options = {});
/// Checks a function of several tensors; those that are neither f32 nor f64 stay as they are.
void check_gradients(const FunctionOfMany& f, const std::vector<Tensor>& x,
                     const CheckOptions& options = {});

}  // namespace shikumi

// Derivatives: every transform takes and returns plain functions of tensors, or works on the graph
// itself. All of them record new nodes, so all of them can be differentiated again.
#pragma once

#include <functional>
#include <span>
#include <utility>
#include <vector>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi {

/// A function of one tensor, or of several.
using Function = std::function<Tensor(const Tensor&)>;
using FunctionOfMany = std::function<Tensor(const std::vector<Tensor>&)>;

// ---- on the graph -------------------------------------------------------------------------------

/// The derivatives of the scalar `y` by each of `wrt`; zeros where y doesn't depend on it.
/// Throws GradientError where y is not a floating scalar, an element of `wrt` is not floating, or
/// the graph was consumed by an evaluation with assignments.
std::vector<Tensor> grad(const Tensor& y, const std::vector<Tensor>& wrt);
/// cotangentᵀ · dy/dx for each x of `wrt`; `cotangent` has y's shape and dtype.
std::vector<Tensor> vjp(const Tensor& y, const std::vector<Tensor>& wrt, const Tensor& cotangent);
/// Σ dy/dx · tangent(x): each tangent has its x's shape and dtype. Zeros where y doesn't depend on
/// any x.
Tensor jvp(const Tensor& y, const std::vector<Tensor>& wrt, const std::vector<Tensor>& tangents);

// ---- on functions -------------------------------------------------------------------------------

/// x ↦ df/dx for a scalar-valued f.
Function grad(Function f);
std::function<std::vector<Tensor>(const std::vector<Tensor>&)> grad(FunctionOfMany f);
/// x ↦ (f(x), df/dx).
std::function<std::pair<Tensor, Tensor>(const Tensor&)> value_and_grad(Function f);
std::function<std::pair<Tensor, std::vector<Tensor>>(const std::vector<Tensor>&)> value_and_grad(
    FunctionOfMany f);
/// (f(x), cotangentᵀ · df/dx): reverse mode.
std::pair<Tensor, Tensor> vjp(const Function& f, const Tensor& x, const Tensor& cotangent);
/// (f(x), df/dx · tangent): forward mode.
std::pair<Tensor, Tensor> jvp(const Function& f, const Tensor& x, const Tensor& tangent);
/// x ↦ df/dx of shape f(x).shape + x.shape.
Function jacobian(Function f);
/// x ↦ d²f/dx² of shape x.shape + x.shape, for a scalar-valued f.
Function hessian(Function f);
/// d²f/dx² · v, forward over reverse.
Tensor hvp(const Function& f, const Tensor& x, const Tensor& v);

// ---- checking -----------------------------------------------------------------------------------

struct CheckOptions {
    int order = 2;            ///< derivatives up to this order
    double step = 1e-5;       ///< of the central differences
    double tolerance = 1e-6;  ///< allowed difference, relative to the derivative's size
    int directions = 3;       ///< random directions tried
    std::uint64_t seed = 1;
};
/// Compares vjp and jvp of `f` at `x` with central differences along random directions, through an
/// asymmetric random projection, and then those of its derivative. Throws GradientError that names
/// what disagrees. Everything must be f64 (DTypeError): differences mean little in f32.
void check_gradients(const Function& f, const Tensor& x, const CheckOptions& options = {});
void check_gradients(const FunctionOfMany& f, const std::vector<Tensor>& x,
                     const CheckOptions& options = {});

}  // namespace shikumi

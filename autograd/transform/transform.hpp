// Derivatives: every transform takes and returns plain functions of tensors, or works on the graph
// itself. All of them record new nodes, so all of them can be differentiated again.
#pragma once

#include <functional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi {

/// A function of one tensor.
using Function = std::function<Tensor(const Tensor&)>;
/// A function of several tensors, which come as a list. What can be called with one tensor is a
/// `Function`, also where it could be called with a list as well.
class FunctionOfMany : public std::function<Tensor(const std::vector<Tensor>&)> {
public:
    /// No function.
    FunctionOfMany() = default;
    /// Anything that can be called with a list of tensors.
    template <class F>
    requires(!std::is_convertible_v<F, Function>) &&
        std::is_convertible_v<F, std::function<Tensor(const std::vector<Tensor>&)>> FunctionOfMany(
            F f)
        : function(std::move(f)) {}
};

// ---- on the graph -------------------------------------------------------------------------------

/// The derivatives of `y`, f32 or f64 with a single element, by each tensor of `wrt`, in their
/// shapes and dtypes; zeros where y doesn't depend on one. Throws GradientError where y is
/// something else, where an element of `wrt` is neither f32 nor f64, where the graph was consumed
/// by an evaluation with assignments, or where it holds the value that a parameter of `wrt` had
/// before it was assigned another one.
std::vector<Tensor> grad(const Tensor& y, const std::vector<Tensor>& wrt);
/// The products cotangentᵀ · dy/dx for each x of `wrt`, in their shapes and dtypes, by reverse
/// mode; zeros where y doesn't depend on x. Throws GradientError where `cotangent` hasn't y's shape
/// and dtype, and where `grad` would.
std::vector<Tensor> vjp(const Tensor& y, const std::vector<Tensor>& wrt, const Tensor& cotangent);
/// The sum of dy/dx · tangent(x) over all x of `wrt`, in y's shape and dtype, by forward mode;
/// zeros where y depends on none. Throws GradientError where there isn't one tangent for each x, of
/// its shape and dtype, where an x is neither f32 nor f64, or where y holds the value that a
/// parameter of `wrt` had before it was assigned another one.
Tensor jvp(const Tensor& y, const std::vector<Tensor>& wrt, const std::vector<Tensor>& tangents);

// ---- on functions -------------------------------------------------------------------------------

// Each takes a function of one tensor, or of a list of tensors: then points, tangents and
// derivatives are lists, one for each tensor.

/// The function x ↦ df/dx for a scalar-valued f.
Function grad(Function f);
/// The function x ↦ {df/dx for each tensor of the list x} for a scalar-valued f.
std::function<std::vector<Tensor>(const std::vector<Tensor>&)> grad(FunctionOfMany f);
/// The function x ↦ (f(x), df/dx) for a scalar-valued f.
std::function<std::pair<Tensor, Tensor>(const Tensor&)> value_and_grad(Function f);
/// The function x ↦ (f(x), {df/dx for each tensor of the list x}) for a scalar-valued f.
std::function<std::pair<Tensor, std::vector<Tensor>>(const std::vector<Tensor>&)> value_and_grad(
    FunctionOfMany f);
/// The pair (f(x), cotangentᵀ · df/dx), by reverse mode. `cotangent` has the shape and dtype of
/// f(x).
std::pair<Tensor, Tensor> vjp(const Function& f, const Tensor& x, const Tensor& cotangent);
/// The pair (f(x), {cotangentᵀ · df/dx for each tensor of the list x}), by reverse mode.
/// `cotangent` has the shape and dtype of f(x).
std::pair<Tensor, std::vector<Tensor>> vjp(const FunctionOfMany& f, const std::vector<Tensor>& x,
                                           const Tensor& cotangent);
/// The pair (f(x), df/dx · tangent), by forward mode. `tangent` has the shape and dtype of x.
std::pair<Tensor, Tensor> jvp(const Function& f, const Tensor& x, const Tensor& tangent);
/// The pair (f(x), the sum of df/dx · tangent over all tensors of the list x), by forward mode.
/// Each tangent has the shape and dtype of its x.
std::pair<Tensor, Tensor> jvp(const FunctionOfMany& f, const std::vector<Tensor>& x,
                              const std::vector<Tensor>& tangents);
/// The function x ↦ df/dx, an array of the axes of f(x) followed by those of x. Works in the mode
/// that needs fewer passes: a pass for each element of f(x) or of x.
Function jacobian(Function f);
/// The function x ↦ {df/dx for each tensor of the list x}, arrays of the axes of f(x) followed by
/// those of the tensor.
std::function<std::vector<Tensor>(const std::vector<Tensor>&)> jacobian(FunctionOfMany f);
/// The function x ↦ d²f/dx² for a scalar-valued f, an array of the axes of x twice.
Function hessian(Function f);
/// The function x ↦ {{d²f/dx dy for each y of the list x} for each x of it} for a scalar-valued f,
/// arrays of the axes of x followed by those of y.
std::function<std::vector<std::vector<Tensor>>(const std::vector<Tensor>&)> hessian(
    FunctionOfMany f);
/// The product d²f/dx² · v at x for a scalar-valued f, by forward over reverse mode. `v` has the
/// shape and dtype of x.
Tensor hvp(const Function& f, const Tensor& x, const Tensor& v);
/// For each tensor of the list x the sum of d²f/dx dy · v over all tensors y of it, for a
/// scalar-valued f, by forward over reverse mode. Each v has the shape and dtype of its y.
std::vector<Tensor> hvp(const FunctionOfMany& f, const std::vector<Tensor>& x,
                        const std::vector<Tensor>& v);

// ---- checking -----------------------------------------------------------------------------------

/// How thoroughly `check_gradients` checks.
struct CheckOptions {
    int order = 2;            ///< derivatives up to this order
    double step = 1e-5;       ///< of the central differences
    double tolerance = 1e-6;  ///< allowed difference, relative to the derivative's size
    int directions = 3;       ///< random directions tried
    std::uint64_t seed = 1;   ///< of directions and projection
};
/// Compares vjp and jvp of `f` at `x` with central differences along random directions, through a
/// random projection of f(x), and then those of its derivative up to `options.order`. Throws
/// GradientError that names what disagrees, and DTypeError where x or f(x) is f32, in which
/// differences mean little.
void check_gradients(const Function& f, const Tensor& x, const CheckOptions& options = {});
/// Checks a function of several tensors; those that are neither f32 nor f64 stay as they are.
void check_gradients(const FunctionOfMany& f, const std::vector<Tensor>& x,
                     const CheckOptions& options = {});

}  // namespace shikumi

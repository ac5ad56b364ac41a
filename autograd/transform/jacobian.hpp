// Jacobians, and second derivatives of scalars.
#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <shikumi/autograd/transform/derivatives.hpp>

namespace shikumi {

/// Which way a Jacobian is worked out.
enum class DerivativeMode : std::uint8_t {
    by_shape,  ///< the way of the fewer passes
    forward,   ///< a pass for each element of the argument
    reverse,   ///< a pass for each element of the result
};

/// How to work a Jacobian out.
struct JacobianOptions {
    DerivativeMode mode = DerivativeMode::by_shape;  ///< all passes are made at once, as a batch
    /// Whether it is an error that the function doesn't depend on a tensor, rather than zeros.
    bool strict = false;
};

// ---- on the graph -------------------------------------------------------------------------------

/// dy/dx for each x of `wrt`: arrays of the axes of y followed by those of x. Throws GradientError
/// where y or an x is neither f32 nor f64, and as `options` say.
std::vector<Tensor> jacobian(const Tensor& y, const std::vector<Tensor>& wrt,
                             const JacobianOptions& options = {});
/// d²y/da db for each b of `wrt`, for each a of it: arrays of the axes of a followed by those of b.
/// Throws GradientError where y is no scalar of f32 or f64, and where `jacobian` would.
std::vector<std::vector<Tensor>> hessian(const Tensor& y, const std::vector<Tensor>& wrt,
                                         const JacobianOptions& options = {});
/// For each x of `wrt` the sum of d²y/dx dz · v(z) over all z of it, for a scalar y, by forward
/// over reverse mode. Throws GradientError where `jvp` or `grad` would.
std::vector<Tensor> hvp(const Tensor& y, const std::vector<Tensor>& wrt,
                        const std::vector<Tensor>& v);

// ---- on functions -------------------------------------------------------------------------------

namespace detail {

std::vector<Tensor> jacobians(std::string_view op, const Tensor& y, const std::vector<Tensor>& x,
                              const JacobianOptions& options = {});
std::vector<Tensor> hessian_products(std::string_view op, const Tensor& y,
                                     const std::vector<Tensor>& x, const std::vector<Tensor>& v);

}  // namespace detail

/// The function x ↦ df/dx, arrays of the axes of f(x) followed by those of x. Where f gives a
/// Tensor, they form a tree like x; where x is a Tensor, one like f(x); else there is a list of
/// trees like x, one for each Tensor of f(x). x is the argument of the number `by`, the first one
/// without a number, or the std::tuple of several.
template <std::size_t... by, TransformedFunction F>
auto jacobian(F f, const JacobianOptions& options = {}) {
    auto derivative = [options](F& function, const auto& in) {
        constexpr std::string_view op = "jacobian";
        auto at = detail::applied_at<by...>(op, function, in);
        using X = decltype(at.x);
        using Y = decltype(at.y);
        if constexpr (std::same_as<Y, Tensor>) {
            return detail::tree_of(at.x, detail::jacobians(op, at.y, at.variables, options));
        } else if constexpr (std::same_as<X, Tensor>) {
            std::vector<Tensor> all;
            for (const Tensor& y : at.values)
                all.push_back(detail::jacobians(op, y, at.variables, options)[0]);
            return detail::tree_of(at.y, all);
        } else {
            std::vector<X> all;
            for (const Tensor& y : at.values)
                all.push_back(
                    detail::tree_of(at.x, detail::jacobians(op, y, at.variables, options)));
            return all;
        }
    };
    return detail::TransformResult<F, decltype(derivative)>(std::move(f), std::move(derivative));
}

/// The function x ↦ d²f/dx² for a scalar-valued f of a Tensor, an array of the axes of x twice. For
/// an f of a tree, a list of trees like x: element k holds the derivatives of the gradient by x's
/// k-th Tensor, arrays of its axes followed by those of the other one. x is chosen by `by` as for
/// `jacobian`.
template <std::size_t... by, TransformedFunction F>
auto hessian(F f, const JacobianOptions& options = {}) {
    auto derivative = [options](F& function, const auto& in) {
        constexpr std::string_view op = "hessian";
        auto at = detail::applied_at<by...>(op, function, in);
        using X = decltype(at.x);
        const std::vector<Tensor> slopes = detail::gradients(op, at.values[0], at.variables);
        std::vector<X> blocks;
        for (const Tensor& slope : slopes)
            blocks.push_back(
                detail::tree_of(at.x, detail::jacobians(op, slope, at.variables, options)));
        if constexpr (std::same_as<X, Tensor>)
            return blocks[0];
        else
            return blocks;
    };
    return detail::TransformResult<F, decltype(derivative)>(std::move(f), std::move(derivative));
}

/// The product d²f/dx² · v at x for a scalar-valued f, by forward over reverse mode, without the
/// Hessian. x is the argument, or a std::tuple of several; `v` has its structure, shapes and
/// dtypes.
template <TransformedFunction F, class X>
auto hvp(F&& f, const X& x, const std::type_identity_t<detail::TreeOf<X>>& v) {
    auto at = detail::applied<F, detail::TreeOf<X>>("hvp", f, x);
    return detail::tree_of(
        std::move(at.x),
        detail::hessian_products("hvp", at.values[0], at.variables, flatten_tree(v)));
}
/// Of a function of a Tensor, which may stand in braces.
template <TensorFunction F>
auto hvp(F&& f, const Tensor& x, const Tensor& v) {
    return hvp<F&, Tensor>(f, x, v);
}
/// Of a function of a std::vector<Tensor>, whose elements may be written in braces.
template <OtherFunction F>
auto hvp(F&& f, const std::vector<Tensor>& x, const std::vector<Tensor>& v) {
    return hvp<F&, std::vector<Tensor>>(f, x, v);
}

}  // namespace shikumi

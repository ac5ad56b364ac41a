// First derivatives in both modes. All transforms record new nodes, so all of them can be
// differentiated again.
#pragma once

#include <concepts>
#include <functional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/ops/shaping.hpp>
#include <shikumi/autograd/transform/tree_arguments.hpp>

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

/// How to differentiate.
struct DerivativeOptions {
    /// Whether it is an error that the function doesn't depend on a tensor, rather than zeros.
    bool strict = false;
};

// ---- on the graph -------------------------------------------------------------------------------

/// The derivatives of `y`, f32 or f64 with a single element, by each tensor of `wrt`, in their
/// shapes and dtypes; zeros where y doesn't depend on one. Throws GradientError where y is
/// something else, where an element of `wrt` is neither f32 nor f64, where the graph was consumed
/// by an evaluation with assignments, where it holds the value that a parameter of `wrt` had
/// before it was assigned another one, and as `options` say.
std::vector<Tensor> grad(const Tensor& y, const std::vector<Tensor>& wrt,
                         const DerivativeOptions& options = {});
/// The products cotangentᵀ · dy/dx for each x of `wrt`, in their shapes and dtypes, by reverse
/// mode; zeros where y doesn't depend on x. Throws GradientError where `cotangent` hasn't y's shape
/// and dtype, and where `grad` would.
std::vector<Tensor> vjp(const Tensor& y, const std::vector<Tensor>& wrt, const Tensor& cotangent,
                        const DerivativeOptions& options = {});
/// The sums of cotangentᵀ · dy/dx over several y, for each x of `wrt`. A y that is neither f32 nor
/// f64, or whose cotangent is undefined, adds nothing.
std::vector<Tensor> vjp(const std::vector<Tensor>& y, const std::vector<Tensor>& wrt,
                        const std::vector<Tensor>& cotangents,
                        const DerivativeOptions& options = {});
/// The sum of dy/dx · tangent(x) over all x of `wrt`, in y's shape and dtype, by forward mode;
/// zeros where y depends on none. Throws GradientError where there isn't one tangent for each x, of
/// its shape and dtype, where an x is neither f32 nor f64, or where y holds the value that a
/// parameter of `wrt` had before it was assigned another one.
Tensor jvp(const Tensor& y, const std::vector<Tensor>& wrt, const std::vector<Tensor>& tangents);
/// The same for each of several y, in one pass.
std::vector<Tensor> jvp(const std::vector<Tensor>& y, const std::vector<Tensor>& wrt,
                        const std::vector<Tensor>& tangents);

/// A tree whose Tensors are constants to differentiation.
template <TensorTree Tree>
requires(!std::convertible_to<const Tree&, const Tensor&>) Tree stop_gradient(Tree tree) {
    for_each_tensor(tree, [](Tensor& t) {
        if (t.defined()) t = stop_gradient(std::as_const(t));
    });
    return tree;
}

// ---- on functions -------------------------------------------------------------------------------

namespace detail {

// `op` is the transform that the user called, as in all errors.

/// What each x is inside a transform: a node of its own, so that nested transforms of the same
/// tensor don't mix their derivatives up. Throws GradientError for integers, StateError for empty
/// Tensors and under NoGrad.
std::vector<Tensor> variables(std::string_view op, const std::vector<Tensor>& x);
/// `y`, which a function gave. Throws StateError where a Tensor of it is empty.
void want_defined(std::string_view op, const std::vector<Tensor>& y);
std::vector<Tensor> gradients(std::string_view op, const Tensor& y, const std::vector<Tensor>& wrt,
                              const DerivativeOptions& options = {});
std::vector<Tensor> pulled_back(std::string_view op, const std::vector<Tensor>& y,
                                const std::vector<Tensor>& wrt,
                                const std::vector<Tensor>& cotangents,
                                const DerivativeOptions& options = {});
std::vector<Tensor> pushed_forward(std::string_view op, const std::vector<Tensor>& y,
                                   const std::vector<Tensor>& wrt,
                                   const std::vector<Tensor>& tangents);

/// A function's value at variables that stand for x, and those.
template <class X, class Y>
struct Applied {
    X x;
    Y y;
    std::vector<Tensor> variables = flatten_tree(x), values = flatten_tree(y);
};
template <class X, class Y>
Applied<X, Y> applied_as(std::string_view op, X x, Y y) {
    static_assert(TensorTree<X> && TensorTree<Y>,
                  "a transformed function takes and gives Tensors, and values made of them");
    Applied<X, Y> both{std::move(x), std::move(y)};
    want_defined(op, both.values);
    return both;
}

/// f at x: its argument, or a std::tuple of its arguments.
template <class F, class X>
auto applied(std::string_view op, F& f, X x) {
    replace_tensors(x, variables(op, flatten_tree(x)));
    auto y = call_with(f, std::as_const(x));
    return applied_as(op, std::move(x), std::move(y));
}

/// f at `in`, where x are the arguments of these numbers: one alone, or a std::tuple of several;
/// the first one without numbers.
template <std::size_t... by, class F, class... A>
auto applied_at(std::string_view op, F& f, std::tuple<A...> in) {
    if constexpr (sizeof...(by) == 0) {
        return applied_at<0>(op, f, std::move(in));
    } else {
        std::tuple<std::tuple_element_t<by, std::tuple<A...>>...> chosen(std::get<by>(in)...);
        replace_tensors(chosen, variables(op, flatten_tree(chosen)));
        std::tie(std::get<by>(in)...) = chosen;
        auto y = std::apply(f, std::as_const(in));
        if constexpr (sizeof...(by) == 1)
            return applied_as(op, std::get<0>(std::move(chosen)), std::move(y));
        else
            return applied_as(op, std::move(chosen), std::move(y));
    }
}

/// A tree like `like` of other Tensors.
template <class Tree>
Tree tree_of(Tree like, const std::vector<Tensor>& tensors) {
    replace_tensors(like, tensors);
    return like;
}

/// The value to differentiate: what a function gives, or the first of a pair of it and more.
inline const Tensor& value_of(const Tensor& y) { return y; }
template <class More>
const Tensor& value_of(const std::pair<Tensor, More>& y) {
    return y.first;
}
template <class Y>
inline constexpr bool has_more = !std::same_as<Y, Tensor>;

/// f's result and the derivatives of its value, a tree like the arguments of these numbers.
template <std::size_t... by, class F, class In>
auto value_and_gradients(std::string_view op, F& f, const In& in,
                         const DerivativeOptions& options) {
    auto at = applied_at<by...>(op, f, in);
    const std::vector<Tensor> slopes = gradients(op, value_of(at.y), at.variables, options);
    return std::pair(std::move(at.y), tree_of(std::move(at.x), slopes));
}

}  // namespace detail

// A function to transform takes Tensors, or trees of them (see TensorTree): structs, tuples and
// vectors. Derivatives, tangents and cotangents are trees of the same type as what they belong to.

/// The function (x, …) ↦ df/dx for a scalar-valued f of any number of arguments. `by` are the
/// numbers of the arguments to differentiate by, the first one if there are none; several give a
/// std::tuple: `grad<0, 2>(f)`. An f that gives a std::pair of a scalar and something else has the
/// derivative of the scalar, and the new function gives a pair of it and the rest. Throws what
/// `grad` of a graph throws, and StateError under NoGrad.
template <std::size_t... by, TransformedFunction F>
auto grad(F f, const DerivativeOptions& options = {}) {
    auto derivative = [options](F& function, const auto& in) {
        auto [y, gradient] = detail::value_and_gradients<by...>("grad", function, in, options);
        if constexpr (detail::has_more<decltype(y)>)
            return std::pair(std::move(gradient), std::move(y.second));
        else
            return std::move(gradient);
    };
    return detail::TransformResult<F, decltype(derivative)>(std::move(f), std::move(derivative));
}

/// The function (x, …) ↦ (f(x, …), df/dx) for a scalar-valued f: see `grad`. Where f gives a pair,
/// the first of the two is that pair.
template <std::size_t... by, TransformedFunction F>
auto value_and_grad(F f, const DerivativeOptions& options = {}) {
    auto derivative = [options](F& function, const auto& in) {
        return detail::value_and_gradients<by...>("value_and_grad", function, in, options);
    };
    return detail::TransformResult<F, decltype(derivative)>(std::move(f), std::move(derivative));
}

/// The pair (f(x), cotangentᵀ · df/dx), by reverse mode. x is the argument, or a std::tuple of
/// several; `cotangent` has the structure, shapes and dtypes of f(x).
template <TransformedFunction F, class X, class Y>
auto vjp(F&& f, const X& x, const Y& cotangent, const DerivativeOptions& options = {}) {
    auto at = detail::applied<F, detail::TreeOf<X>>("vjp", f, x);
    const std::vector<Tensor> products = detail::pulled_back(
        "vjp", at.values, at.variables, flatten_tree<detail::TreeOf<Y>>(cotangent), options);
    return std::pair(std::move(at.y), detail::tree_of(std::move(at.x), products));
}
/// Of a function of a Tensor, which may stand in braces.
template <TensorFunction F>
auto vjp(F&& f, const Tensor& x, const Tensor& cotangent, const DerivativeOptions& options = {}) {
    return vjp<F&, Tensor, Tensor>(f, x, cotangent, options);
}
/// Of a function of a std::vector<Tensor>, whose elements may be written in braces.
template <OtherFunction F>
auto vjp(F&& f, const std::vector<Tensor>& x, const Tensor& cotangent,
         const DerivativeOptions& options = {}) {
    return vjp<F&, std::vector<Tensor>, Tensor>(f, x, cotangent, options);
}
/// The pair of f(x) and of the function cotangent ↦ cotangentᵀ · df/dx, which may be called again
/// and again: f runs once.
template <TransformedFunction F, class X>
auto vjp(F&& f, const X& x) {
    auto at = detail::applied<F, detail::TreeOf<X>>("vjp", f, x);
    auto y = at.y;
    auto pull = [at = std::move(at)](const decltype(at.y)& cotangent) {
        return detail::tree_of(
            at.x, detail::pulled_back("vjp", at.values, at.variables, flatten_tree(cotangent)));
    };
    return std::pair(std::move(y), std::move(pull));
}

/// The pair (f(x), df/dx · tangent), by forward mode. x is the argument, or a std::tuple of
/// several; `tangent` has its structure, shapes and dtypes. An f(x) that is neither f32 nor f64
/// has tangents of zeros.
template <TransformedFunction F, class X>
auto jvp(F&& f, const X& x, const std::type_identity_t<detail::TreeOf<X>>& tangent) {
    auto at = detail::applied<F, detail::TreeOf<X>>("jvp", f, x);
    const std::vector<Tensor> pushed =
        detail::pushed_forward("jvp", at.values, at.variables, flatten_tree(tangent));
    auto tangents = detail::tree_of(at.y, pushed);
    return std::pair(std::move(at.y), std::move(tangents));
}
/// Of a function of a Tensor, which may stand in braces.
template <TensorFunction F>
auto jvp(F&& f, const Tensor& x, const Tensor& tangent) {
    return jvp<F&, Tensor>(f, x, tangent);
}
/// Of a function of a std::vector<Tensor>, whose elements may be written in braces.
template <OtherFunction F>
auto jvp(F&& f, const std::vector<Tensor>& x, const std::vector<Tensor>& tangents) {
    return jvp<F&, std::vector<Tensor>>(f, x, tangents);
}

}  // namespace shikumi

// custom_function: a function with derivatives that the user states.
#pragma once

#include <functional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <shikumi/autograd/transform/tree_arguments.hpp>

namespace shikumi {

namespace detail {

/// Derivatives that a user has stated. Each is called with the arguments, the results, and the
/// cotangents of the results or the tangents of the arguments.
struct CustomRules {
    using Rule = std::function<std::vector<Tensor>(const std::vector<Tensor>& x,
                                                   const std::vector<Tensor>& y,
                                                   const std::vector<Tensor>& along)>;
    std::string name;
    Rule vjp, jvp;
};

/// The results `y` of a function of `x` with these derivatives.
std::vector<Tensor> with_rules(CustomRules rules, const std::vector<Tensor>& x,
                               const std::vector<Tensor>& y);

template <class Rule>
inline constexpr bool has_rule = !std::same_as<Rule, std::nullptr_t>;

// The rule that calls vjp(arguments…, y, cotangent).
template <class Vjp, class In, class Y>
CustomRules::Rule vjp_rule(Vjp vjp, const In& in, const Y& y) {
    return [vjp, in = without_tensors(in), y = without_tensors(y)](
               const std::vector<Tensor>& at, const std::vector<Tensor>& result,
               const std::vector<Tensor>& cotangents) {
        In arguments = in;
        Y value = y, cotangent = y;
        replace_tensors(arguments, at);
        replace_tensors(value, result);
        replace_tensors(cotangent, cotangents);
        return flatten_tree(std::apply(
            vjp,
            std::tuple_cat(arguments, std::tuple<Y, Y>(std::move(value), std::move(cotangent)))));
    };
}

// The rule that calls jvp(arguments…, y, tangents…).
template <class Jvp, class In, class Y>
CustomRules::Rule jvp_rule(Jvp jvp, const In& in, const Y& y) {
    return [jvp, in = without_tensors(in), y = without_tensors(y)](
               const std::vector<Tensor>& at, const std::vector<Tensor>& result,
               const std::vector<Tensor>& tangents) {
        In arguments = in, along = in;
        Y value = y;
        replace_tensors(arguments, at);
        replace_tensors(value, result);
        replace_tensors(along, tangents);
        return flatten_tree(
            std::apply(jvp, std::tuple_cat(arguments, std::tuple<Y>(std::move(value)), along)));
    };
}

}  // namespace detail

/// The function f with derivatives of its own, written in operations, so that they have derivatives
/// in turn:
/// - `vjp(x…, y, cotangent)`, with the arguments of f, its result and the cotangent of that, gives
///   the cotangents of the arguments: a Tensor or tree for one argument, a std::tuple for several.
///   An undefined Tensor stands for zero, and for the cotangent of integers.
/// - `jvp(x…, y, tangent…)`, with a tangent for each argument, gives the tangent of the result.
///
/// One of the two will do, the other one being nullptr: each mode follows from the other's rule. To
/// differentiation, all that f uses beside its arguments is constant. `vmap` maps f and the rules.
///
///     const auto clipped = custom_function([](const Tensor& x) { return x; },
///         [](const Tensor& x, const Tensor&, const Tensor& g) { return clip(g, -1, 1); });
///
/// Errors begin with `name`. Throws GradientError when differentiated by a rule that gives another
/// number of Tensors, or one of another shape or dtype than it belongs to.
template <TransformedFunction F, class Vjp, class Jvp = std::nullptr_t>
auto custom_function(F f, Vjp vjp, Jvp jvp = nullptr, std::string name = "custom_function") {
    static_assert(detail::has_rule<Vjp> || detail::has_rule<Jvp>, "there is no rule");
    auto ruled = [vjp = std::move(vjp), jvp = std::move(jvp), name = std::move(name)](
                     F& function, const auto& in) {
        auto y = std::apply(function, in);
        static_assert(TensorTree<decltype(y)>,
                      "a custom function gives Tensors, and values made of them");
        detail::CustomRules rules{name, {}, {}};
        if constexpr (detail::has_rule<Vjp>) rules.vjp = detail::vjp_rule(vjp, in, y);
        if constexpr (detail::has_rule<Jvp>) rules.jvp = detail::jvp_rule(jvp, in, y);
        detail::replace_tensors(
            y, detail::with_rules(std::move(rules), flatten_tree(in), flatten_tree(y)));
        return y;
    };
    return detail::TransformResult<F, decltype(ruled)>(std::move(f), std::move(ruled));
}

}  // namespace shikumi

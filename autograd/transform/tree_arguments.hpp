// How transforms call functions of tensors and of values made of tensors.
#pragma once

#include <concepts>
#include <initializer_list>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <shikumi/autograd/graph/tensor_tree.hpp>

namespace shikumi {

/// What transforms take as a function: anything but a tensor and a list of tensors, which belong to
/// a graph.
template <class F>
concept TransformedFunction = !std::convertible_to<const F&, const Tensor&> &&
                              !std::same_as<std::remove_cvref_t<F>, std::vector<Tensor>>;

/// A function of one Tensor: also one that could be called with a list as well.
template <class F>
concept TensorFunction = TransformedFunction<F> && std::invocable<F&, const Tensor&>;
/// A function of something else, such as a list.
template <class F>
concept OtherFunction = TransformedFunction<F> && !std::invocable<F&, const Tensor&>;

namespace detail {

/// An argument as the tree that it is: a Parameter as its Tensor.
template <class T>
using TreeOf = std::conditional_t<std::convertible_to<const T&, const Tensor&>, Tensor, T>;

template <class T>
inline constexpr bool is_tuple = false;
template <class... T>
inline constexpr bool is_tuple<std::tuple<T...>> = true;

/// f(x), or f of the elements of x where it is a std::tuple of several arguments.
template <class F, class X>
decltype(auto) call_with(F& f, const X& x) {
    if constexpr (is_tuple<X> && !std::invocable<F&, const X&>)
        return std::apply(f, x);
    else
        return f(x);
}

/// What `call_with` gives.
template <class F, class X>
using ResultOf =
    std::remove_cvref_t<decltype(call_with(std::declval<F&>(), std::declval<const X&>()))>;

/// Puts these Tensors in the place of those of a tree.
template <class Tree>
void replace_tensors(Tree& tree, const std::vector<Tensor>& tensors) {
    auto next = tensors.begin();
    for_each_tensor(tree, [&](Tensor& t) { t = *next++; });
}

/// A tree like `tree` without its Tensors.
template <class Tree>
Tree without_tensors(Tree tree) {
    for_each_tensor(tree, [](Tensor& t) { t = Tensor(); });
    return tree;
}

/// A function that a transform has made. `G` takes a tuple of arguments.
template <class F, class G>
class TransformResult {
public:
    explicit TransformResult(F f, G g) : f_(std::move(f)), g_(std::move(g)) {}

    /// Called like the function that was transformed.
    template <class... T>
    requires std::invocable < F&, const TreeOf<T>
    &... > auto operator()(const T&... arguments) const {
        return g_(f_, std::tuple<TreeOf<T>...>(arguments...));
    }
    /// A function of a std::vector<Tensor>, whose elements are written in braces.
    template <std::same_as<Tensor> T>
    auto operator()(std::initializer_list<T> arguments) const {
        return g_(f_, std::tuple(std::vector<Tensor>(arguments)));
    }

private:
    mutable F f_;
    G g_;
};

}  // namespace detail

}  // namespace shikumi

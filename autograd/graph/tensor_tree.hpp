// Tensor trees: values made of Tensors, such as a batch, that a function takes or returns whole.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/shape.hpp>
#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi {

namespace detail {

/// Converts to any type: initialises a member while the members of an aggregate are counted.
struct AnyMember {
    template <class T>
    operator T() const;
};

inline constexpr std::size_t most_members = 12;

template <class T, std::size_t... i>
consteval bool has_members(std::index_sequence<i...>) {
    return requires { T{(static_cast<void>(i), AnyMember{})...}; };
}

/// The number of an aggregate's members, or more than `most_members` where there are more.
template <class T, std::size_t n = most_members + 1>
consteval std::size_t member_count() {
    if constexpr (n == 0 || has_members<T>(std::make_index_sequence<n>())) {
        return n;
    } else {
        return member_count<T, n - 1>();
    }
}

/// References to the members of an aggregate.
template <class T>
constexpr auto members([[maybe_unused]] T& value) {
    constexpr std::size_t count = member_count<std::remove_const_t<T>>();
    static_assert(count <= most_members, "an aggregate of tensors has 12 members at most");
    if constexpr (count == 0) {
        return std::tie();
    } else if constexpr (count == 1) {
        auto& [a] = value;
        return std::tie(a);
    } else if constexpr (count == 2) {
        auto& [a, b] = value;
        return std::tie(a, b);
    } else if constexpr (count == 3) {
        auto& [a, b, c] = value;
        return std::tie(a, b, c);
    } else if constexpr (count == 4) {
        auto& [a, b, c, d] = value;
        return std::tie(a, b, c, d);
    } else if constexpr (count == 5) {
        auto& [a, b, c, d, e] = value;
        return std::tie(a, b, c, d, e);
    } else if constexpr (count == 6) {
        auto& [a, b, c, d, e, f] = value;
        return std::tie(a, b, c, d, e, f);
    } else if constexpr (count == 7) {
        auto& [a, b, c, d, e, f, g] = value;
        return std::tie(a, b, c, d, e, f, g);
    } else if constexpr (count == 8) {
        auto& [a, b, c, d, e, f, g, h] = value;
        return std::tie(a, b, c, d, e, f, g, h);
    } else if constexpr (count == 9) {
        auto& [a, b, c, d, e, f, g, h, i] = value;
        return std::tie(a, b, c, d, e, f, g, h, i);
    } else if constexpr (count == 10) {
        auto& [a, b, c, d, e, f, g, h, i, j] = value;
        return std::tie(a, b, c, d, e, f, g, h, i, j);
    } else if constexpr (count == 11) {
        auto& [a, b, c, d, e, f, g, h, i, j, k] = value;
        return std::tie(a, b, c, d, e, f, g, h, i, j, k);
    } else {
        auto& [a, b, c, d, e, f, g, h, i, j, k, l] = value;
        return std::tie(a, b, c, d, e, f, g, h, i, j, k, l);
    }
}

template <class T>
concept TreeConstant = std::is_arithmetic_v<T> || std::is_enum_v<T> ||
    std::same_as<T, std::string> || std::same_as<T, Shape>;

template <class T>
inline constexpr bool is_array = false;
template <class T, std::size_t n>
inline constexpr bool is_array<std::array<T, n>> = true;
template <class T>
inline constexpr bool is_vector = false;
template <class T, class Allocator>
inline constexpr bool is_vector<std::vector<T, Allocator>> = true;
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
concept TupleLike = requires {
    std::tuple_size<T>::value;
};

/// What the leaves of a type are, as a sum.
enum LeafKind : unsigned { no_leaf = 0, tensor_leaf = 1, constant_leaf = 2, other_leaf = 4 };

template <class T>
consteval unsigned leaves_of();

template <class Tuple, std::size_t... i>
consteval unsigned leaves_of_elements(std::index_sequence<i...>) {
    return (unsigned{no_leaf} | ... |
            leaves_of<std::remove_cvref_t<std::tuple_element_t<i, Tuple>>>());
}

template <class Tuple>
consteval unsigned leaves_of_elements() {
    return leaves_of_elements<Tuple>(std::make_index_sequence<std::tuple_size_v<Tuple>>());
}

template <class T>
consteval unsigned leaves_of() {
    if constexpr (std::same_as<T, Tensor>) {
        return tensor_leaf;
    } else if constexpr (TreeConstant<T>) {
        return constant_leaf;
    } else if constexpr (is_vector<T> || is_array<T> || is_optional<T>) {
        return leaves_of<typename T::value_type>();
    } else if constexpr (TupleLike<T>) {
        return leaves_of_elements<T>();
    } else if constexpr (std::is_class_v<T> && std::is_aggregate_v<T>) {
        if constexpr (member_count<T>() <= most_members) {
            return leaves_of_elements<decltype(members(std::declval<T&>()))>();
        } else {
            return other_leaf;
        }
    } else {
        return other_leaf;
    }
}

}  // namespace detail

/// A type that is a Tensor, or is made of Tensors and constants: a std::vector, std::array,
/// std::optional, std::pair or std::tuple of trees, or an aggregate of at most 12 members (without
/// base classes) that are trees. Constants are numbers, enumerators, std::string and Shape.
template <class T>
concept TensorTree = (detail::leaves_of<T>() & detail::other_leaf) == 0;

/// A tree without constants.
template <class T>
concept TensorOnlyTree = (detail::leaves_of<T>() & ~unsigned{detail::tensor_leaf}) == 0;

/// Calls on_tensor(tensor) for each Tensor of the tree, defined or not, in the order of members,
/// and on_size(n) before the elements of each std::vector and std::optional that may hold Tensors.
template <class Tree, class OnTensor, class OnSize>
requires TensorTree<std::remove_const_t<Tree>>
void visit_tree(Tree& tree, OnTensor&& on_tensor, OnSize&& on_size) {
    using T = std::remove_const_t<Tree>;
    const auto visit_all = [&](auto&... parts) { (visit_tree(parts, on_tensor, on_size), ...); };
    if constexpr (std::same_as<T, Tensor>) {
        on_tensor(tree);
    } else if constexpr ((detail::leaves_of<T>() & detail::tensor_leaf) == 0) {
        return;
    } else if constexpr (detail::is_optional<T>) {
        on_size(std::size_t{tree.has_value()});
        if (tree) visit_all(*tree);
    } else if constexpr (detail::is_vector<T> || detail::is_array<T>) {
        if constexpr (detail::is_vector<T>) on_size(tree.size());
        for (auto& part : tree) visit_all(part);
    } else if constexpr (detail::TupleLike<T>) {
        std::apply(visit_all, tree);
    } else {
        std::apply(visit_all, detail::members(tree));
    }
}

/// Calls f(tensor) for each Tensor of the tree, defined or not, in the order of members.
template <class Tree, class F>
requires TensorTree<std::remove_const_t<Tree>>
void for_each_tensor(Tree& tree, F&& f) {
    visit_tree(tree, f, [](std::size_t) {});
}

/// The Tensors of the tree, defined or not, in the order of members.
template <TensorTree Tree>
std::vector<Tensor> flatten_tree(const Tree& tree) {
    std::vector<Tensor> tensors;
    for_each_tensor(tree, [&](const Tensor& t) { tensors.push_back(t); });
    return tensors;
}

/// A copy of `like` with these Tensors in the place of its own, in the order of `flatten_tree`.
/// Throws ValueError where their number differs.
template <TensorTree Tree>
Tree rebuild_tree(const Tree& like, std::span<const Tensor> tensors) {
    Tree tree = like;
    std::size_t count = 0;
    for_each_tensor(tree, [&](Tensor& t) {
        if (count < tensors.size()) t = tensors[count];
        ++count;
    });
    if (count != tensors.size())
        fail<ValueError>("rebuild_tree", "the tree holds ", count, " tensors, got ",
                         tensors.size());
    return tree;
}

}  // namespace shikumi

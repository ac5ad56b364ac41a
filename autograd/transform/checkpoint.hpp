// checkpoint: a function whose intermediate values are computed again for its derivative.
#pragma once

#include <tuple>
#include <utility>
#include <vector>

#include <shikumi/autograd/graph/trace.hpp>
#include <shikumi/autograd/transform/tree_arguments.hpp>

namespace shikumi {

/// `y` as a function of the tensors `x` below it, whose reverse-mode derivative computes anew what
/// lies between the two, as soon as it knows the cotangent of y: the graph-level form. Derivatives
/// reach what else y depends on, too.
std::vector<Tensor> checkpoint(const std::vector<Tensor>& y, const std::vector<Tensor>& x);

namespace detail {

/// A function that is being recorded as a checkpoint.
class Checkpointing {
public:
    explicit Checkpointing(const std::vector<Tensor>& arguments);
    /// What the function gets.
    const std::vector<Tensor>& variables() const noexcept { return variables_; }
    /// What the new function gives where the function gave `y`.
    std::vector<Tensor> results(const std::vector<Tensor>& y);

private:
    std::vector<Tensor> variables_;
    DrawLog log_;
};

}  // namespace detail

/// The function f, except that its reverse-mode derivative keeps nothing of what f computes on its
/// way: it computes that again, from the arguments, the same random numbers included. The results
/// have the same bits. A chain of n layers in pieces of √n keeps about 2 √n layers' values instead
/// of n, for one more forward pass. Derivatives reach parameters and other tensors that f uses.
/// Under `Eager` all values are kept anyway.
template <TransformedFunction F>
auto checkpoint(F f) {
    auto recomputed = [](F& function, auto in) {
        detail::Checkpointing piece(flatten_tree(in));
        detail::replace_tensors(in, piece.variables());
        auto result = std::apply(function, std::as_const(in));
        static_assert(TensorTree<decltype(result)>,
                      "a checkpoint's function gives Tensors, and values made of them");
        detail::replace_tensors(result, piece.results(flatten_tree(result)));
        return result;
    };
    return detail::TransformResult<F, decltype(recomputed)>(std::move(f), std::move(recomputed));
}

}  // namespace shikumi

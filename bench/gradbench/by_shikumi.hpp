// How a problem's derivative, a function of tensors, becomes its ways by shikumi.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include <shikumi/shikumi.hpp>

#include "problem.hpp"

namespace gradbench {

/// The numbers of each tensor of a tree, all of which are evaluated together.
template <shikumi::TensorTree Tree>
Derivatives numbers_of(const Tree& tree) {
    const std::vector<shikumi::Tensor> tensors = shikumi::flatten_tree(tree);
    shikumi::evaluate(std::span<const shikumi::Tensor>(tensors));
    Derivatives lists;
    lists.reserve(tensors.size());
    for (const shikumi::Tensor& t : tensors) {
        const auto values = t.data<double>();
        lists.emplace_back(values.begin(), values.end());
    }
    return lists;
}

/// Sets the ways by shikumi to `derivative` of these tensors and trees of them. All data are among
/// them, since a captured function works out what depends on none of its arguments but once.
template <class F, class... In>
void set_by_shikumi(Problem& problem, F derivative, const In&... in) {
    problem.recorded = [=] { return numbers_of(derivative(in...)); };
    const auto captured = std::make_shared<shikumi::Captured<F>>(derivative);
    problem.captured = [=] { return numbers_of((*captured)(in...)); };
}

}  // namespace gradbench

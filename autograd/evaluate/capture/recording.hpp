// Recording: what one call of a function has recorded, before it is planned.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include <shikumi/autograd/evaluate/capture/capture_context.hpp>
#include <shikumi/autograd/evaluate/plan/pending_graph.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>

namespace shikumi::detail {

/// The graph of a function of tensors. Undefined Tensors among the arguments and results are absent
/// ones.
struct Recording {
    std::vector<Tensor> arguments;  // leaves without values
    std::vector<Tensor> results;
    std::vector<Assignment> assignments;
    std::vector<RandomDraw> draws;  // in the order of drawing
};

/// Calls `function` on leaves without values that have the specs of `arguments` (null: absent) and
/// takes down what it does. Afterwards, and after an exception, parameters and generators are as
/// they were before.
Recording record_call(std::span<const Node* const> arguments,
                      const std::function<std::vector<Tensor>(std::span<const Tensor>)>& function);

/// The graph of the results that are not absent, and of the assigned values.
PendingGraph graph_of(const Recording& recording);

}  // namespace shikumi::detail

// fold_pending: lets go of the parts of a long graph that nobody can differentiate any more.
#include <algorithm>
#include <vector>

#include <shikumi/autograd/evaluate/plan/pending_graph.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/graph_locks.hpp>
#include <shikumi/autograd/graph/trace.hpp>

namespace shikumi::detail {

namespace {

// By position: nodes that somebody could still differentiate by, and nodes above them. One can
// differentiate by what is held and floating, apart from the root itself.
std::vector<bool> differentiable(const PendingGraph& graph) {
    const Position root = graph.size() - 1;
    std::vector<bool> result(graph.size());
    for (Position i = 0; i < graph.size(); ++i) {
        const Node& node = graph[i];
        const auto inputs = graph.inputs(i);
        if (node.has(Node::constant)) continue;
        result[i] = (i != root && graph.held(i) && is_floating(node.spec.dtype)) ||
                    std::any_of(inputs.begin(), inputs.end(),
                                [&](Position input) { return result[input]; });
    }
    return result;
}

// The pending nodes at the upper edge of the parts that are not differentiable.
std::vector<Tensor> constants_of(const PendingGraph& graph, const std::vector<bool>& alive) {
    std::vector<Tensor> constants;
    const auto add = [&](Position i) {
        if (!alive[i] && graph.pending(i)) constants.push_back(Tensor::of(&graph[i]));
    };
    add(graph.size() - 1);
    for (Position i = 0; i < graph.size(); ++i) {
        if (!alive[i]) continue;
        for (const Position input : graph.inputs(i)) add(input);
    }
    return constants;
}

}  // namespace

void fold_pending(const Tensor& root) {
    if (capturing() || Trace::current()) return;
    const OwnGraph own;
    const PendingGraph graph({&root, 1}, {});
    const std::vector<bool> alive = differentiable(graph);
    const std::vector<Tensor> constants = constants_of(graph, alive);
    if (constants.empty()) return;
    evaluate(constants);
    for (const Tensor& constant : constants) drop_inputs(*constant.node());
    for (Position i = 0; i < graph.size(); ++i) {
        if (!alive[i] || !graph.pending(i)) continue;
        std::uint32_t below = 0;
        for (const Position input : graph.inputs(i)) {
            if (graph.pending(input)) below = std::max(below, graph[input].weight);
        }
        weigh(graph[i], below);
    }
}

}  // namespace shikumi::detail

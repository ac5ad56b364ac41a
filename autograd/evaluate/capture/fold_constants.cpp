#include <shikumi/autograd/evaluate/capture/fold_constants.hpp>

#include <algorithm>
#include <unordered_set>
#include <vector>

#include <shikumi/autograd/evaluate/plan/pending_graph.hpp>
#include <shikumi/autograd/graph/op.hpp>

namespace shikumi::detail {

namespace {

constexpr std::size_t most_bytes = 4096;  // of a value that is worth keeping

// The leaves that a replay gives other values, parameters excepted.
std::unordered_set<const Node*> changing_leaves(const Recording& recording) {
    std::unordered_set<const Node*> leaves;
    for (const Tensor& argument : recording.arguments) leaves.insert(argument.node());
    for (const RandomDraw& draw : recording.draws) leaves.insert(draw.key.node());
    return leaves;
}

// By position: whether the value differs from one replay to the next.
std::vector<bool> varying(const PendingGraph& graph, const Recording& recording) {
    const auto changing = changing_leaves(recording);
    std::vector<bool> varies(graph.size());
    for (Position i = 0; i < graph.size(); ++i) {
        const auto inputs = graph.inputs(i);
        varies[i] = graph.pending(i) ? std::any_of(inputs.begin(), inputs.end(),
                                                   [&](Position input) { return varies[input]; })
                                     : graph[i].parameter_state() || changing.contains(&graph[i]);
    }
    return varies;
}

bool broadcasts_for_free(const Node& source, const Node& consumer) {
    return consumer.op->form() == Op::Form::pointwise && !source.data && source.op &&
           source.op->form() == Op::Form::broadcast;
}

}  // namespace

void fold_constants(const Recording& recording) {
    const PendingGraph graph = graph_of(recording);
    const std::vector<bool> varies = varying(graph, recording);
    std::vector<bool> stays(graph.size());
    for (const Position root : graph.roots()) stays[root] = true;
    std::vector<Tensor> constants;
    for (Position i = graph.size(); i-- > 0;) {
        if (!graph.pending(i)) continue;
        const Node& node = graph[i];
        if (!varies[i] && !stays[i] && node.spec.bytes() <= most_bytes) {
            constants.push_back(Tensor::of(&node));
            continue;
        }
        for (const Position input : graph.inputs(i)) {
            if (broadcasts_for_free(graph[input], node)) stays[input] = true;
        }
    }
    evaluate(constants);
}

}  // namespace shikumi::detail

#include <shikumi/autograd/evaluate/capture/fold_constants.hpp>

#include <algorithm>
#include <unordered_set>
#include <vector>

#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/graph/traversal.hpp>

namespace shikumi::detail {

namespace {

constexpr std::size_t most_bytes = 4096;  // of a value that is worth keeping

// The leaves that a replay gives other values, parameters excepted.
std::unordered_set<const Node*> changing_leaves(const Recording& recording) {
    std::unordered_set<const Node*> leaves;
    for (const Tensor& argument : recording.arguments) leaves.insert(argument.node());
    for (const CaptureContext::Key& key : recording.keys) leaves.insert(key.leaf.node());
    return leaves;
}

// By position: whether the value differs from one replay to the next.
std::vector<bool> varying(const Traversal& graph, const Recording& recording) {
    const auto changing = changing_leaves(recording);
    std::vector<bool> varies(graph.size());
    for (std::uint32_t i = 0; i < graph.size(); ++i) {
        const auto inputs = graph.inputs(i);
        varies[i] = graph[i].data ? graph[i].parameter_state() || changing.contains(&graph[i])
                                  : std::any_of(inputs.begin(), inputs.end(),
                                                [&](std::uint32_t input) { return varies[input]; });
    }
    return varies;
}

bool broadcasts_for_free(const Node& source, const Node& consumer) {
    return consumer.op->form() == Op::Form::pointwise && source.op &&
           source.op->form() == Op::Form::broadcast;
}

}  // namespace

void fold_constants(const Recording& recording) {
    std::vector<const Node*> roots;
    for (const Tensor& result : recording.results) {
        if (result.defined()) roots.push_back(result.node());
    }
    for (const Assignment& a : recording.assignments) roots.push_back(a.value.node());
    Traversal graph;
    graph.run(roots, [](const Node& node) { return node.data == nullptr; });
    const std::vector<bool> varies = varying(graph, recording);
    std::vector<bool> stays(graph.size());
    for (const Node* root : roots) stays[static_cast<std::size_t>(graph.position(*root))] = true;

    std::vector<Tensor> constants;
    for (std::uint32_t i = graph.size(); i-- > 0;) {
        const Node& node = graph[i];
        if (node.data) continue;
        if (!varies[i] && !stays[i] && node.spec.bytes() <= most_bytes) {
            constants.push_back(Tensor::of(&node));
            continue;
        }
        for (const std::uint32_t input : graph.inputs(i)) {
            if (broadcasts_for_free(graph[input], node)) stays[input] = true;
        }
    }
    evaluate(constants);
}

}  // namespace shikumi::detail

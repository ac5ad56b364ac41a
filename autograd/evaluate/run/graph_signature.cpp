#include <shikumi/autograd/evaluate/run/graph_signature.hpp>

#include <shikumi/autograd/graph/op.hpp>

namespace shikumi::detail {

std::uint64_t structure_hash(const PendingGraph& graph) noexcept {
    std::uint64_t h = graph.roots().size();
    const auto mix = [&](std::uint64_t x) { h = (h ^ x) * 0x9E3779B97F4A7C15U + (h >> 29); };
    for (Position i = 0; i < graph.size(); ++i) {
        const Node& node = graph[i];
        mix(graph.pending(i) ? reinterpret_cast<std::uintptr_t>(node.op) : 0);
        mix(node.spec.shape.hash() + static_cast<std::uint64_t>(node.spec.dtype));
        for (const Position input : graph.inputs(i)) mix(i - input);
    }
    return h;
}

GraphSignature::GraphSignature(const PendingGraph& graph)
    : old_values_(graph.old_values().begin(), graph.old_values().end()) {
    describe_nodes(graph);
    describe_edges(graph);
    for (const Check& check : checks_) {
        if (check.op) check.op->retain();
    }
}

GraphSignature::~GraphSignature() {
    for (const Check& check : checks_) {
        if (check.op) check.op->release();
    }
}

void GraphSignature::describe_nodes(const PendingGraph& graph) {
    checks_.resize(graph.size());
    for (Position i = 0; i < graph.size(); ++i) {
        const Node& node = graph[i];
        Check& check = checks_[i];
        check.op = node.data ? nullptr : node.op;
        check.scope = node.data ? nullptr : node.scope;
        check.spec = node.spec;
        check.has_buffer = static_cast<bool>(node.buffer);
        check.root = graph.is_root(i);
        check.held = !check.root && graph.held(i);
        check.uses = graph.uses(i);
        check.edges = static_cast<std::uint32_t>(graph.inputs(i).size());
    }
}

// In the order of `matches`: roots first, then consumers before their inputs.
void GraphSignature::describe_edges(const PendingGraph& graph) {
    std::vector<bool> visited(graph.size());
    const auto visit = [&](Position position) -> Visit {
        const bool first = !visited[position];
        visited[position] = true;
        return {position, first ? 1U : 0U};
    };
    for (const Position root : graph.roots()) {
        roots_.push_back(visit(root));
        weights_.push_back(graph[root].weight);
    }
    for (Position i = graph.size(); i-- > 0;) {
        for (const Position input : graph.inputs(i)) edges_.push_back(visit(input));
    }
}

bool GraphSignature::same_depth(std::span<const Tensor> roots,
                                std::span<const Assignment> assignments) const noexcept {
    const std::uint32_t* weight = weights_.data();
    for (const Tensor& root : roots) {
        if (root.node()->weight != *weight++) return false;
    }
    for (const Assignment& a : assignments) {
        if (a.value.node()->weight != *weight++) return false;
    }
    return true;
}

bool GraphSignature::matches(std::span<const Tensor> roots, std::span<const Assignment> assignments,
                             std::vector<const Node*>& nodes) const {
    if (roots.size() + assignments.size() != roots_.size() ||
        assignments.size() != old_values_.size() || !same_depth(roots, assignments))
        return false;
    nodes.resize(checks_.size());
    const Node** const found = nodes.data();
    const auto reach = [&](Visit visit, const Node* node) {
        if (visit.first) found[visit.position] = node;
        return found[visit.position] == node;
    };
    const Visit* root = roots_.data();
    for (const Tensor& t : roots) {
        if (!reach(*root++, t.node())) return false;
    }
    for (const Assignment& a : assignments) {
        if (!reach(*root++, a.value.node())) return false;
    }
    const Visit* edge = edges_.data();
    const std::uint16_t me = current_thread_id;
    for (std::size_t i = checks_.size(); i-- > 0;) {
        const Check& check = checks_[i];
        const Node& node = *found[i];
        if (node.spec != check.spec) return false;
        if (!check.op) {
            if (!node.data || static_cast<bool>(node.buffer) != check.has_buffer) return false;
            continue;
        }
        if (node.op != check.op || node.data || node.arity != check.edges ||
            node.owner.load(std::memory_order_relaxed) != me || node.scope != check.scope)
            return false;
        // Exact, so that no inner node stands for two of the plan's.
        if (!check.root && (node.handles() > check.uses) != check.held) return false;
        for (const Tensor& input : node.inputs()) {
            if (!reach(*edge++, input.node())) return false;
        }
    }
    for (std::size_t a = 0; a < assignments.size(); ++a) {
        if (old_values_[a] != PendingGraph::none &&
            found[old_values_[a]] != assignments[a].parameter.value().node())
            return false;
    }
    return true;
}

}  // namespace shikumi::detail

#include <shikumi/autograd/boost_graph/graph.hpp>

#include <algorithm>
#include <numeric>

#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/autograd/graph/traversal.hpp>

namespace shikumi {

using namespace detail;

Graph::Graph(std::vector<Tensor> roots) {
    auto state = std::make_shared<State>();
    std::vector<const Node*> starts;
    for (const Tensor& root : roots) {
        if (!root.defined()) throw StateError("[graph] an empty Tensor has no graph");
        starts.push_back(root.node());
    }
    Traversal walk;
    walk.run(starts, [](const Node&) { return true; });
    state->roots = std::move(roots);
    state->nodes.assign(walk.nodes().begin(), walk.nodes().end());
    for (std::size_t i = 0; i < state->nodes.size(); ++i) {
        state->positions.emplace_back(state->nodes[i], i);
    }
    std::sort(state->positions.begin(), state->positions.end());
    // Counting sort: the edges of each target lie together.
    std::vector<std::size_t>& first = state->first_edge;
    first.assign(state->nodes.size() + 1, 0);
    for (std::uint32_t i = 0; i < walk.size(); ++i) {
        for (const std::uint32_t input : walk.inputs(i)) ++first[input + 1];
    }
    std::partial_sum(first.begin(), first.end(), first.begin());
    state->edges.resize(first.back());
    std::vector<std::size_t> next(first.begin(), first.end() - 1);
    for (std::uint32_t i = 0; i < walk.size(); ++i) {
        std::uint32_t slot = 0;
        for (const std::uint32_t input : walk.inputs(i))
            state->edges[next[input]++] = {state->nodes[i], slot++};
    }
    state_ = std::move(state);
}

std::size_t Graph::find(const State& state, const Node* v) {
    const auto it = std::lower_bound(state.positions.begin(), state.positions.end(),
                                     std::pair(v, std::size_t{0}));
    if (it == state.positions.end() || it->first != v)
        throw ValueError("[graph] the node does not belong to this graph");
    return it->second;
}

std::size_t Graph::index(const Node* v) const { return find(*state_, v); }

auto Graph::consumer_range(const Node* v) const -> std::pair<in_edge_iterator, in_edge_iterator> {
    const std::size_t i = index(v);
    const auto at = [&](std::size_t edge) {
        return state_->edges.begin() + static_cast<std::ptrdiff_t>(edge);
    };
    return {at(state_->first_edge[i]), at(state_->first_edge[i + 1])};
}

std::string Graph::name(const Node* v) const {
    if (v->op) return std::string(v->op->name());
    if (const ParameterState* state = v->parameter_state()) return state->name;
    return v->has(Node::consumed) ? "consumed" : "value";
}

}  // namespace shikumi

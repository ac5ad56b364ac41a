#include <shikumi/autograd/boost_graph/graph.hpp>

#include <algorithm>
#include <locale>
#include <ostream>
#include <sstream>

#include <boost/graph/graphviz.hpp>
#include <boost/property_map/function_property_map.hpp>

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
        state->edges += state->nodes[i]->arity;
    }
    std::sort(state->positions.begin(), state->positions.end());
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

std::string Graph::name(const Node* v) const {
    if (v->op) return std::string(v->op->name());
    if (const ParameterState* state = v->parameter_state()) return state->name;
    return v->has(Node::consumed) ? "consumed" : "value";
}

void write_dot(std::ostream& out, const Graph& graph) {
    // A program's locale may group digits, those of the vertices' numbers, too.
    const auto id = boost::make_function_property_map<const Node*>(
        [&](const Node* v) { return std::to_string(graph.index(v)); });
    std::ostringstream text;
    text.imbue(std::locale::classic());
    const auto label = [&](std::ostream& o, const Node* v) {
        o << "[label=\"" << graph.name(v) << "\\n"
          << v->spec << "\", shape=" << (v->op ? "box" : "ellipse") << "]";
    };
    const auto edge = [](std::ostream& o, const Graph::Edge& e) {
        o << "[dir=back";
        if (e.consumer->arity > 1) o << ", taillabel=\"" << e.input << '"';
        o << "]";
    };
    const auto whole = [](std::ostream& o) {
        o << "rankdir=BT;\nnode [fontname=\"sans-serif\"];\n";
    };
    boost::write_graphviz(text, graph, label, edge, whole, id);
    out << text.str();
}

}  // namespace shikumi

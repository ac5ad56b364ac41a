// Graph: the expression graph as a Boost graph. Any algorithm of the Boost Graph Library that
// works on vertices, out-edges and all edges runs on it as it is.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <boost/graph/graph_traits.hpp>
#include <boost/graph/properties.hpp>
#include <boost/iterator/iterator_facade.hpp>
#include <boost/property_map/property_map.hpp>

#include <shikumi/autograd/graph/node.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi {

/// Everything that some tensors are computed from, as a graph. Vertices are nodes; an edge leads
/// from a consumer to one of its inputs, so that a depth-first search finishes inputs first.
/// Copies nothing of the expressions, and keeps them alive. Models Boost's VertexListGraph,
/// EdgeListGraph, IncidenceGraph and BidirectionalGraph.
class Graph {
public:
    /// The edge to input number `input` of `consumer`.
    struct Edge {
        const Node* consumer = nullptr;  ///< where the edge begins
        std::uint32_t input = 0;         ///< which of its inputs the edge leads to
        /// Compares address and number.
        friend auto operator<=>(const Edge&, const Edge&) = default;
    };

    /// The edges of one node, to one input after the other.
    class out_edge_iterator : public boost::iterator_facade<out_edge_iterator, Edge,
                                                            boost::forward_traversal_tag, Edge> {
    public:
        out_edge_iterator() = default;
        /// Stands at `edge`.
        explicit out_edge_iterator(Edge edge) : at_(edge) {}

    private:
        friend class boost::iterator_core_access;
        Edge dereference() const { return at_; }
        bool equal(const out_edge_iterator& other) const { return at_ == other.at_; }
        void increment() { ++at_.input; }

        Edge at_;
    };

    /// The names that Boost looks for in a graph.
    /// @{
    using vertex_descriptor = const Node*;
    using edge_descriptor = Edge;
    using directed_category = boost::directed_tag;
    using edge_parallel_category = boost::allow_parallel_edge_tag;
    struct traversal_category : virtual boost::vertex_list_graph_tag,
                                virtual boost::edge_list_graph_tag,
                                virtual boost::bidirectional_graph_tag {};
    using vertices_size_type = std::size_t;
    using edges_size_type = std::size_t;
    using degree_size_type = std::size_t;
    using vertex_iterator = std::vector<const Node*>::const_iterator;
    using in_edge_iterator = std::vector<Edge>::const_iterator;
    using adjacency_iterator = void;
    static vertex_descriptor null_vertex() noexcept { return nullptr; }
    /// @}

    /// The edges of all nodes, one node after the other.
    class edge_iterator
        : public boost::iterator_facade<edge_iterator, Edge, boost::forward_traversal_tag, Edge> {
    public:
        edge_iterator() = default;
        /// Stands at the first edge of the nodes from `node` to `end`.
        edge_iterator(vertex_iterator node, vertex_iterator end) : node_(node), end_(end) {
            skip();
        }

    private:
        friend class boost::iterator_core_access;
        Edge dereference() const { return {*node_, input_}; }
        bool equal(const edge_iterator& other) const {
            return node_ == other.node_ && input_ == other.input_;
        }
        void increment() {
            ++input_;
            skip();
        }
        void skip() {  // to the next node that has an input left
            for (; node_ != end_ && input_ == (*node_)->arity; ++node_) input_ = 0;
        }

        vertex_iterator node_{}, end_{};
        std::uint32_t input_ = 0;
    };

    /// The graph below one tensor. Throws StateError where it is empty.
    explicit Graph(const Tensor& root) : Graph(std::vector<Tensor>{root}) {}
    /// The graph below several tensors. Throws StateError where one of them is empty.
    explicit Graph(std::vector<Tensor> roots);

    /// The vertices, inputs before consumers.
    const std::vector<const Node*>& nodes() const noexcept { return state_->nodes; }
    /// Number of edges: of inputs of all nodes.
    std::size_t edge_count() const noexcept { return state_->edges.size(); }
    /// The edges to `v`, from all consumers in this graph. Throws ValueError for a node that is not
    /// in it.
    std::span<const Edge> consumers(const Node* v) const {
        const auto [first, last] = consumer_range(v);
        return {first, last};
    }
    /// The same as a pair of iterators.
    std::pair<in_edge_iterator, in_edge_iterator> consumer_range(const Node* v) const;
    /// Position of `v` in `nodes`. Throws ValueError for a node that is not in this graph.
    std::size_t index(const Node* v) const;
    /// The operation's name; a parameter's; else "value", or "consumed" where an evaluation with
    /// assignments took the inputs.
    std::string name(const Node* v) const;
    /// Shape and dtype.
    Spec spec(const Node* v) const { return v->spec; }
    /// A handle on the vertex: to look at its value, or to differentiate by it.
    Tensor tensor(const Node* v) const { return Tensor::of(v); }

private:
    struct State;  // shared: Boost's algorithms copy graphs and maps freely
    std::shared_ptr<const State> state_;
    struct State {
        std::vector<Tensor> roots;
        std::vector<const Node*> nodes;
        std::vector<std::pair<const Node*, std::size_t>> positions;  // sorted by address
        std::vector<Edge> edges;              // of one target after the other
        std::vector<std::size_t> first_edge;  // of the target at a position, and the end
    };

public:
    /// Boost's vertex index: from a vertex to its position in `nodes`.
    class IndexMap {
    public:
        /// The names that Boost looks for in a property map.
        /// @{
        using key_type = const Node*;
        using value_type = std::size_t;
        using reference = std::size_t;
        using category = boost::readable_property_map_tag;
        /// @}
        IndexMap() = default;
        /// The positions in `graph`.
        explicit IndexMap(const Graph& graph) : state_(graph.state_) {}
        /// The position of `v`. Throws ValueError for a node that is not in the graph.
        std::size_t operator[](const Node* v) const { return find(*state_, v); }
        /// The position of `v`. Throws ValueError for a node that is not in the graph.
        friend std::size_t get(const IndexMap& map, const Node* v) { return map[v]; }

    private:
        std::shared_ptr<const State> state_;
    };

private:
    static std::size_t find(const State& state, const Node* v);
};

/// First and last vertex, as Boost's VertexListGraph wants them.
inline std::pair<Graph::vertex_iterator, Graph::vertex_iterator> vertices(const Graph& g) {
    return {g.nodes().begin(), g.nodes().end()};
}
/// Number of vertices.
inline std::size_t num_vertices(const Graph& g) { return g.nodes().size(); }
/// First and last edge, as Boost's EdgeListGraph wants them.
inline std::pair<Graph::edge_iterator, Graph::edge_iterator> edges(const Graph& g) {
    const auto [first, last] = vertices(g);
    return {Graph::edge_iterator(first, last), Graph::edge_iterator(last, last)};
}
/// Number of edges.
inline std::size_t num_edges(const Graph& g) { return g.edge_count(); }
/// First and last edge to the inputs of `v`, as Boost's IncidenceGraph wants them.
inline std::pair<Graph::out_edge_iterator, Graph::out_edge_iterator> out_edges(const Node* v,
                                                                               const Graph&) {
    return {Graph::out_edge_iterator({v, 0}), Graph::out_edge_iterator({v, v->arity})};
}
/// Number of inputs of `v`.
inline std::size_t out_degree(const Node* v, const Graph&) { return v->arity; }
/// First and last edge from the consumers of `v`, as Boost's BidirectionalGraph wants them. Throws
/// ValueError for a node that is not in the graph.
inline std::pair<Graph::in_edge_iterator, Graph::in_edge_iterator> in_edges(const Node* v,
                                                                            const Graph& g) {
    return g.consumer_range(v);
}
/// Number of edges from consumers of `v`. Throws ValueError for a node that is not in the graph.
inline std::size_t in_degree(const Node* v, const Graph& g) { return g.consumers(v).size(); }
/// Number of edges of `v`, to inputs and from consumers.
inline std::size_t degree(const Node* v, const Graph& g) {
    return out_degree(v, g) + in_degree(v, g);
}
/// The consumer, where the edge begins.
inline const Node* source(const Graph::Edge& e, const Graph&) { return e.consumer; }
/// The input, where the edge ends.
inline const Node* target(const Graph::Edge& e, const Graph&) {
    return e.consumer->inputs()[e.input].node();
}
/// The graph's vertex index.
inline Graph::IndexMap get(boost::vertex_index_t, const Graph& g) { return Graph::IndexMap(g); }
/// The index of one vertex. Throws ValueError for a node that is not in the graph.
inline std::size_t get(boost::vertex_index_t, const Graph& g, const Node* v) { return g.index(v); }

}  // namespace shikumi

/// @cond Boost's own name
template <>
struct boost::property_map<shikumi::Graph, boost::vertex_index_t> {
    using type = shikumi::Graph::IndexMap;
    using const_type = shikumi::Graph::IndexMap;
};
/// @endcond

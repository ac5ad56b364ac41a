// Graph: the expression graph as a Boost graph. Any algorithm of the Boost Graph Library that
// works on vertices, out-edges and all edges runs on it as it is.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/graph/graph_traits.hpp>
#include <boost/graph/properties.hpp>
#include <boost/property_map/property_map.hpp>

#include <shikumi/autograd/graph/node.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi {

/// A view over everything that some tensors are computed from. Vertices are nodes; an edge leads
/// from a consumer to one of its inputs, so that a depth-first search finishes inputs first.
/// Copies nothing of the graph, and keeps it alive. Models Boost's VertexListGraph, EdgeListGraph
/// and IncidenceGraph.
class Graph {
public:
    using vertex_descriptor = const Node*;
    /// Input number `slot` of `consumer`.
    struct Edge {
        const Node* consumer = nullptr;
        std::uint32_t slot = 0;
        friend auto operator<=>(const Edge&, const Edge&) = default;
    };
    using edge_descriptor = Edge;
    using directed_category = boost::directed_tag;
    using edge_parallel_category = boost::allow_parallel_edge_tag;
    struct traversal_category : virtual boost::vertex_list_graph_tag,
                                virtual boost::edge_list_graph_tag,
                                virtual boost::incidence_graph_tag {};
    using vertices_size_type = std::size_t;
    using edges_size_type = std::size_t;
    using degree_size_type = std::size_t;
    using vertex_iterator = std::vector<const Node*>::const_iterator;
    using in_edge_iterator = void;
    using adjacency_iterator = void;

    /// The input numbers of one node.
    class out_edge_iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = Edge;
        using difference_type = std::ptrdiff_t;
        using pointer = const Edge*;
        using reference = Edge;
        out_edge_iterator() = default;
        explicit out_edge_iterator(Edge at) : at_(at) {}
        Edge operator*() const { return at_; }
        out_edge_iterator& operator++() {
            ++at_.slot;
            return *this;
        }
        out_edge_iterator operator++(int) {
            auto before = *this;
            ++*this;
            return before;
        }
        friend bool operator==(const out_edge_iterator&, const out_edge_iterator&) = default;

    private:
        Edge at_;
    };

    /// The edges of all nodes, one node after the other.
    class edge_iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = Edge;
        using difference_type = std::ptrdiff_t;
        using pointer = const Edge*;
        using reference = Edge;
        edge_iterator() = default;
        edge_iterator(vertex_iterator vertex, vertex_iterator end) : vertex_(vertex), end_(end) {
            skip();
        }
        Edge operator*() const { return {*vertex_, slot_}; }
        edge_iterator& operator++() {
            ++slot_;
            skip();
            return *this;
        }
        edge_iterator operator++(int) {
            auto before = *this;
            ++*this;
            return before;
        }
        friend bool operator==(const edge_iterator& a, const edge_iterator& b) {
            return a.vertex_ == b.vertex_ && a.slot_ == b.slot_;
        }

    private:
        void skip() {
            while (vertex_ != end_ && slot_ == (*vertex_)->arity) {
                ++vertex_;
                slot_ = 0;
            }
        }
        vertex_iterator vertex_{}, end_{};
        std::uint32_t slot_ = 0;
    };

    static vertex_descriptor null_vertex() noexcept { return nullptr; }

    explicit Graph(const Tensor& root) : Graph(std::vector<Tensor>{root}) {}
    explicit Graph(std::vector<Tensor> roots);

    /// The vertices, inputs before consumers.
    const std::vector<const Node*>& nodes() const noexcept { return state_->nodes; }
    std::size_t edge_count() const noexcept { return state_->edges; }
    /// Position of `v` in `nodes`. Throws ValueError for a node that is not in this graph.
    std::size_t index(const Node* v) const;
    /// The operation's name; a parameter's; else "value", or "consumed".
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
        std::size_t edges = 0;
    };

public:
    /// Vertex → 0 … n-1.
    class IndexMap {
    public:
        using key_type = const Node*;
        using value_type = std::size_t;
        using reference = std::size_t;
        using category = boost::readable_property_map_tag;
        IndexMap() = default;
        explicit IndexMap(const Graph& graph) : state_(graph.state_) {}
        friend std::size_t get(const IndexMap& map, const Node* v) { return map[v]; }
        std::size_t operator[](const Node* v) const { return find(*state_, v); }

    private:
        std::shared_ptr<const State> state_;
    };

private:
    static std::size_t find(const State& state, const Node* v);
};

inline std::pair<Graph::vertex_iterator, Graph::vertex_iterator> vertices(const Graph& g) {
    return {g.nodes().begin(), g.nodes().end()};
}
inline std::size_t num_vertices(const Graph& g) { return g.nodes().size(); }
inline std::pair<Graph::edge_iterator, Graph::edge_iterator> edges(const Graph& g) {
    const auto [first, last] = vertices(g);
    return {Graph::edge_iterator(first, last), Graph::edge_iterator(last, last)};
}
inline std::size_t num_edges(const Graph& g) { return g.edge_count(); }
inline std::pair<Graph::out_edge_iterator, Graph::out_edge_iterator> out_edges(const Node* v,
                                                                               const Graph&) {
    return {Graph::out_edge_iterator({v, 0}), Graph::out_edge_iterator({v, v->arity})};
}
inline std::size_t out_degree(const Node* v, const Graph&) { return v->arity; }
inline const Node* source(const Graph::Edge& e, const Graph&) { return e.consumer; }
inline const Node* target(const Graph::Edge& e, const Graph&) {
    return e.consumer->inputs()[e.slot].node();
}
inline Graph::IndexMap get(boost::vertex_index_t, const Graph& g) { return Graph::IndexMap(g); }
inline std::size_t get(boost::vertex_index_t, const Graph& g, const Node* v) { return g.index(v); }

/// Writes the graph for Graphviz: each vertex labelled with operation, shape and dtype; arrows in
/// the direction in which the values flow.
void write_dot(std::ostream& out, const Graph& graph);

}  // namespace shikumi

template <>
struct boost::property_map<shikumi::Graph, boost::vertex_index_t> {
    using type = shikumi::Graph::IndexMap;
    using const_type = shikumi::Graph::IndexMap;
};

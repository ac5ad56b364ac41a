#include <shikumi/autograd/boost_graph/min_cut.hpp>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/boykov_kolmogorov_max_flow.hpp>

namespace shikumi::detail {

namespace {

using Traits = boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::bidirectionalS>;
using Network = boost::adjacency_list<
    boost::vecS, boost::vecS, boost::bidirectionalS, boost::no_property,
    boost::property<
        boost::edge_capacity_t, std::int64_t,
        boost::property<boost::edge_residual_capacity_t, std::int64_t,
                        boost::property<boost::edge_reverse_t, Traits::edge_descriptor>>>>;

void connect(Network& network, std::size_t from, std::size_t to, std::int64_t capacity) {
    const auto there = add_edge(from, to, capacity, network).first;
    const auto back = add_edge(to, from, 0, network).first;
    put(boost::edge_reverse, network, there, back);
    put(boost::edge_reverse, network, back, there);
}

}  // namespace

std::vector<bool> minimum_cut(std::span<const CutVertex> vertices, std::span<const CutEdge> edges) {
    using Role = CutVertex::Role;
    const std::size_t n = vertices.size();
    std::int64_t unlimited = 1;  // more than all that can be kept
    for (const CutVertex& v : vertices) {
        if (v.cost != CutVertex::never) unlimited += v.cost;
    }
    // Vertex v's value is 2v + 1, and 2v is the step that computes it again. What is on the sink's
    // side is wanted; between the two, the value is kept.
    const std::size_t source = 2 * n, sink = source + 1;
    const auto step = [](std::size_t v) { return 2 * v; };
    const auto value = [](std::size_t v) { return 2 * v + 1; };
    const auto from = [&](std::size_t v) {
        return vertices[v].role == Role::given ? source : step(v);
    };
    const auto has_value = [&](std::size_t v) {
        return vertices[v].role == Role::given || vertices[v].role == Role::between;
    };
    Network network(sink + 1);
    for (std::size_t v = 0; v < n; ++v) {
        if (has_value(v))
            connect(network, from(v), value(v), std::min(vertices[v].cost, unlimited));
    }
    std::vector<bool> wanted(n);
    for (const auto& [input, consumer] : edges) {
        if (!has_value(input)) continue;
        if (vertices[consumer].role == Role::wanting) wanted[input] = true;
        if (vertices[consumer].role == Role::between)
            connect(network, value(input), step(consumer), unlimited);
    }
    for (std::size_t v = 0; v < n; ++v) {
        if (wanted[v]) connect(network, value(v), sink, unlimited);
    }

    std::vector<boost::default_color_type> colors(num_vertices(network));
    std::vector<Traits::edge_descriptor> predecessors(num_vertices(network));
    std::vector<std::int64_t> distances(num_vertices(network));
    const auto vertex_index = get(boost::vertex_index, network);
    const auto by_vertex = [&](auto& values) {
        return boost::make_iterator_property_map(values.begin(), vertex_index);
    };
    boost::boykov_kolmogorov_max_flow(
        network, get(boost::edge_capacity, network), get(boost::edge_residual_capacity, network),
        get(boost::edge_reverse, network), by_vertex(predecessors), by_vertex(colors),
        by_vertex(distances), vertex_index, source, sink);

    // White is what the sink can still be reached from.
    std::vector<bool> keep(n);
    const auto on_sinks_side = [&](std::size_t x) { return colors[x] == boost::white_color; };
    for (std::size_t v = 0; v < n; ++v)
        keep[v] = has_value(v) && on_sinks_side(value(v)) && !on_sinks_side(from(v));
    return keep;
}

}  // namespace shikumi::detail

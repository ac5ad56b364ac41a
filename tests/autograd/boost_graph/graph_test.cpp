// The expression graph as a Boost graph: concepts and algorithms.
#include "catch.hpp"

#include <chrono>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <boost/graph/dag_shortest_paths.hpp>
#include <boost/graph/depth_first_search.hpp>
#include <boost/graph/dominator_tree.hpp>
#include <boost/graph/filtered_graph.hpp>
#include <boost/graph/graph_concepts.hpp>
#include <boost/graph/reverse_graph.hpp>
#include <boost/graph/topological_sort.hpp>
#include <boost/property_map/function_property_map.hpp>

#include <shikumi/graph.hpp>

#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/derivatives.hpp>
#include <shikumi/nn/nn.hpp>

using namespace shikumi;

BOOST_CONCEPT_ASSERT((boost::VertexListGraphConcept<Graph>));
BOOST_CONCEPT_ASSERT((boost::EdgeListGraphConcept<Graph>));
BOOST_CONCEPT_ASSERT((boost::IncidenceGraphConcept<Graph>));
BOOST_CONCEPT_ASSERT((boost::BidirectionalGraphConcept<Graph>));
BOOST_CONCEPT_ASSERT(
    (boost::ReadablePropertyGraphConcept<Graph, const Node*, boost::vertex_index_t>));

TEST_CASE("Boost's algorithms run on the expression graph") {
    Parameter w("w", ones({4, 3}));
    const Tensor x = ones({2, 4});
    const Tensor loss = sum(softmax(matmul(x, w)) * 2.0);
    const Graph g(loss);

    std::vector<Graph::vertex_descriptor> order;
    boost::topological_sort(g, std::back_inserter(order));
    REQUIRE(order.size() == num_vertices(g));
    CHECK(order.back() == loss.node());
    std::vector<std::string> names;
    for (const auto v : order) names.push_back(g.name(v));
    CHECK(std::count(names.begin(), names.end(), "w") == 1);
    CHECK(std::count(names.begin(), names.end(), "matmul") == 1);

    std::size_t seen = 0;
    for (auto [e, end] = edges(g); e != end; ++e) {
        ++seen;
        CHECK(g.index(target(*e, g)) < g.index(source(*e, g)));
    }
    CHECK(seen == num_edges(g));

    const auto keep = [](const Graph::Edge& e) { return e.input == 0; };
    const boost::filtered_graph filtered(g, std::function<bool(Graph::Edge)>(keep));
    CHECK(out_degree(loss.node(), filtered) == 1);
    CHECK_THROWS_AS(g.index(ones({1}).node()), ValueError);
}

TEST_CASE("an input used twice has two edges") {
    const Tensor x = ones({2});
    const Tensor y = x * x;
    const Graph g(y);
    CHECK(out_degree(y.node(), g) == 2);
    CHECK(g.tensor(y.node()).node() == y.node());
}

TEST_CASE("a node knows its consumers") {
    const Tensor x = ones({2}), y = x * x, z = sum(x) + sum(y);
    const Graph g(z);
    CHECK(in_degree(x.node(), g) == 3);
    CHECK(in_degree(z.node(), g) == 0);
    CHECK(degree(y.node(), g) == 3);
    std::size_t count = 0;
    for (const Node* v : g.nodes()) {
        for (const Graph::Edge& e : g.consumers(v)) {
            ++count;
            CHECK(target(e, g) == v);
        }
    }
    CHECK(count == num_edges(g));
    CHECK_THROWS_AS(g.consumers(ones({1}).node()), ValueError);
}

// ---- on the graphs of real networks -------------------------------------------------------------

namespace {

struct Network {
    std::string name;
    std::shared_ptr<nn::Sequential> model;
    Tensor x;
};

std::vector<Network> networks() {
    std::vector<Network> all;
    const auto add = [&](const std::string& name, const Shape& input, auto&&... layers) {
        all.push_back({name, std::make_shared<nn::Sequential>(), ones(input)});
        (all.back().model->add(layers), ...);
    };
    add("perceptron", {2, 4}, nn::Dense(8, {.activation = nn::relu, .input_dim = 4}), nn::Dense(3));
    add("convolutions", {2, 6, 6, 1},
        nn::Conv2D(3, {3, 3}, {.activation = nn::relu, .input_shape = {6, 6, 1}}),
        nn::BatchNormalization(), nn::MaxPooling2D(), nn::Flatten(), nn::Dense(2));
    add("recurrence", {2, 5, 3}, nn::LSTM(4, {.input_shape = {5, 3}}), nn::Dense(2));
    return all;
}

Tensor loss_of(Network& n) { return mean(square((*n.model)(n.x, nn::Mode::train))); }

}  // namespace

TEST_CASE("the order of topological_sort evaluates a network and its derivatives") {
    for (Network& n : networks()) {
        INFO(n.name);
        const Tensor loss = loss_of(n);
        std::vector<Tensor> roots{loss};
        for (const Parameter& p : n.model->trainable_weights()) roots.push_back(grad(loss, {p})[0]);
        const Graph g(roots);
        std::vector<const Node*> order;
        boost::topological_sort(g, std::back_inserter(order));
        REQUIRE(order.size() == num_vertices(g));
        std::set<const Node*> done;
        for (const Node* v : order) {
            for (auto [e, end] = out_edges(v, g); e != end; ++e)
                CHECK(done.count(target(*e, g)) == 1);
            done.insert(v);
        }
        // Sorted the other way round on the reversed graph, consumers come first.
        std::vector<const Node*> reversed;
        const auto turned = boost::make_reverse_graph(g);
        boost::topological_sort(turned, std::back_inserter(reversed));
        CHECK(reversed.size() == order.size());
        CHECK(reversed.back()->arity == 0);
    }
}

TEST_CASE("depth_first_visit stops where its terminator says") {
    for (Network& n : networks()) {
        INFO(n.name);
        const Tensor loss = loss_of(n);
        const Graph g(loss);
        const auto visited = [&](auto&& stop) {
            std::map<const Node*, boost::default_color_type> colours;
            for (const Node* v : g.nodes()) colours[v] = boost::white_color;
            boost::depth_first_visit(g, loss.node(), boost::default_dfs_visitor(),
                                     boost::make_assoc_property_map(colours), stop);
            std::set<const Node*> found;
            for (const auto& [v, colour] : colours) {
                if (colour != boost::white_color) found.insert(v);
            }
            return found;
        };
        CHECK(visited([](const Node*, const Graph&) { return false; }).size() == num_vertices(g));
        CHECK(visited([](const Node*, const Graph&) { return true; }).size() == 1);
        // Not below the last layer: no parameter of the layers before is met.
        const std::string last = n.model->layers().back()->name();
        const auto met = visited([&](const Node* v, const Graph&) {
            return v != loss.node() && v->scope && v->scope->find(last) == std::string::npos;
        });
        for (const Parameter& p : n.model->layers().front()->weights())
            CHECK(met.count(p.value().node()) == 0);
        for (const Parameter& p : n.model->layers().back()->weights())
            CHECK(met.count(p.value().node()) == 1);
    }
}

TEST_CASE("a filtered graph is the part that depends on a parameter") {
    for (Network& n : networks()) {
        INFO(n.name);
        const Tensor loss = loss_of(n);
        const Graph g(loss);
        const Parameter last = n.model->trainable_weights().back();
        std::set<const Node*> above{last.value().node()};
        for (const Node* v : g.nodes()) {
            for (auto [e, end] = out_edges(v, g); e != end; ++e) {
                if (above.count(target(*e, g)) == 1) above.insert(v);
            }
        }
        using Keep = std::function<bool(const Node*)>;
        const boost::filtered_graph part(g, boost::keep_all(),
                                         Keep([&](const Node* v) { return above.count(v) == 1; }));
        std::vector<const Node*> order;
        boost::topological_sort(part, std::back_inserter(order));
        CHECK(std::set<const Node*>(order.begin(), order.end()) == above);
        CHECK(order.front() == last.value().node());
        CHECK(order.back() == loss.node());
    }
}

TEST_CASE("dag_shortest_paths finds the critical path by measured times") {
    for (Network& n : networks()) {
        INFO(n.name);
        const Tensor loss = loss_of(n);
        const Graph g(loss);
        std::map<const Node*, double> seconds, distances, longest;
        std::map<const Node*, const Node*> consumers;
        using Clock = std::chrono::steady_clock;
        for (const Node* v : g.nodes()) {
            const auto begin = Clock::now();
            evaluate(g.tensor(v));
            seconds[v] = std::chrono::duration<double>(Clock::now() - begin).count();
            consumers[v] = v;
        }
        boost::dag_shortest_paths(
            g, loss.node(),
            boost::weight_map(boost::make_function_property_map<Graph::Edge>(
                                  [&](const Graph::Edge& e) { return -seconds.at(e.consumer); }))
                .distance_map(boost::make_assoc_property_map(distances))
                .predecessor_map(boost::make_assoc_property_map(consumers)));
        // The same by going up: a node is ready when its slowest input is.
        double slowest = 0;
        for (const Node* v : g.nodes()) {
            double& ready = longest[v];
            for (auto [e, end] = out_edges(v, g); e != end; ++e)
                ready = std::max(ready, longest.at(target(*e, g)));
            if (v->arity > 0) ready += seconds.at(v);
            slowest = std::max(slowest, ready);
        }
        double farthest = 0;
        const Node* end = loss.node();
        for (const auto& [v, distance] : distances) {
            if (distance < farthest) {
                farthest = distance;
                end = v;
            }
        }
        CHECK(-farthest == Approx(slowest));
        double path = 0;
        for (; end != loss.node(); end = consumers.at(end)) path += seconds.at(consumers.at(end));
        CHECK(path == Approx(slowest));
    }
}

TEST_CASE("dominators are what all ways from the loss lead through") {
    for (Network& n : networks()) {
        INFO(n.name);
        const Tensor loss = loss_of(n);
        const Graph g(loss);
        std::map<const Node*, const Node*> gates;
        boost::lengauer_tarjan_dominator_tree(g, loss.node(),
                                              boost::make_assoc_property_map(gates));
        // Without its gate a vertex is out of reach; without any other vertex it is not.
        const auto reaches = [&](const Node* wanted, const Node* without) {
            std::set<const Node*> reached{loss.node()};
            for (auto v = g.nodes().rbegin(); v != g.nodes().rend(); ++v) {
                if (*v == without || reached.count(*v) == 0) continue;
                for (auto [e, end] = out_edges(*v, g); e != end; ++e) reached.insert(target(*e, g));
            }
            return wanted == without || reached.count(wanted) == 1;
        };
        for (const Node* v : g.nodes()) {
            if (v == loss.node()) continue;
            REQUIRE(gates.count(v) == 1);
            const Node* const gate = gates.at(v);
            if (gate != loss.node()) CHECK(!reaches(v, gate));
            for (const Node* other : g.nodes()) {
                bool dominates = false;
                for (const Node* up = v; up != loss.node(); up = gates.at(up))
                    dominates = dominates || up == other;
                if (other != loss.node() && !dominates) CHECK(reaches(v, other));
            }
        }
    }
}

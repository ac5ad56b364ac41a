// The expression graph as a Boost graph: concepts, algorithms, drawing.
#include "catch.hpp"

#include <iterator>
#include <sstream>
#include <vector>

#include <boost/graph/depth_first_search.hpp>
#include <boost/graph/filtered_graph.hpp>
#include <boost/graph/graph_concepts.hpp>
#include <boost/graph/topological_sort.hpp>

#include <shikumi/graph.hpp>

#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/autograd/ops/ops.hpp>

#include "support/locale.hpp"

using namespace shikumi;

BOOST_CONCEPT_ASSERT((boost::VertexListGraphConcept<Graph>));
BOOST_CONCEPT_ASSERT((boost::EdgeListGraphConcept<Graph>));
BOOST_CONCEPT_ASSERT((boost::IncidenceGraphConcept<Graph>));

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

TEST_CASE("a drawing names operations, shapes and dtypes") {
    Parameter w("w", ones({4, 3}));
    std::ostringstream out;
    write_dot(out, Graph(matmul(zeros({2, 4}), w)));
    CHECK(out.str().find("matmul\\nf32 (2, 3)") != std::string::npos);
    CHECK(out.str().find("w\\nf32 (4, 3)") != std::string::npos);
    CHECK(out.str().find("digraph") == 0);
}

TEST_CASE("an input used twice has two edges") {
    const Tensor x = ones({2});
    const Tensor y = x * x;
    const Graph g(y);
    CHECK(out_degree(y.node(), g) == 2);
    CHECK(g.tensor(y.node()).node() == y.node());
}

TEST_CASE("a drawing's numbers are the same in every locale") {
    Tensor x = ones({1});
    for (int i = 0; i < 1100; ++i) x = x + 1.5;
    const shikumi_test::CommaLocale comma;
    std::ostringstream out;
    write_dot(out, Graph(x));
    CHECK(out.str().find("1100[") != std::string::npos);
    CHECK(out.str().find("1.100") == std::string::npos);
}

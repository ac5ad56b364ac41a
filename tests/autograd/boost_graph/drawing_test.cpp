// Drawings of the expression graph.
#include <shikumi/autograd/boost_graph/drawing.hpp>

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/derivatives.hpp>

#include "catch.hpp"
#include "support/locale.hpp"
#include "support/temporary.hpp"

using namespace shikumi;
using shikumi_test::contains;

namespace {

std::string dot(const Graph& graph, const DrawingOptions& options = {}) {
    std::ostringstream out;
    write_dot(out, graph, options);
    return out.str();
}

// The program search path, put back at the end.
class Path {
public:
    explicit Path(const char* value) : before_(std::getenv("PATH")) { setenv("PATH", value, 1); }
    ~Path() { setenv("PATH", before_.c_str(), 1); }
    Path(const Path&) = delete;
    Path& operator=(const Path&) = delete;

private:
    std::string before_;
};

bool graphviz_is_there() { return std::system("dot -V >/dev/null 2>&1") == 0; }

}  // namespace

TEST_CASE("a drawing names operations, shapes and dtypes") {
    Parameter w("w", ones({4, 3}));
    std::ostringstream out;
    write_dot(out, Graph(matmul(zeros({2, 4}), w)));
    CHECK(out.str().find("matmul\\nf32 (2, 3)") != std::string::npos);
    CHECK(out.str().find("w\\nf32 (4, 3)") != std::string::npos);
    CHECK(out.str().find("digraph") == 0);
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

TEST_CASE("names with quotes and backslashes are drawn as they are") {
    const Parameter w(R"-(a"b\c)-", ones({2}));
    CHECK_THAT(dot(Graph(sum(w))), contains(R"-(label="a\"b\\c\nf32 (2,)")-"));
}

TEST_CASE("scopes are frames, one in the other") {
    const Tensor x = tensor({1.0, 2.0});
    Tensor y;
    {
        const Scope outer("encoder");
        y = exp(x);
        const Scope inner("gate \"1\"");
        y = sigmoid(y);
    }
    const Tensor z = sum(y);
    const std::string text = dot(Graph(z));
    CHECK_THAT(text, contains("subgraph cluster_0 {\nlabel=\"encoder\";\n1;\nsubgraph cluster_1 "
                              "{\nlabel=\"gate \\\"1\\\"\";\n2;\n}\n}"));
    CHECK(dot(Graph(z), {.scopes = false}).find("subgraph") == std::string::npos);
}

TEST_CASE("forward and backward pass are drawn apart") {
    const Tensor x = tensor({1.0, 2.0});
    Tensor y;
    {
        const Scope layer("layer");
        y = tanh(x);
    }
    const Tensor loss = sum(y), slope = grad(loss, {x})[0];
    const Graph graph({loss, slope});
    const std::string text = dot(graph, {.forward = {loss}});
    const auto forward = text.find("label=\"forward\""), backward = text.find("label=\"backward\"");
    REQUIRE(forward != std::string::npos);
    REQUIRE(backward != std::string::npos);
    const auto placed = [&](const Tensor& t) {
        return text.find("\n" + std::to_string(graph.index(t.node())) + ";\n");
    };
    CHECK(placed(x) < backward);
    CHECK(placed(y) < backward);
    CHECK(placed(slope) > backward);
    CHECK_THAT(text.substr(backward),
               contains("label=\"layer\""));  // its derivative has a frame, too
    CHECK_THROWS_AS(dot(graph, {.forward = {ones({1})}}), ValueError);
    CHECK_THROWS_AS(dot(graph, {.forward = {Tensor()}}), StateError);
}

TEST_CASE("marked vertices and the edges between them stand out") {
    const Tensor x = tensor({1.0, 2.0}), y = exp(x), z = sum(y);
    const std::string text = dot(Graph(z), {.marked = {y.node(), z.node()}});
    CHECK_THAT(text, contains("1[label=\"exp\\nf32 (2,)\", shape=box, penwidth=3]"));
    CHECK_THAT(text, contains("2->1 [dir=back, penwidth=3]"));
    CHECK_THAT(text, contains("1->0 [dir=back]"));
    CHECK_THROWS_AS(dot(Graph(y), {.marked = {z.node()}}), ValueError);
}

TEST_CASE("Graphviz makes a drawing of a network and its derivative") {
    if (!graphviz_is_there()) {
        WARN("the program dot isn't there: install graphviz");
        return;
    }
    const Parameter w("<w> & \"v\"", ones({4, 3}));
    Tensor y;
    {
        const Scope layer("layer/inner");
        y = relu(matmul(ones({2, 4}), w));
    }
    const Tensor loss = mean(y);
    const std::string svg = to_svg(Graph({loss, grad(loss, {w})[0]}), {.forward = {loss}});
    CHECK_THAT(svg, contains("<svg") && contains("</svg>") && contains(">matmul<") &&
                        contains(">forward<") && contains(">backward<") && contains(">inner<") &&
                        contains("&lt;w&gt; &amp; &quot;v&quot;"));
}

TEST_CASE("where Graphviz is missing, the error names its package") {
    const Path nowhere("/nonexistent");
    CHECK_THROWS_AS(to_svg(Graph(ones({1}))), IoError);
    CHECK_THROWS_WITH(to_svg(Graph(ones({1}))), contains("Debian's package graphviz"));
}

TEST_CASE("where Graphviz fails, the error has its words") {
    const shikumi_test::TemporaryFolder folder;
    folder.write("dot", "#!/bin/sh\necho 'out of paint' >&2\nexit 3\n");
    std::filesystem::permissions(folder.path() / "dot", std::filesystem::perms::owner_all);
    const Path first((folder.path().string() + ":" + std::getenv("PATH")).c_str());
    CHECK_THROWS_WITH(to_svg(Graph(ones({1}))), contains("'dot' failed: out of paint"));
}

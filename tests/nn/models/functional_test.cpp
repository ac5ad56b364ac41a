// Functional: order, names, errors and copies of a graph of calls.
#include <memory>
#include <string>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using nn::Functional;
using nn::Mode;
using shikumi_test::contains;
using shikumi_test::numbers;

namespace {

// Records the order of the calls of such layers.
struct Step final : nn::Layer {
    Step(std::string name, std::vector<std::string>* seen)
        : Layer({.name = std::move(name)}), seen_(seen) {}
    Tensor call(const Tensor& x, Mode) override {
        seen_->push_back(name());
        return x + 1;
    }
    std::vector<std::string>* seen_;
};

}  // namespace

TEST_CASE("a functional graph calls each layer after its inputs", "[nn]") {
    std::vector<std::string> seen;
    const nn::Input a({2}, {.name = "a"}), b({2}, {.name = "b"});
    const nn::SymbolicTensor early = a | Step("early", &seen), late = b | Step("late", &seen);
    const nn::SymbolicTensor sum = nn::connect(nn::Add({.name = "sum"}), {late, early});
    const Functional graph({a, b}, {sum, early}, "graph");
    CHECK(graph.name() == "graph");
    REQUIRE(graph.inputs().size() == 2);
    CHECK(nn::without_batch(graph.inputs()[0].shape) == Shape{2});
    CHECK(graph.layers().size() == 3);

    seen.clear();
    const auto y = graph.call({zeros({3, 2}), full({3, 2}, 10)}, Mode::infer);
    CHECK(seen == std::vector<std::string>{"late", "early"});
    REQUIRE(y.size() == 2);
    CHECK(numbers(y[0]) == std::vector<double>(6, 12));
    CHECK(numbers(y[1]) == std::vector<double>(6, 1));
}

TEST_CASE("a functional graph names its outputs and its connections", "[nn]") {
    const nn::Input a({2}, {.name = "a"});
    const auto twice = nn::shared(nn::Dense(2, {.name = "twice"}));
    const nn::SymbolicTensor once = a | twice;
    const Functional graph(a, {once, once | twice, once}, "graph");
    CHECK(graph.output_names() == std::vector<std::string>{"twice", "twice_1", "twice_2"});
    const std::vector<nn::LayerSummary> rows = graph.describe();
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].class_name == "InputLayer");
    CHECK(rows[1].params == 6);
    CHECK(rows[1].connected == std::vector<std::string>{"a[0][0]", "twice[0][0]"});
}

TEST_CASE("a functional graph refuses inputs that don't fit", "[nn]") {
    const nn::Input a({2}, {.name = "a"});
    const Functional graph(a, a | nn::Dense(3), "graph");
    REQUIRE_THROWS_AS(graph.call({}, Mode::infer), ShapeError);
    REQUIRE_THROWS_WITH(graph.call({ones({1, 3})}, Mode::infer),
                        contains("[graph]") && contains("'a' takes (2,)"));
    REQUIRE_THROWS_AS(graph.call({ones({1, 2}, f64)}, Mode::infer), DTypeError);
    REQUIRE_THROWS_AS(Functional(nn::SymbolicTensors(), nn::SymbolicTensors(), "none"), ValueError);
}

TEST_CASE("a copy of a functional graph has its own layers and weights", "[nn]") {
    const nn::Input a({2}, {.name = "a"});
    const auto twice = nn::shared(nn::Dense(2, {.name = "twice"}));
    const Functional graph(a, a | twice | twice, "graph"), copy = graph.clone();
    REQUIRE(copy.layers().size() == 2);
    CHECK(copy.layers()[0] == copy.layers()[1]);  // still shared within the graph
    CHECK(copy.layers()[0] != graph.layers()[0]);
    CHECK(copy.layers()[0]->name() == "twice");
    CHECK(copy.layers()[0]->weights()[0] != graph.layers()[0]->weights()[0]);

    const std::shared_ptr<nn::Layer> unknown = std::make_shared<nn::Dense>(2);
    const Functional opaque(a, a | nn::SharedLayer(unknown), "opaque");
    REQUIRE_THROWS_AS(opaque.clone(), StateError);
}

TEST_CASE("a model runs a functional graph under its name", "[nn]") {
    const nn::Input a({2}, {.name = "a"});
    nn::Model model(Functional(a, a | nn::Dense(3, {.name = "d"}), "named"));
    CHECK(model.name() == "named");
    CHECK(model.output_names() == std::vector<std::string>{"d"});
    CHECK_FALSE(model.describe().connection_column);  // a chain needs none
    CHECK(model.predict(ones({4, 2})).shape() == Shape{4, 3});
    REQUIRE_THROWS_AS(nn::clone(nn::Model(std::move(model))).call(ones({1, 3}), Mode::infer),
                      ShapeError);
}

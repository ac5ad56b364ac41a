#include <shikumi/nn/tools/class_predictions.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

#include "catch.hpp"
#include "support/svg.hpp"

using namespace shikumi;
using namespace shikumi_test;
using nn::class_predictions;

TEST_CASE("outputs are compared with labels of all forms", "[class_predictions]") {
    const Tensor outputs = tensor({{0.7, 0.2, 0.1}, {0.1, 0.1, 0.8}, {0.5, 0.4, 0.1}});
    for (const Tensor& labels :
         {tensor({0, 1, 1}), reshape(tensor({0, 1, 1}), {3, 1}), tensor({0.0, 1.0, 1.0}),
          tensor({{1.0, 0.0, 0.0}, {0.0, 1.0, 0.0}, {0.0, 1.0, 0.0}})}) {
        const auto p = class_predictions(labels, outputs);
        REQUIRE(p);
        CHECK(p->labels == std::vector<Index>{0, 1, 1});
        CHECK(p->predicted == std::vector<Index>{0, 2, 0});
        CHECK(p->mistakes() == std::vector<Index>{1, 2});  // 0.1 before 0.4
        CHECK(p->accuracy() == Approx(1.0 / 3));
        CHECK(p->names == std::vector<std::string>{"0", "1", "2"});
    }
    const auto logits = class_predictions(tensor({0, 1}), tensor({{2.0, -1.0}, {5.0, 1.0}}));
    REQUIRE(logits);
    CHECK(logits->of_truth[0] == Approx(0.952574).epsilon(1e-5));
    const auto binary =
        class_predictions(tensor({0, 1, 1}), tensor({{0.2}, {0.3}, {0.9}}), {"a", "b"});
    REQUIRE(binary);
    CHECK(binary->predicted == std::vector<Index>{0, 0, 1});
    CHECK(binary->of_truth[1] == Approx(0.3));
    CHECK_THAT(plot_confusion_matrix(*binary).text(), contains(">b</text>"));
}

TEST_CASE("what is no classifier's has no predictions of classes", "[class_predictions]") {
    CHECK(!class_predictions(tensor({0.5, 1.0}), tensor({{0.2}, {0.3}})));        // a regression
    CHECK(!class_predictions(tensor({0, 3}), tensor({{0.2, 0.8}, {0.3, 0.7}})));  // no such class
    CHECK(!class_predictions(tensor({0, -1}), tensor({{0.2, 0.8}, {0.3, 0.7}})));
    CHECK(!class_predictions(tensor({{0.5, 0.5}, {1.0, 0.0}}), tensor({{0.2, 0.8}, {0.3, 0.7}})));
    CHECK(!class_predictions(zeros({2, 3, 1}), zeros({2, 3, 4})));
    CHECK(!class_predictions(tensor({0, 1, 1}), zeros({2, 2})));
    CHECK_THROWS_AS(class_predictions(tensor({0, 1}), zeros({2, 2}), {"one"}), ValueError);
}

TEST_CASE("the worst mistakes come first, as pictures", "[class_predictions]") {
    const auto p =
        class_predictions(tensor({0, 0, 0}), tensor({{0.1, 0.9}, {0.9, 0.1}, {0.4, 0.6}}));
    REQUIRE(p);
    const std::string text = plot_mistakes(*p, ones({3, 9, 8, 1})).text();
    CHECK(elements(text, "image").size() == 2);
    CHECK_THAT(text, contains("0 as 1"));
    CHECK(elements(plot_mistakes(*p, ones({3, 9, 8}), 1).text(), "image").size() == 1);
    CHECK_THROWS_AS(plot_mistakes(*p, ones({3, 72})), ShapeError);
    const auto right = class_predictions(tensor({1}), tensor({{0.1, 0.9}}));
    CHECK_THROWS_AS(plot_mistakes(*right, ones({1, 9, 8})), ValueError);
    CHECK(nn::are_pictures({5, 28, 28}));
    CHECK(nn::are_pictures({5, 32, 32, 3}));
    CHECK(!nn::are_pictures({5, 32, 32, 2}));
    CHECK(!nn::are_pictures({5, 28, 4}));
    CHECK(!nn::are_pictures({5, 784}));
}

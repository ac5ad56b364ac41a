// Metrics by name.
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"

using namespace shikumi;
using shikumi_test::contains;

TEST_CASE("a metric is known by its names, and called as it was asked for", "[nn][metric]") {
    for (const char* name : {"acc", "accuracy", "mse", "AUC", "auc", "top_k_categorical_accuracy"})
        CHECK(nn::metric(name).name() == name);
    CHECK(nn::AUC().name() == "auc");
    CHECK(nn::AUC().named("area").name() == "area");
    const nn::CompileOptions how{.loss = "mse", .metrics = {"mae", nn::Precision()}};
    CHECK(how.metrics.of(0, {"a"})[0].name() == "mae");
    REQUIRE_THROWS_WITH(nn::metric("acuracy"),
                        contains("[metric]") && contains("did you mean 'accuracy'"));
    REQUIRE_THROWS_AS(nn::metric("crossentropy"), ValueError);  // a loss in Keras
}

// SharedLayer: copies of layers of known and unknown classes.
#include <memory>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"

using namespace shikumi;
using shikumi_test::contains;

TEST_CASE("a copy of a shared layer is unbuilt", "[nn]") {
    const nn::SharedLayer shared = nn::shared(nn::Dense(3, {.name = "d"}));
    (*shared.layer)(ones({1, 2}));
    const nn::SharedLayer copy = shared.clone();
    CHECK(copy.layer != shared.layer);
    CHECK_FALSE(copy.layer->built());
    CHECK(copy.layer->name() == "d");
    CHECK((*copy.clone().layer)(ones({1, 5})).shape() == Shape{1, 3});  // a copy can be copied
    CHECK(shared.layer->weights().size() == 2);
}

TEST_CASE("a copy of a shared model has the values of its weights", "[nn]") {
    const nn::SharedLayer shared = nn::shared(nn::Sequential{nn::Dense(3, {.input_dim = 2})});
    const Tensor x = ones({1, 2});
    const Tensor y = (*shared.layer)(x);
    const nn::SharedLayer copy = shared.clone();
    CHECK((*copy.layer)(x).to_vector<float>() == y.to_vector<float>());
    CHECK(copy.layer->weights()[0] != shared.layer->weights()[0]);
}

TEST_CASE("layers that can't be copied throw", "[nn]") {
    struct Unique final : nn::Layer {
        Tensor call(const Tensor& x, nn::Mode) override { return x; }
        std::unique_ptr<int> only;
    };
    const nn::SharedLayer unique(std::make_shared<Unique>());
    REQUIRE_THROWS_AS(unique.clone(), StateError);
    const std::shared_ptr<nn::Layer> pointer = std::make_shared<nn::Dense>(3);
    const nn::SharedLayer unknown(pointer);
    REQUIRE_THROWS_WITH(unknown.clone(), contains("pointer to Layer"));
}

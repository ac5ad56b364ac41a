// Normalization.
#include <string>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"

using namespace shikumi;

TEST_CASE("Normalization learns mean and variance from data", "[nn]") {
    nn::Normalization layer({.dtype = f64});
    Generator rng(3);
    const Tensor x = random_normal({40, 5, 2}, rng, 7, 3, f64);
    layer.adapt(x);
    const Tensor y = layer(x);
    CHECK(max(abs(mean(y, {0, 1}))).item<double>() < 1e-9);
    CHECK(max(abs(var(y, {0, 1}) - 1)).item<double>() < 1e-2);
    std::vector<std::string> names;
    for (const Parameter& w : layer.weights())
        names.push_back(w.name().substr(w.name().rfind('/') + 1));
    CHECK(names == std::vector<std::string>{"mean", "variance", "count"});
    CHECK(layer.weights()[2].value().item<double>() == 200);

    nn::Normalization back({.invert = true, .dtype = f64});
    back.adapt(x);
    CHECK(max(abs(back(layer(x)) - x)).item<double>() < 1e-9);
    nn::Normalization whole({.axis = {}, .dtype = f64});  // as Keras's None
    whole.adapt(x);
    CHECK(whole.weights()[0].shape() == Shape{});
    CHECK(whole.weights()[2].value().item<double>() == 400);
    CHECK(max(abs(whole(x) - (x - mean(x)) / sqrt(var(x)))).item<double>() < 1e-9);
    CHECK(whole.get_config().find("axis")->is_null());
    nn::check_layer(nn::Normalization(), {3, 4});
    REQUIRE_THROWS_AS(layer.adapt(zeros({4, 5, 3})), ShapeError);
    REQUIRE_THROWS_AS(layer.adapt(zeros({0, 5, 2})), ValueError);
}

// Functions of layers by name.
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"

using namespace shikumi;
using shikumi_test::contains;

TEST_CASE("activations, initialisers and penalties are known by their names", "[nn]") {
    const nn::Dense layer(
        2, {.activation = "relu", .kernel_initializer = "he_normal", .kernel_regularizer = "l2"});
    CHECK(nn::initializer("HeNormal").name() == "he_normal");
    CHECK(nn::initializer("zeros").name() == "zeros");
    CHECK(nn::activation("gelu").name() == "gelu");
    CHECK(nn::regularizer("l2")(ones({2})).item<double>() == Approx(0.02));
    CHECK(nn::Regularizer("L1")(ones({2})).item<double>() == Approx(0.02));
}

TEST_CASE("a wrong name gets the nearest that exist", "[nn]") {
    REQUIRE_THROWS_WITH(nn::activation("rellu"), contains("[activation]") && contains("'relu'"));
    REQUIRE_THROWS_WITH(nn::Dense(2, {.activation = "sigmod"}), contains("'sigmoid'"));
    REQUIRE_THROWS_WITH(nn::initializer("glorot"), contains("[initializer]"));
    REQUIRE_THROWS_WITH(nn::initializer("he_norml"), contains("'he_normal'"));
    REQUIRE_THROWS_WITH(nn::regularizer("l3"), contains("[regularizer]") && contains("'l1'"));
}

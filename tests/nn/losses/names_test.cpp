// Losses by name.
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"

using namespace shikumi;
using shikumi_test::contains;

TEST_CASE("a loss is known by its names", "[nn]") {
    CHECK(nn::loss("mse").name() == "mean_squared_error");
    CHECK(nn::loss("MeanSquaredError").name() == "mean_squared_error");
    CHECK(nn::loss("kl_divergence").name() == "kl_divergence");
    const nn::CompileOptions how{.loss = "sparse_categorical_crossentropy"};
    CHECK(how.loss.of(0, {"a"})->targets() == nn::Targets::class_indices);
    const nn::CompileOptions two{.loss = {{"a", "mse"}, {"b", "mae"}}};
    CHECK(two.loss.of(1, {"a", "b"})->name() == "mean_absolute_error");
    REQUIRE_THROWS_WITH(nn::loss("mean_squared_eror"),
                        contains("[loss]") && contains("did you mean 'mean_squared_error'"));
    REQUIRE_THROWS_AS(nn::Loss("nonsense"), ValueError);
}

#include <shikumi/nn/tools/plot_filters.hpp>

#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/svg.hpp"

using namespace shikumi;
using namespace shikumi_test;

TEST_CASE("filters of the first layer are pictures", "[plot_filters]") {
    nn::Sequential convolution{nn::Conv2D(5, 3, {.input_shape = {8, 8, 3}})};
    convolution.get_weights();  // builds it
    const auto colours = nn::plot_filters(convolution);
    REQUIRE(colours);
    CHECK(elements(colours->text(), "image").size() == 5);

    nn::Sequential dense{nn::Flatten({.input_shape = {8, 9}}), nn::Dense(100)};
    dense.get_weights();  // builds it
    CHECK(!nn::plot_filters(dense));
    CHECK(!nn::plot_filters(dense, {8, 8}));
    const auto grey = nn::plot_filters(dense, {8, 9});
    REQUIRE(grey);
    CHECK(elements(grey->text(), "image").size() == 64);
    CHECK_THAT(grey->text(), contains("64 of 100 filters"));

    nn::Sequential deep{nn::Conv2D(5, 3, {.input_shape = {8, 8, 2}})};
    deep.get_weights();  // builds it
    CHECK(!nn::plot_filters(deep));
    CHECK(!nn::plot_filters(nn::Flatten()));
    nn::Sequential recurrent{nn::Embedding(10, 4)};
    recurrent.build({{2, 5}, i64});
    CHECK(!nn::plot_filters(recurrent));
}

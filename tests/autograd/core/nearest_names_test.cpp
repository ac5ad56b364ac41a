// What a wrong name was meant to be.
#include <shikumi/autograd/core/nearest_names.hpp>

#include <shikumi/autograd/core/error.hpp>

#include "catch.hpp"

using namespace shikumi;
using detail::nearest_names;
using shikumi_test::contains;
using Names = std::vector<std::string_view>;

TEST_CASE("the nearest names come first", "[core]") {
    const Names known{"adam", "adamw", "rmsprop", "sgd", "MeanSquaredError"};
    CHECK(nearest_names("adm", known) == Names{"adam", "adamw"});
    CHECK(nearest_names("Adam_W", known) == Names{"adamw", "adam"});
    CHECK(nearest_names("mean_squared_eror", known) == Names{"MeanSquaredError"});
    CHECK(nearest_names("acuracy", Names{"accuracy", "Accuracy"}) == Names{"accuracy"});
    CHECK(nearest_names("frobnicate", known).empty());
    CHECK(nearest_names("", known).empty());
    CHECK(nearest_names("x", {}).empty());
    CHECK(nearest_names("aa", Names{"ab", "ac", "ad", "ae"}).empty());
    CHECK(nearest_names("aaa", Names{"aab", "aac", "aad", "aae"}) == Names{"aab", "aac", "aad"});
}

TEST_CASE("a wrong name is refused with what it was meant to be", "[core]") {
    const Names known{"relu", "relu6", "elu"};
    REQUIRE_THROWS_WITH(detail::refuse_name("activation", "rellu", known),
                        contains("[activation]") && contains("'rellu'") &&
                            contains("did you mean 'relu'") && contains("Known are 'relu'"));
    REQUIRE_THROWS_WITH(detail::refuse_name("activation", "frobnicate", known),
                        contains("known are 'relu', 'relu6' and 'elu'"));
    REQUIRE_THROWS_AS(detail::refuse_name("a", "b", known), ValueError);
}

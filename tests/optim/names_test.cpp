// Optimisers by name.
#include <shikumi/optim/optim.hpp>

#include "catch.hpp"

using namespace shikumi;
using shikumi_test::contains;

TEST_CASE("an optimiser is known by its names", "[optim]") {
    CHECK(optim::optimizer("AdamW").name() == "AdamW");
    CHECK(optim::optimizer("schedulefreeadamw").name() == "ScheduleFreeAdamW");
    CHECK(optim::optimizer("rmsprop").learning_rate() == 0.001);
    const optim::Optimizer sgd = "sgd";
    CHECK(sgd.name() == "SGD");
    REQUIRE_THROWS_WITH(optim::optimizer("adan"), contains("did you mean") && contains("'Adam'"));
    REQUIRE_THROWS_AS(optim::Optimizer("nonsense"), ValueError);
}

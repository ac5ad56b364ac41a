// ReduceLROnPlateau.
#include <limits>

#include <shikumi/optim/optim.hpp>

#include "catch.hpp"

using namespace shikumi;

TEST_CASE("a rate falls where a measure no longer improves", "[optim]") {
    optim::SGD sgd({.learning_rate = 1});
    sgd.add_group({.names = {"head"}, .learning_rate = 0.1});
    optim::ReduceLROnPlateau plateau(sgd,
                                     {.factor = 0.5, .patience = 1, .cooldown = 1, .min_lr = 0.05});
    const auto after = [&](double measure) {
        plateau.step(measure);
        return sgd.learning_rate();
    };
    CHECK(after(3) == 1);
    CHECK(after(2) == 1);
    CHECK(after(2) == 1);
    CHECK(after(std::numeric_limits<double>::quiet_NaN()) == 0.5);  // NaN is no improvement
    CHECK(plateau.best() == 2);
    CHECK(sgd.learning_rate(1) == 0.05);
    CHECK(after(2) == 0.5);  // cooldown
    CHECK(after(2) == 0.5);
    CHECK(after(2) == 0.25);
    CHECK(sgd.learning_rate(1) == 0.05);
}

TEST_CASE("ReduceLROnPlateau refuses what makes no sense", "[optim]") {
    using Options = optim::ReduceLROnPlateauOptions;
    const auto made = [](const Options& options) {
        return optim::ReduceLROnPlateau(optim::SGD(), options);
    };
    REQUIRE_THROWS_AS(made({.factor = 1}), ValueError);
    REQUIRE_THROWS_AS(made({.patience = -1}), ValueError);
    REQUIRE_THROWS_AS(made({.threshold = -1}), ValueError);
    REQUIRE_THROWS_AS(made({.cooldown = -1}), ValueError);
    REQUIRE_THROWS_AS(made({.min_lr = -1}), ValueError);
    REQUIRE_THROWS_AS(optim::ReduceLROnPlateau(optim::SGD({.learning_rate = optim::StepLR(1, 2)})),
                      StateError);
}

#include <shikumi/nn/tools/plot_history.hpp>

#include <cmath>

#include <shikumi/autograd/core/error.hpp>

#include "catch.hpp"
#include "support/svg.hpp"

using namespace shikumi;
using namespace shikumi_test;

TEST_CASE("a history has a panel for each measure", "[plot_history]") {
    nn::History history;
    history.epoch = {0, 1, 2, 3};
    history.history = {{"accuracy", {0.1, 0.5, 0.7, 0.8}},
                       {"loss", {4, 3, 2, 1}},
                       {"val_loss", {5, 4}},
                       {"learning_rate", {0.1, 0.1, 0.01, 0.01}}};
    const std::string text = nn::plot_history(history, "a run").text();
    CHECK(elements(text, "polyline", "line-0").size() == 3);
    CHECK(elements(text, "polyline", "dash-1").size() == 1);
    CHECK_THAT(text, contains(">a run</text>") && contains(">validation</text>"));
    // The validation of each second epoch.
    const auto charts = nn::curves_of(history).charts();
    CHECK(charts.at(0).series.at(1).x == std::vector<double>{2, 4});
    CHECK(charts.at(0).series.at(0).x == std::vector<double>{1, 2, 3, 4});

    history.history = {{"loss", {NAN}}};
    CHECK_THROWS_AS(nn::plot_history(history), ValueError);
    CHECK_THROWS_AS(nn::plot_history({}), ValueError);
}

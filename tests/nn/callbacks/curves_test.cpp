#include <shikumi/nn/callbacks/curves.hpp>

#include <cmath>

#include "catch.hpp"

using namespace shikumi;
using nn::Curves;

TEST_CASE("each measure has a chart, the loss first and the learning rate last", "[curves]") {
    Curves curves;
    CHECK(curves.empty());
    for (int epoch = 1; epoch <= 3; ++epoch) {
        nn::Logs logs;
        logs.add("learning_rate", 0.1);
        logs.add("accuracy", 0.3 * epoch);
        logs.add("loss", 1.0 / epoch);
        if (epoch != 2) logs.add("val_loss", 2.0 / epoch);
        logs.add("other", std::nan(""));
        curves.add(epoch, logs);
    }
    const auto charts = curves.charts();
    REQUIRE(charts.size() == 3);  // without `other`, which was never a number
    CHECK(charts[0].title == "loss");
    CHECK(charts[1].title == "accuracy");
    CHECK(charts[2].title == "learning rate");
    REQUIRE(charts[0].series.size() == 2);
    CHECK(charts[0].series[0].name == "training");
    CHECK(charts[0].series[1].name == "validation");
    CHECK(charts[0].series[1].x == std::vector<double>{1, 3});
    CHECK(charts[0].series[1].values == std::vector<double>{2, 2.0 / 3});
    CHECK(charts[1].series[0].name.empty());  // alone: a legend would say nothing
    CHECK(curves.last("val_loss") == 2.0 / 3);
    CHECK(std::isnan(curves.last("nothing")));
}

TEST_CASE("what falls by more than two powers of ten has a logarithmic scale", "[curves]") {
    const auto scale = [](double first, double last) {
        Curves curves;
        curves.add(1, "loss", first);
        curves.add(2, "loss", last);
        return curves.charts().at(0).y_scale;
    };
    CHECK(scale(1, 0.02) == plot::Scale::linear);
    CHECK(scale(1, 0.005) == plot::Scale::log);
    CHECK(scale(1, 0) == plot::Scale::linear);
    CHECK(scale(-1, 0.005) == plot::Scale::linear);
}

TEST_CASE("curves come back from a state", "[curves]") {
    Curves curves, back;
    curves.add(1, "loss", 3);
    curves.add(2, "loss", 0.1);
    curves.add(2, "accuracy", 1);
    const nn::SavedState state =
        nn::save_state([&](nn::StateFields& fields) { fields("curves", curves); });
    nn::restore_state("test", state, [&](nn::StateFields& fields) { fields("curves", back); });
    REQUIRE(back.charts().size() == 2);
    CHECK(back.charts()[0].series[0].x == std::vector<double>{1, 2});
    CHECK(back.charts()[0].series[0].values == std::vector<double>{3, 0.1});
    CHECK(back.charts()[1].series[0].x == std::vector<double>{2});
}

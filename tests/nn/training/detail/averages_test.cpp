// Averages: means of an epoch from means of batches.
#include <shikumi/nn/training/detail/averages.hpp>

#include "catch.hpp"

using namespace shikumi;
using nn::detail::Averages;

namespace {

nn::Logs logs(double loss, double accuracy, double counted = -1) {
    nn::Logs all;
    all.add("loss", loss);
    all.add("accuracy", accuracy);
    if (counted >= 0) all.set_count(1, counted);
    return all;
}

}  // namespace

TEST_CASE("averages weight batches by samples or by counted steps", "[nn]") {
    Averages averages;
    averages.add(logs(1, 0.5), 3);
    averages.add(logs(5, 1), 1);
    CHECK(averages.means()["loss"] == Approx(2));
    CHECK(averages.means()["accuracy"] == Approx(0.625));

    averages.restart();
    CHECK(averages.means().size() == 0);
    averages.add(logs(1, 1, 2), 4);
    averages.add(logs(3, 0, 6), 4);
    CHECK(averages.means()["loss"] == Approx(2));
    CHECK(averages.means()["accuracy"] == Approx(0.25));
}

TEST_CASE("a batch without counted steps changes no mean", "[nn]") {
    Averages averages;
    averages.add(logs(1, 0.5, 2), 1);
    averages.add(logs(1, 99, 0), 1);
    CHECK(averages.means()["accuracy"] == Approx(0.5));
}

TEST_CASE("a number of all batches is taken as it is", "[nn]") {
    Averages averages;
    nn::Logs first = logs(1, 0.5), second = logs(3, 0.25);
    first.set_running(1);
    second.set_running(1);
    averages.add(first, 4);
    averages.add(second, 4);
    CHECK(averages.means()["loss"] == Approx(2));
    CHECK(averages.means()["accuracy"] == 0.25);
}

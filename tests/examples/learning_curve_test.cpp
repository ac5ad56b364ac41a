#include "common/learning_curve.hpp"

#include "catch.hpp"
#include "support/temporary.hpp"

using examples::write_learning_curve;
using shikumi_test::contains;

TEST_CASE("each recorded metric gets a learning curve", "[learning_curve]") {
    const shikumi_test::TemporaryFolder folder;
    shikumi::nn::History history;
    history.history = {{"loss", {2, 1}}, {"val_loss", {3, 2}}};
    const auto written = write_learning_curve(history, folder.path() / "a", "net");
    REQUIRE(written.size() == 1);
    CHECK(written[0] == folder.path() / "a" / "net-loss.svg");
    CHECK_THAT(shikumi_test::contents(written[0]), contains("training") && contains("held out"));

    history.history["accuracy"] = {0.5, 0.75};
    CHECK(write_learning_curve(history, folder.path(), "net").size() == 2);
}

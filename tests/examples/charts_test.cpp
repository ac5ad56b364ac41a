#include "common/charts.hpp"

#include <cmath>
#include <limits>

#include <shikumi/autograd/core/error.hpp>

#include "catch.hpp"
#include "common/files.hpp"
#include "support/temporary.hpp"

using namespace examples;
using namespace shikumi_test;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t n = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
    return n;
}

}  // namespace

TEST_CASE("a line chart has a line and a legend entry for each series", "[charts]") {
    const std::string text = svg(LineChart{
        "Loss <of> \"this\" & that", "epoch", "loss", {{"train", {3, 2, 1}}, {"test", {3, 2, 2}}}});
    CHECK(count(text, "<polyline") == 4);
    CHECK_THAT(text, contains("Loss &lt;of&gt; &quot;this&quot; &amp; that"));
    CHECK_THAT(text, contains(">train</text>") && contains(">test</text>"));
    CHECK_THAT(text, contains(">epoch</text>") && contains(">loss</text>"));
    CHECK(text.find("nan") == std::string::npos);
}

TEST_CASE("charts draw only finite points", "[charts]") {
    const double nan = std::nan("");
    const double inf = std::numeric_limits<double>::infinity();
    const std::string gap = svg(LineChart{"t", "x", "y", {{"s", {1, 2, nan, 3, 4, inf, 5}}}});
    CHECK(count(gap, "<polyline") == 3);  // two pieces and the legend
    CHECK(count(gap, "<circle") == 1);    // the isolated last point
    CHECK(gap.find("nan") == std::string::npos);
    CHECK(gap.find("inf") == std::string::npos);
    CHECK_THROWS_AS(svg(LineChart{"t", "x", "y", {{"s", {nan}}}}), shikumi::ValueError);
    CHECK_THROWS_AS(svg(LineChart{"t", "x", "y", {}}), shikumi::ValueError);
    for (const double v : {0.0, 1e-300, -7.0, 1e300})
        CHECK(count(svg(LineChart{"t", "x", "y", {{"s", {v}}}}), "<circle") == 1);
}

TEST_CASE("a scatter chart has a marker for each point and legend entry", "[charts]") {
    const std::string text = svg(
        ScatterChart{"t", "x", "y", {{"a", {1, 2, std::nan("")}, {1, 2, 3}}, {"b", {-4}, {0}}}});
    CHECK(count(text, "<circle") == 3);
    CHECK(count(text, "<polygon") == 2);
    CHECK_THROWS_AS(svg(ScatterChart{"t", "x", "y", {{"a", {1}, {}}}}), shikumi::ValueError);
    CHECK_THROWS_AS(svg(ScatterChart{"t", "x", "y", {}}), shikumi::ValueError);
}

TEST_CASE("write_file replaces a file atomically", "[charts]") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "a" / "b.svg";
    write_file(file, "one");
    write_file(file, "two");
    CHECK(contents(file) == "two");
    CHECK(std::distance(std::filesystem::directory_iterator(file.parent_path()), {}) == 1);
    CHECK_THROWS_AS(write_file(file / "below", "x"), shikumi::IoError);
    CHECK_THROWS_AS(write_file(file.parent_path(), "x"), shikumi::IoError);
    CHECK(folder.entries() == 1);
    CHECK_THROWS_WITH(write_file("/proc/nothing/x", "x"), contains("[write_file] /proc/nothing/x"));
}

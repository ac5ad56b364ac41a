#include <shikumi/plot/svg.hpp>

#include <cmath>
#include <filesystem>

#include <shikumi/autograd/core/error.hpp>

#include "catch.hpp"
#include "support/locale.hpp"
#include "support/svg.hpp"
#include "support/temporary.hpp"

using namespace shikumi;
using namespace shikumi_test;
using plot::Svg;

TEST_CASE("a picture is XML, whatever its texts hold", "[svg]") {
    Svg svg(200, 100.25, "a < b & \"c\"\n\x01");
    svg.text({10, 20}, "1 < 2 & ä ≥ 3", {.bold = true});
    svg.text({10, 40}, "a name far too long for its place", {.width = 80});
    svg.rectangle({1, 2, 3, 4}, "fill-0", 0.5, 2, "<hint>");
    const auto texts = elements(svg.text(), "text");
    REQUIRE(texts.size() == 2);
    CHECK(texts[0].words == "1 < 2 & ä ≥ 3");
    CHECK(texts[1].words.ends_with("…"));
    CHECK(texts[1].words.size() < 20);
    const auto titles = elements(svg.text(), "title");
    REQUIRE(titles.size() == 3);
    CHECK(titles[0].words == "a < b & \"c\"\n");  // XML has no place for \x01
    CHECK(titles[1].words == "a name far too long for its place");
    CHECK(titles[2].words == "<hint>");
    CHECK_THAT(svg.text(), contains("viewBox=\"0 0 200 100.2\"") && contains("50%"));
}

TEST_CASE("a picture has colours for light and dark screens, and nothing from elsewhere", "[svg]") {
    const std::string text = Svg(10, 10, "t").text();
    const auto dark = text.find("@media(prefers-color-scheme:dark)");
    REQUIRE(dark != std::string::npos);
    for (const char* look : {".ink{", ".paper{", ".grid{", ".line-0", ".fill-6"}) {
        CHECK(text.find(look) < dark);
        CHECK(text.find(look, dark) != std::string::npos);
    }
    CHECK(text.find("<script") == std::string::npos);
    CHECK(text.find("url(") == std::string::npos);
    CHECK(text.find("http", text.find("w3.org") + 6) == std::string::npos);
}

TEST_CASE("of many points in a column of pixels, a line keeps those that show", "[svg]") {
    Svg svg(100, 100, "t");
    std::vector<plot::Point> points;
    for (int i = 0; i < 100'000; ++i)
        points.push_back({i / 1000.0, i == 50'321 ? 99 : i % 2 + 1.0});
    svg.polyline(points, "line-0");
    const auto lines = elements(svg.text(), "polyline");
    REQUIRE(lines.size() == 1);
    CHECK(lines[0]["points"].size() < 10'000);
    CHECK_THAT(lines[0]["points"], contains("50.3,99"));
}

TEST_CASE("a picture holds another one at a place", "[svg]") {
    Svg inner(10, 10, "inner"), outer(100, 50, "outer");
    inner.circle({5, 5}, 2, "fill-1");
    outer.place(inner, {40, 30});
    const auto circles = elements(outer.text(), "circle");
    REQUIRE(circles.size() == 1);
    CHECK(circles[0].offset_x == 40);
    CHECK(circles[0].offset_y == 30);
    CHECK(inner == inner);
    CHECK(!(inner == outer));
}

TEST_CASE("pictures are the same in every locale", "[svg]") {
    const auto draw = [] {
        Svg svg(1000.5, 2000.5, "t");
        svg.line({1234.5, -0.04}, {2345.6, 3.25}, "axis");
        return svg.text();
    };
    const std::string plain = draw();
    CHECK_THAT(plain, contains("M1234.5,0L2345.6,3.2"));
    const CommaLocale comma;
    CHECK(draw() == plain);
}

TEST_CASE("write makes the folder and replaces the file as a whole", "[svg]") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "a" / "b.svg";
    const Svg one(1, 1, "one"), two(1, 1, "two");
    one.write(file);
    two.write(file);
    CHECK(contents(file) == two.text());
    CHECK(std::distance(std::filesystem::directory_iterator(file.parent_path()), {}) == 1);
    CHECK_THROWS_AS(one.write(file / "below"), IoError);
    CHECK_THROWS_AS(one.write(file.parent_path()), IoError);
    CHECK_THROWS_WITH(one.write("/proc/nothing/x"), contains("/proc/nothing/x"));
}

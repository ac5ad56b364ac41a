// What all charts have in common: they are XML, and no text lies on another.
#include <shikumi/plot/plot.hpp>

#include <cmath>
#include <limits>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/plot/detail/text.hpp>

#include "catch.hpp"
#include "support/svg.hpp"

using namespace shikumi;
using namespace shikumi::plot;
using namespace shikumi_test;

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr double inf = std::numeric_limits<double>::infinity();

Box box_of(const SvgElement& text) {
    const double size = text.number("font-size");
    const double wide = plot::detail::text_width(text.words, static_cast<int>(size));
    const double x = text.number("x") + text.offset_x, y = text.number("y") + text.offset_y;
    const std::string anchor = text["text-anchor"];
    const double before = anchor == "end" ? wide : anchor == "middle" ? wide / 2 : 0;
    if (text["transform"].empty()) return {x - before, y - size * 0.75, wide, size * 0.95};
    return {x - size * 0.75, y - (wide - before), size * 0.95, wide};  // upwards
}

bool overlap(const Box& a, const Box& b) {
    return a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom();
}

// Text by text, and within the picture.
void check_texts(const Svg& svg) {
    const auto texts = elements(svg.text(), "text");
    for (std::size_t i = 0; i < texts.size(); ++i) {
        INFO("'" << texts[i].words << "' at " << texts[i]["x"] << "," << texts[i]["y"]);
        const Box box = box_of(texts[i]);
        CHECK((box.x >= 0 && box.y >= 0));
        CHECK((box.right() <= svg.width() + 1 && box.bottom() <= svg.height()));
        for (std::size_t k = 0; k < i; ++k) {
            INFO("beside '" << texts[k].words << "'");
            CHECK(!overlap(box, box_of(texts[k])));
        }
    }
    CHECK(svg.text().find("nan") == std::string::npos);
    CHECK(svg.text().find("inf") == std::string::npos);
}

std::vector<double> curve(int n) {
    std::vector<double> values;
    for (int i = 0; i < n; ++i) values.push_back(std::exp(-i / 10.0) + 1e-4);
    return values;
}

}  // namespace

TEST_CASE("no text of a chart lies on another one or outside", "[charts]") {
    for (const Scale scale : {Scale::linear, Scale::log}) {
        for (const double factor : {1e-9, 0.01, 1.0, 98765.0, 1e12, 1e300}) {
            for (const int n : {1, 2, 5, 60, 12'345}) {
                INFO(factor << ", " << n << " values");
                std::vector<double> values = curve(n);
                for (double& v : values) v *= factor;
                check_texts(draw(LineChart{"A title",
                                           "epoch",
                                           "loss",
                                           {{"training", values}, {"held out", {2 * factor}}},
                                           scale,
                                           {360, 240}}));
            }
        }
    }
    check_texts(draw(LineChart{"A title that is much too long for a chart as small as this one is",
                               "a label of the axis that is also too long for it, by far",
                               "and another one of the same kind beside it",
                               {{"one with a very long name indeed, longer than all", {1, 2}},
                                {"two", {2, 1}},
                                {"three", {2, 3}}},
                               Scale::linear,
                               {300, 220}}));
    check_texts(
        draw(ScatterChart{"t", "x", "y", {{"a", {-1e5, 1e5}, {1, 2}}, {"b", {0}, {9e-7}}}}));
    std::vector<std::string> names;
    for (int i = 0; i < 40; ++i) names.push_back("class number " + std::to_string(i));
    check_texts(draw(BarChart{"t", "", "how many", names, {{"", std::vector<double>(40, 3)}}}));
    check_texts(draw(plot::Histogram{"t", "x", "y", curve(1000)}));
    for (const Index n : {1, 2, 10, 40, 200}) {
        INFO(n << " classes");
        check_texts(draw(ConfusionMatrix{.counts = full({n, n}, 1234, i64)}));
    }
    check_texts(draw(ConfusionMatrix{
        .counts = eye(3) * 100, .names = {"setosa, a kind of iris", "versicolor", "virginica"}}));
    check_texts(draw(HeatMap{"t", "x", "y", reshape(arange(0, 133, 1, f64), {7, 19}) - 50.5}));
    check_texts(draw(PictureGrid{
        "digits", {{zeros({3, 4}), "a caption that is too long"}, {ones({4, 4, 3}), "short"}}}));
}

TEST_CASE("a line chart has a line and a legend entry for each series", "[charts]") {
    const std::string text = draw(LineChart{"Loss <of> \"this\" & that",
                                            "epoch",
                                            "loss",
                                            {{"train", {3, 2, 1}}, {"test", {3, 2, 2}}}})
                                 .text();
    CHECK(elements(text, "polyline", "line-0").size() == 1);
    CHECK(elements(text, "polyline", "dash-1").size() == 1);
    CHECK(elements(text, "path", "line-0").size() == 1);
    CHECK_THAT(text, contains("Loss &lt;of&gt; &quot;this&quot; &amp; that"));
    CHECK_THAT(text, contains(">train</text>") && contains(">test</text>"));
    CHECK_THAT(text, contains(">epoch</text>") && contains(">loss</text>"));
}

TEST_CASE("charts draw only what has a place", "[charts]") {
    const std::string gap =
        draw(LineChart{"t", "x", "y", {{"", {1, 2, missing, 3, 4, inf, 5}}}}).text();
    CHECK(elements(gap, "polyline").size() == 2);
    CHECK(elements(gap, "circle").size() == 1);  // the last point, which is alone
    const LineChart log{"t", "x", "y", {{"", {1, 0.1, 0, 1e-3, 1e-4, -1}}}, Scale::log};
    CHECK(elements(draw(log).text(), "polyline").size() == 2);
    CHECK_THROWS_AS(draw(LineChart{"t", "x", "y", {{"s", {missing}}}}), ValueError);
    CHECK_THROWS_AS(draw(LineChart{"t", "x", "y", {{"s", {-1}}}, Scale::log}), ValueError);
    CHECK_THROWS_AS(draw(LineChart{"t", "x", "y", {}}), ValueError);
    CHECK_THROWS_AS(draw(LineChart{"t", "x", "y", {{"s", {1, 2}, {1}}}}), ValueError);
    for (const double v : {0.0, 1e-300, -7.0, 1e300})
        CHECK(elements(draw(LineChart{"t", "x", "y", {{"s", {v}}}}).text(), "circle").size() == 1);
}

TEST_CASE("a line stands where its x says", "[charts]") {
    const auto points = [](const std::vector<double>& x) {
        return elements(draw(LineChart{"t", "x", "y", {{"", {1, 2, 3}, x}}}).text(), "polyline")
            .at(0)["points"];
    };
    CHECK(points({}) == points({1, 2, 3}));
    CHECK(points({0, 0.5, 1}) == points({}));  // the same shape, other labels
    CHECK(points({0, 0.2, 1}) != points({}));
}

TEST_CASE("a scatter chart has a marker for each point and legend entry", "[charts]") {
    const std::string text =
        draw(ScatterChart{"t", "x", "y", {{"a", {1, 2, missing}, {1, 2, 3}}, {"b", {-4}, {0}}}})
            .text();
    CHECK(elements(text, "circle").size() == 3);
    CHECK(elements(text, "polygon").size() == 2);
    CHECK_THROWS_AS(draw(ScatterChart{"t", "x", "y", {{"a", {1}, {}}}}), ValueError);
    CHECK_THROWS_AS(draw(ScatterChart{"t", "x", "y", {}}), ValueError);
}

TEST_CASE("bars begin at 0 and are as long as their values", "[charts]") {
    const std::string text =
        draw(BarChart{"t", "", "y", {"a", "b", "c"}, {{"", {1, 2, -1}}}}).text();
    const auto bars = elements(text, "rect", "fill-0");
    REQUIRE(bars.size() == 3);
    CHECK(bars[1].number("height") == Approx(2 * bars[0].number("height")).margin(0.2));
    CHECK(bars[2].number("height") == Approx(bars[0].number("height")).margin(0.2));
    CHECK(bars[2].number("y") ==
          Approx(bars[0].number("y") + bars[0].number("height")).margin(0.2));
    CHECK_THROWS_AS(draw(BarChart{"t", "", "y", {"a"}, {{"", {1, 2}}}}), ValueError);
    CHECK_THROWS_AS(draw(BarChart{"t", "", "y", {}, {}}), ValueError);
}

TEST_CASE("a histogram counts each value once", "[charts]") {
    const std::string text =
        draw(plot::Histogram{"t", "x", "y", {0, 0, 0, 1, 2, missing, -inf}, 2}).text();
    const auto bars = elements(text, "rect", "fill-0");
    REQUIRE(bars.size() == 2);
    CHECK(bars[0].number("height") * 2 == Approx(bars[1].number("height") * 3).margin(1));
    CHECK(elements(draw(plot::Histogram{"t", "x", "y", {5, 5}}).text(), "rect", "fill-0").size() ==
          1);
    CHECK_THROWS_AS(draw(plot::Histogram{"t", "x", "y", {missing}}), ValueError);
    CHECK_THROWS_AS(draw(plot::Histogram{"t", "x", "y", {1}, 0}), ValueError);
}

TEST_CASE("a confusion matrix has a colour for what is right and one for mistakes", "[charts]") {
    const Tensor counts = tensor({{9, 1, 0}, {0, 4, 0}, {0, 0, 0}});
    const std::string text = draw(ConfusionMatrix{.counts = counts}).text();
    CHECK(elements(text, "rect", "fill-0").size() == 2);
    CHECK(elements(text, "rect", "fill-1").size() == 1);
    CHECK_THAT(text, contains(">9</text>") && contains(">1</text>") && contains(">4</text>"));
    CHECK_THROWS_AS(draw(ConfusionMatrix{.counts = ones({2, 3})}), ShapeError);
    CHECK_THROWS_AS(draw(ConfusionMatrix{.counts = ones({2, 2}), .names = {"a"}}), ValueError);
    CHECK_THROWS_AS(draw(HeatMap{"t", "x", "y", ones({2})}), ShapeError);
    CHECK_THROWS_AS(draw(HeatMap{"t", "x", "y", full({1, 1}, missing)}), ValueError);
}

TEST_CASE("panels stand beside and below each other", "[charts]") {
    Svg one(100, 50, "one");
    one.circle({1, 1}, 1, "fill-0");
    const Svg all = panels("t", {one, one, one}, 2);
    const auto circles = elements(all.text(), "circle");
    REQUIRE(circles.size() == 3);
    CHECK(circles[1].offset_x == 100);
    CHECK(circles[1].offset_y == circles[0].offset_y);
    CHECK(circles[2].offset_x == 0);
    CHECK(circles[2].offset_y == circles[0].offset_y + 50);
    CHECK(all.width() == 200);
    CHECK_THROWS_AS(panels("t", {}), ValueError);
    CHECK_THROWS_AS(panels("t", {one}, 0), ValueError);
    CHECK_THROWS_AS(draw(PictureGrid{"t", {}}), ValueError);
}

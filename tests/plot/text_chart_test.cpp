#include <shikumi/plot/text_chart.hpp>

#include <algorithm>
#include <cmath>

#include <shikumi/autograd/core/error.hpp>

#include "catch.hpp"

using namespace shikumi;
using namespace shikumi::plot;
using namespace shikumi_test;

namespace {

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text;
}

long letters(const std::string& text) {
    return std::count_if(text.begin(), text.end(),
                         [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

}  // namespace

TEST_CASE("a chart in text shows its line", "[text_chart]") {
    const LineChart chart{"loss", "", "", {{"train", {0, 1, 2, 3, 4, 5, 6, 7}}}};
    CHECK(joined(text_lines(chart, {.columns = 24, .rows = 7})) ==
          "loss\n"
          "  │            ⡠⠔⠁ train\n"
          "5 ┤         ⡠⠔⠉   \n"
          "  │     ⢀⡠⠒⠉      \n"
          "  │  ⢀⡠⠒⠁         \n"
          "0 ┤⡠⠒⠁            \n"
          "     2   4   6   8\n");
}

TEST_CASE("no line of a chart in text is longer than asked", "[text_chart]") {
    std::vector<double> loss, noise;
    for (int i = 0; i < 500; ++i) {
        loss.push_back(std::exp(-i / 50.0));
        noise.push_back(i % 50 == 7 ? std::nan("") : std::sin(i) * 1e-7);
    }
    const LineChart chart{
        "a title that is longer than a narrow terminal has columns",
        "",
        "",
        {{"training", loss}, {"held out, with a long name", noise}, {"training", loss}}};
    for (const int columns : {20, 33, 80, 200}) {
        for (const int rows : {5, 12, 40}) {
            const auto lines = text_lines(chart, {.columns = columns, .rows = rows});
            CHECK(lines.size() == static_cast<std::size_t>(rows));
            for (const std::string& line : lines) {
                INFO(line);
                CHECK(letters(line) <= columns);
                CHECK(line.find('\x1b') == std::string::npos);
            }
        }
    }
    CHECK_THAT(joined(text_lines(chart, {.colours = true})), contains("\x1b[38;5;32m"));
    CHECK_THROWS_AS(text_lines(chart, {.columns = 19}), ValueError);
    CHECK_THROWS_AS(text_lines(chart, {.rows = 4}), ValueError);
    CHECK_THROWS_AS(text_lines({"t", "", "", {}}), ValueError);
}

TEST_CASE("texts stand beside each other", "[text_chart]") {
    CHECK(beside({"a", "\x1b[90mbä\x1b[0m"}, 4, {"x", "y", "z"}) ==
          std::vector<std::string>{"a   x", "\x1b[90mbä\x1b[0m  y", "    z"});
}

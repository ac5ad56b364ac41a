#include "common/terminal.hpp"

#include <algorithm>

#include <shikumi/autograd/ops/ops.hpp>

#include "catch.hpp"

using namespace examples;
using namespace shikumi;

TEST_CASE("drawing", "[terminal]") {
    const Tensor image = tensor({{0, 255}, {128, 64}, {191, 300}});
    CHECK(drawing(image, 255) == "  ██\n▒▒░░\n▓▓██\n");
    CHECK(drawing(image, 255, true) ==
          "\x1b[38;5;232;48;5;244m▀\x1b[38;5;255;48;5;238m▀\x1b[0m\n"
          "\x1b[38;5;249;48;5;232m▀\x1b[38;5;255;48;5;232m▀\x1b[0m\n");
    CHECK_THROWS_AS(drawing(ones({4}), 1), ShapeError);
}

TEST_CASE("side_by_side", "[terminal]") {
    const Tensor a = tensor({{1, 0}, {0, 1}});
    const Tensor b = tensor({{1}});
    CHECK(side_by_side({{a, "a"}, {b, "four"}}, 1) ==
          "██     ██\n"
          "  ██\n"
          "a      four\n");
    CHECK(side_by_side({{b, "b"}, {a, "a"}}, 1) ==
          "██   ██\n"
          "       ██\n"
          "b    a\n");
    const std::string twenty(20, '-');
    const std::vector<Captioned> five(5, {b, twenty});  // four of them take 89 columns
    const std::string text = side_by_side(five, 1);
    CHECK(std::count(text.begin(), text.end(), '-') == 100);
    CHECK(text.ends_with("\n\n██\n" + twenty + "\n"));
}

TEST_CASE("pixel_table", "[terminal]") {
    CHECK(pixel_table(tensor({{0, 255}, {17, 3}})) == "  0 255\n 17   3\n");
}

TEST_CASE("confusion_table", "[terminal]") {
    const Tensor counts = tensor({{15, 0}, {2, 13}}).cast(i64);
    CHECK(confusion_table(counts, {"setosa", "菖蒲"}) ==
          "true \\ predicted  setosa      菖蒲\n"
          "setosa                15       0\n"
          "菖蒲                     2      13\n");
    CHECK_THROWS_AS(confusion_table(counts, {"one"}), ShapeError);
}

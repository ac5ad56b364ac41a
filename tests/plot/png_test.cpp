#include <shikumi/plot/png.hpp>

#include <cmath>

#include <zlib.h>

#include <shikumi/autograd/ops/ops.hpp>

#include "catch.hpp"

using namespace shikumi;
using plot::png;
using plot::tiled;

TEST_CASE("a PNG file has the chunks of the standard", "[png]") {
    const std::string file = png(tensor({{0.0, 1.0}}), 2);
    // The checksum is Python's zlib.crc32 of the chunk.
    const std::string head =
        "\x89PNG\r\n\x1a\n" +
        std::string("\0\0\0\rIHDR\0\0\0\4\0\0\0\2\x08\0\0\0\0\x5a\xc3\x22\xbf", 25);
    const std::string end("\0\0\0\0IEND\xae\x42\x60\x82", 12);
    REQUIRE(file.size() > head.size() + end.size() + 12);
    CHECK(file.substr(0, head.size()) == head);
    CHECK(file.substr(file.size() - end.size()) == end);
    CHECK(file.substr(head.size() + 4, 4) == "IDAT");

    const std::size_t start = head.size() + 8, size = file.size() - end.size() - 4 - start;
    std::string lines(10, 'x');
    uLongf length = lines.size();
    REQUIRE(uncompress(reinterpret_cast<Bytef*>(lines.data()), &length,
                       reinterpret_cast<const Bytef*>(file.data() + start), size) == Z_OK);
    REQUIRE(length == lines.size());
    CHECK(lines == std::string("\0\0\0\xff\xff\0\0\0\xff\xff", 10));
    CHECK(png(ones({2, 2, 1})) == png(ones({2, 2})));
    CHECK(png(tensor({{NAN, 7.0, -1.0}})) == png(tensor({{0.0, 1.0, 0.0}})));
    CHECK(png(zeros({2, 2, 3}))[25] == 2);  // the colour type: RGB
    CHECK_THROWS_AS(png(ones({2, 2, 2})), ShapeError);
    CHECK_THROWS_AS(png(ones({2})), ShapeError);
    CHECK_THROWS_AS(png(ones({0, 2})), ValueError);
    CHECK_THROWS_AS(png(ones({2, 2}), 0), ValueError);
    CHECK_THROWS_AS(png(ones({1, 2}), Index{1} << 30), ValueError);
}

TEST_CASE("tiled puts images beside each other", "[png]") {
    const Tensor images = reshape(arange(1, 5), {4, 1, 1});
    CHECK(tiled(images, 2).to_vector<int>() == std::vector<int>{0, 0, 0, 0, 0, 0,  //
                                                                0, 1, 0, 0, 2, 0,  //
                                                                0, 0, 0, 0, 0, 0,  //
                                                                0, 0, 0, 0, 0, 0,  //
                                                                0, 3, 0, 0, 4, 0,  //
                                                                0, 0, 0, 0, 0, 0});
    CHECK_THROWS_AS(tiled(images, 3), ShapeError);
    CHECK_THROWS_AS(tiled(ones({4, 1}), 2), ShapeError);
}

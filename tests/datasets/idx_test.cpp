#include <shikumi/datasets/idx.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include "catch.hpp"
#include "gzip.hpp"
#include "support/temporary.hpp"

using namespace shikumi;
using namespace shikumi_test;
using datasets::read_idx;

namespace {

std::string big_endian(std::uint32_t word) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(word >> shift & 0xFF);
    return bytes;
}

std::string header(char type, const std::vector<std::uint32_t>& sizes) {
    std::string bytes{'\0', '\0', type, static_cast<char>(sizes.size())};
    for (const auto size : sizes) bytes += big_endian(size);
    return bytes;
}

const std::string bytes_2x3 = header(8, {2, 3}) + "abcdef";

}  // namespace

TEST_CASE("read_idx reads each element type", "[idx]") {
    const TemporaryFolder folder;

    const Tensor bytes = read_idx(folder.write("u8", bytes_2x3));
    CHECK(bytes.spec() == Spec{{2, 3}, u8});
    CHECK(bytes.to_vector<int>() == std::vector<int>{'a', 'b', 'c', 'd', 'e', 'f'});

    const Tensor words = read_idx(folder.write(
        "i32", header(0x0C, {3}) + big_endian(1) + big_endian(0xFFFFFFFE) + big_endian(1 << 30)));
    CHECK(words.spec() == Spec{{3}, i32});
    CHECK(words.to_vector<std::int32_t>() == std::vector<std::int32_t>{1, -2, 1 << 30});

    // Without a dtype of their own.
    const Tensor small = read_idx(
        folder.write("i8", header(0x09, {2, 3}) + std::string("\x00\x01\x7f\x80\xff\xfe", 6)));
    CHECK(small.spec() == Spec{{2, 3}, i32});
    CHECK(small.to_vector<int>() == std::vector<int>{0, 1, 127, -128, -1, -2});
    const Tensor medium = read_idx(folder.write(
        "i16", header(0x0B, {5}) + std::string("\x00\x01\x7f\xff\x80\x00\xff\xff\x01\x02", 10)));
    CHECK(medium.spec() == Spec{{5}, i32});
    CHECK(medium.to_vector<int>() == std::vector<int>{1, 32767, -32768, -1, 258});

    const Tensor reals = read_idx(
        folder.write("f32", header(0x0D, {2}) + big_endian(0x3FC00000) + big_endian(0xC0000000)));
    CHECK(reals.spec() == Spec{{2}, f32});
    CHECK(reals.to_vector<float>() == std::vector<float>{1.5f, -2.0f});

    const Tensor wide = read_idx(
        folder.write("f64", header(0x0E, {1, 1, 1}) + big_endian(0x3FF80000) + big_endian(0)));
    CHECK(wide.spec() == Spec{{1, 1, 1}, f64});
    CHECK(wide.to_vector<double>() == std::vector<double>{1.5});
}

TEST_CASE("read_idx reads gzipped and empty arrays", "[idx]") {
    const TemporaryFolder folder;
    CHECK(read_idx(folder.write("a.gz", gzipped(bytes_2x3))).spec() == Spec{{2, 3}, u8});
    // The content counts, not the name.
    CHECK(read_idx(folder.write("a", gzipped(bytes_2x3))).spec() == Spec{{2, 3}, u8});
    CHECK(read_idx(folder.write("b.gz", bytes_2x3)).spec() == Spec{{2, 3}, u8});
    CHECK(read_idx(folder.write("none", header(8, {0, 28, 28}))).spec() == Spec{{0, 28, 28}, u8});
    // Two gzip members are one file.
    CHECK(read_idx(folder.write("two.gz", gzipped(header(8, {2, 3})) + gzipped("abcdef"))).size() ==
          6);
}

TEST_CASE("read_idx refuses bad files", "[idx]") {
    const TemporaryFolder folder;
    const auto refuse = [&](const std::string& bytes, const std::string& why) {
        INFO(why);
        const auto path = folder.write("bad", bytes);
        CHECK_THROWS_AS(read_idx(path), IoError);
        CHECK_THROWS_WITH(read_idx(path), contains("[read_idx] " + path.string()));
        CHECK_THROWS_WITH(read_idx(path), contains(why));
    };

    CHECK_THROWS_WITH(read_idx(folder.path() / "absent"), contains("absent does not exist"));
    CHECK_THROWS_WITH(read_idx(folder.path()), contains("is not a file"));
    refuse("", "byte 0: the file is empty");
    refuse(std::string(2, '\0'),
           "byte 2: the file ends within its magic number, 2 bytes are missing");
    refuse("sepal_length,sepal_width", "byte 0: not an IDX file");
    refuse(std::string("\0\0\7\1", 4) + big_endian(1) + "a",
           "byte 2: not an IDX file: element type 7");
    refuse(header(0x0A, {1}) + "a", "byte 2: not an IDX file: element type 10");
    refuse(header(0x0B, {2}) + "abc", "promises 2 elements of 2 bytes, more than");
    refuse(header(8, {}) + "a", "byte 3: an array of 0 axes");
    refuse(header(8, std::vector<std::uint32_t>(9, 1)) + "a", "byte 3: an array of 9 axes");
    refuse(header(8, {1, 1}).substr(0, 9), "byte 9: the file ends within its header");
    refuse(bytes_2x3.substr(0, 17),
           "byte 4: the header promises 2 x 3 elements of 1 byte, more than the file can hold");
    refuse(bytes_2x3 + "g", "byte 18: the file goes on after the (2, 3) elements");
    refuse(header(8, {0, 3}) + "g", "byte 12: the file goes on");
}

TEST_CASE("read_idx refuses false headers before it allocates memory", "[idx]") {
    const TemporaryFolder folder;
    const auto before = memory_stats();
    const auto refuse = [&](const std::string& bytes) {
        for (const std::string& file : {bytes, gzipped(bytes)}) {
            const auto path = folder.write("lie", file);
            CHECK_THROWS_AS(read_idx(path), IoError);
            CHECK_THROWS_WITH(read_idx(path), contains("byte 4: the header promises"));
        }
    };
    constexpr std::uint32_t most = 0xFFFFFFFF;
    refuse(header(8, {1u << 20, 1u << 20, 1u << 10}) + "abc");  // a petabyte
    refuse(header(0x0E, {most, most}) + "abc");                 // overflows 64 bits
    refuse(header(8, {most, most, most, most, most, most, most, most}));
    refuse(header(8, {most, most, most, 0}));  // no element, but no array either
    CHECK(memory_stats().peak == before.peak);
}

TEST_CASE("read_idx refuses damaged compressed files", "[idx]") {
    const TemporaryFolder folder;
    const std::string good = gzipped(header(8, {100}) + std::string(100, 'x'));
    for (std::size_t length = 2; length < good.size(); ++length) {
        INFO(length);
        CHECK_THROWS_AS(read_idx(folder.write("cut.gz", good.substr(0, length))), IoError);
    }
    for (std::size_t i = 10; i < good.size(); ++i) {  // after the ten bytes of the gzip header
        INFO(i);
        std::string bad = good;
        bad[i] = static_cast<char>(bad[i] ^ 0x55);
        CHECK_THROWS_AS(read_idx(folder.write("flipped.gz", bad)), IoError);
    }
    CHECK_THROWS_WITH(read_idx(folder.write("cut.gz", good.substr(0, good.size() - 4))),
                      contains("truncated"));
    CHECK_THROWS_AS(read_idx(folder.write("more.gz", gzipped(bytes_2x3 + "g"))), IoError);
}

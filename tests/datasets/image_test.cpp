#include <shikumi/datasets/image.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <zlib.h>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/datasets/image_folder.hpp>

#include "catch.hpp"
#include "support/temporary.hpp"

using namespace shikumi;
using namespace shikumi_test;
using datasets::ColorMode;
using datasets::ImageFolder;
using datasets::read_image;
using datasets::Sample;
namespace fs = std::filesystem;

namespace {

const fs::path pictures = fs::path(SHIKUMI_TEST_SOURCE_DIR) / "tests/datasets/pictures";

// Whether the library can read such files; a remark where it can't.
bool can_read(const std::string& name) {
    try {
        read_image(pictures / name);
        return true;
    } catch (const StateError& e) {
        WARN(e.what());
        return false;
    }
}

std::string word(std::uint32_t n) {
    return {static_cast<char>(n >> 24), static_cast<char>(n >> 16), static_cast<char>(n >> 8),
            static_cast<char>(n)};
}

std::string chunk(const std::string& type, const std::string& data) {
    const std::string body = type + data;
    const auto sum =
        crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
    return word(static_cast<std::uint32_t>(data.size())) + body +
           word(static_cast<std::uint32_t>(sum));
}

// A PNG whose header promises these sizes, with as many rows of zeros as `bytes` hold.
std::string png(std::uint32_t columns, std::uint32_t rows, std::size_t bytes = 10,
                const std::string& form = {8, 0, 0, 0, 0}) {
    const std::string zeros(bytes, '\0');
    std::string packed(compressBound(static_cast<uLong>(bytes)), '\0');
    uLongf size = packed.size();
    compress(reinterpret_cast<Bytef*>(packed.data()), &size,
             reinterpret_cast<const Bytef*>(zeros.data()), static_cast<uLong>(bytes));
    packed.resize(size);
    return "\x89PNG\r\n\x1a\n" + chunk("IHDR", word(columns) + word(rows) + form) +
           chunk("IDAT", packed) + chunk("IEND", "");
}

}  // namespace

// The expected pixels are those of another reader, Pillow.
TEST_CASE("read_image reads each form of PNG and JPEG", "[image]") {
    std::ifstream lines(pictures / "expected.txt");
    int read = 0;
    for (std::string line; std::getline(lines, line); ++read) {
        std::istringstream words(line);
        std::string name;
        Index rows, columns, channels;
        words >> name >> rows >> columns >> channels;
        INFO(name << " with " << channels << " channels");
        if (!can_read(name)) continue;
        std::vector<int> expected;
        for (int value; words >> value;) expected.push_back(value);
        const ColorMode color = channels == 1 ? ColorMode::grayscale : ColorMode::rgb;
        const Tensor image = read_image(pictures / name, {.color = color});
        CHECK(image.spec() == Spec{{rows, columns, channels}, u8});
        CHECK(image.to_vector<int>() == expected);
    }
    CHECK(read == 22);
    if (!can_read("gray.png") || !can_read("rgb.jpg")) return;
    const auto channels = [](const char* name) {
        return read_image(pictures / name, {.color = ColorMode::as_stored}).shape().back();
    };
    CHECK(channels("gray.png") == 1);
    CHECK(channels("gray_alpha.png") == 1);
    CHECK(channels("rgba.png") == 3);
    CHECK(channels("palette.png") == 3);
    CHECK(channels("gray.jpg") == 1);
    CHECK(channels("rgb.jpg") == 3);
}

TEST_CASE("read_image refuses what is no picture, too large or damaged", "[image]") {
    if (!can_read("gray.png") || !can_read("gray.jpg")) return;
    const TemporaryFolder folder;
    const auto refuse = [&](const std::string& bytes, const std::string& why,
                            const datasets::ImageOptions& options = {}) {
        INFO(why);
        const auto path = folder.write("bad", bytes);
        const auto before = memory_stats();
        CHECK_THROWS_AS(read_image(path, options), IoError);
        CHECK_THROWS_WITH(read_image(path, options), contains("[read_image] " + path.string()));
        CHECK_THROWS_WITH(read_image(path, options), contains(why));
        CHECK(memory_stats().live == before.live);
    };
    CHECK_THROWS_AS(read_image(folder.path() / "absent"), IoError);
    CHECK_THROWS_AS(read_image(folder.path()), IoError);
    refuse("", "the file is empty");
    refuse("GIF89a", "neither a PNG nor a JPEG");
    refuse("\x89PNG\r\n\x1a\n", "the PNG is damaged: the file is cut off");
    refuse(png(0, 5), "the PNG is damaged: Invalid IHDR");
    refuse(png(5, 0), "Invalid IHDR");
    refuse(png(3, 3, 12, {3, 0, 0, 0, 0}), "Invalid IHDR");
    refuse(png(900000, 900000), "900000 x 900000 pixels, 67108864 are allowed");
    refuse(png(0x7FFFFFFF, 0x7FFFFFFF), "Invalid IHDR");
    refuse(png(8000, 8000), "promises 8000 x 8000 pixels, more than");
    refuse(png(300, 300), "the PNG is damaged: Not enough image data");
    refuse(png(3, 3, 12) + "x", "goes on for 1 bytes after the PNG");
    CHECK(read_image(folder.write("good", png(3, 3, 12))).shape() == Shape{3, 3, 3});
    refuse(png(3, 3, 12), "3 x 3 pixels, 8 are allowed", {.max_pixels = 8});
    refuse(png(3, 3, 12), "larger than 20 bytes", {.max_bytes = 20});
    // A thousandfold compressed picture that lies about nothing but wants the memory.
    refuse(png(9000, 9000, 9001 * 9000), "pixels, 67108864 are allowed");

    refuse(contents(pictures / "cmyk.jpg"), "four colours (CMYK)");
    refuse("\xFF\xD8\xFF\xD9", "the JPEG is damaged: ");
    std::string huge = contents(pictures / "gray.jpg");
    const auto frame = huge.find("\xFF\xC0");
    huge.replace(frame + 5, 4, "\x20\x00\x20\x00", 4);
    refuse(huge, "promises 8192 x 8192 pixels, more than");
    // Hundreds of scans of the same picture.
    const std::string progressive = contents(pictures / "progressive.jpg");
    const auto scan = progressive.rfind("\xFF\xDA");
    const std::string last = progressive.substr(scan, progressive.size() - 2 - scan);
    std::string scans = progressive.substr(0, scan);
    for (int i = 0; i < 1000; ++i) scans += last;
    refuse(scans + "\xFF\xD9", "the JPEG is damaged: ");
}

TEST_CASE("read_image survives each cut and each flipped bit", "[image]") {
    const TemporaryFolder folder;
    for (const std::string name : {"interlaced.png", "palette.png", "gray_alpha.png", "rgb.jpg",
                                   "progressive.jpg", "gray.jpg"}) {
        if (!can_read(name)) continue;
        INFO(name);
        const bool is_png = name.ends_with("png");
        const std::string good = contents(pictures / name);
        const std::vector<int> pixels = read_image(pictures / name).to_vector<int>();
        for (std::size_t length = 0; length < good.size(); ++length) {
            INFO(length);
            const auto path = folder.write("cut", good.substr(0, length));
            // The two bytes at the end of a JPEG say nothing about its pixels.
            if (is_png || length + 2 < good.size()) CHECK_THROWS_AS(read_image(path), IoError);
        }
        for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
            std::string bad = good;
            bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ 1 << bit % 8);
            const auto path = folder.write("flipped", bad);
            try {
                const Tensor image = read_image(path);
                // A PNG is known by its checksums; a JPEG has none.
                if (is_png && image.to_vector<int>() != pixels) FAIL("bit " << bit);
            } catch (const IoError&) {
            }
        }
    }
}

TEST_CASE("ImageFolder finds its classes and pictures", "[image]") {
    if (!can_read("gray.png") || !can_read("rgb.jpg")) return;
    const TemporaryFolder folder;
    const auto add = [&](const std::string& to, const char* from) {
        folder.write(to, contents(pictures / from));
    };
    add("dogs/b.PNG", "rgb.png");
    add("dogs/a.jpeg", "rgb.jpg");
    add("dogs/inner/c.jpg", "gray.jpg");
    add("cats/1.png", "gray.png");
    add("cats/.hidden.png", "gray.png");
    folder.write("cats/notes.txt", "nothing");
    folder.write(".git/x.png", "nothing");
    folder.write("readme.png", "nothing");
    const ImageFolder found(folder.path());
    CHECK(found.class_names() == std::vector<std::string>{"cats", "dogs"});
    CHECK(found.labels() == std::vector<Index>{0, 1, 1, 1});
    CHECK(found.files()[1] == folder.path() / "dogs/a.jpeg");
    CHECK(found.files()[3] == folder.path() / "dogs/inner/c.jpg");
    datasets::Loader loader = found.loader().batch(4).prefetch(1);
    CHECK(loader.size() == 1);
    const Sample batch = *loader.next();
    CHECK(batch.x.front().spec() == Spec{{4, 7, 9, 3}, f32});
    CHECK(batch.y.front().to_vector<Index>() == found.labels());
    CHECK(slice(batch.x.front(), 0, {2, 3}).to_vector<int>() ==
          read_image(pictures / "rgb.png").to_vector<int>());

    const ImageFolder small(folder.path(), {.size = datasets::ImageSize{4, 5},
                                            .image = {.color = ColorMode::grayscale}});
    const Sample one = *small.loader().next();
    CHECK(one.x.front().spec() == Spec{{4, 5, 1}, f32});
    const Tensor gray = read_image(pictures / "gray.png", {.color = ColorMode::grayscale});
    const Tensor expected = resize(expand_dims(gray.cast(f32), 0), {4, 5}, Interpolation::bilinear);
    CHECK(one.x.front().to_vector<float>() == expected.to_vector<float>());

    folder.write("dogs/b.PNG", "nothing");
    datasets::Loader bad = found.loader().batch(2).prefetch(2);
    bad.next();
    CHECK_THROWS_WITH(bad.next(), contains("b.PNG: the file is neither a PNG nor a JPEG, in sample "
                                           "2 of the source"));
    const TemporaryFolder empty;
    CHECK_THROWS_WITH(ImageFolder(empty.path()), contains("has no folders"));
    CHECK_THROWS_AS(ImageFolder(empty.path() / "absent"), IoError);
    empty.write("cats/notes.txt", "nothing");
    CHECK_THROWS_WITH(ImageFolder(empty.path()), contains("cats has neither PNG nor JPEG"));
    CHECK_THROWS_AS(ImageFolder(folder.path(), {.size = datasets::ImageSize{0, 4}}), ValueError);
    CHECK_THROWS_AS(ImageFolder(folder.path(), {.image = {.color = ColorMode::as_stored}}),
                    ValueError);
}

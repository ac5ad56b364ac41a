#include <shikumi/datasets/mnist.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <numeric>

#include <shikumi/autograd/ops/ops.hpp>

#include "catch.hpp"
#include "gzip.hpp"
#include "server.hpp"
#include "support/temporary.hpp"

using namespace shikumi;
using namespace shikumi_test;
using datasets::mnist;
namespace fs = std::filesystem;

namespace {

constexpr const char* names[] = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                                 "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"};

std::string images(char count, char side = 28) {
    return std::string{0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, side, 0, 0, 0, side} +
           std::string(static_cast<std::size_t>(count * side * side), '\x7f');
}
std::string labels(char count, char label = 3) {
    return std::string{0, 0, 8, 1, 0, 0, 0, count} +
           std::string(static_cast<std::size_t>(count), label);
}

// Writes two and one images in MNIST's format.
void write_small(const TemporaryFolder& folder, const std::string& below = "") {
    folder.write(below + names[0], images(2));
    folder.write(below + std::string(names[1]) + ".gz", gzipped(labels(2)));
    folder.write(below + names[2], images(1));
    folder.write(below + names[3], labels(1, 9));
}

void check_small(const datasets::Mnist& m) {
    CHECK(m.train.images.spec() == Spec{{2, 28, 28}, u8});
    CHECK(m.train.labels.spec() == Spec{{2}, i64});
    CHECK(m.train.labels.to_vector<int>() == std::vector<int>{3, 3});
    CHECK(m.test.images.spec() == Spec{{1, 28, 28}, u8});
    CHECK(m.test.labels.to_vector<int>() == std::vector<int>{9});
}

// Hides all data except those that a test adds.
struct Nowhere {
    TemporaryFolder cache;
    Environment data{"SHIKUMI_DATA", std::nullopt};
    Environment xdg{"XDG_CACHE_HOME", cache.path().string()};
};

// The real files, if this machine has them.
fs::path real_mnist() {
    const char* data = std::getenv("SHIKUMI_DATA");
    if (data) {
        for (const fs::path& folder : {fs::path(data) / "mnist", fs::path(data)}) {
            if (fs::exists(folder / (std::string(names[0]) + ".gz"))) return folder;
        }
    }
    WARN("no MNIST in $SHIKUMI_DATA: not tested");
    return {};
}

}  // namespace

TEST_CASE("mnist looks in the given folder, $SHIKUMI_DATA and the cache", "[mnist]") {
    const Nowhere nowhere;
    const TemporaryFolder folder;
    write_small(folder, "mnist/");
    check_small(mnist({.data = folder.path()}));
    check_small(mnist({.data = folder.path() / "mnist"}));
    CHECK_THROWS_AS(mnist({.download = false}), IoError);
    {
        const Environment data("SHIKUMI_DATA", folder.path().string());
        check_small(mnist());
    }
    {
        const Environment data("SHIKUMI_DATA", (folder.path() / "mnist").string());
        check_small(mnist());
    }
    write_small(nowhere.cache, "shikumi/mnist/");
    check_small(mnist());

    const Environment no_cache("XDG_CACHE_HOME", std::nullopt);
    const Environment home("HOME", folder.path().string());
    CHECK_THROWS_AS(mnist({.download = false}), IoError);
    write_small(folder, ".cache/shikumi/mnist/");
    check_small(mnist());
}

TEST_CASE("mnist knows the other names of its files", "[mnist]") {
    const auto pointed = [](std::string name) {
        name[name.find("-idx")] = '.';
        return name;
    };
    const std::string bytes[] = {images(2), labels(2), images(1), labels(1, 9)};
    for (const std::string below : {"", "mnist/", "MNIST/raw/"}) {
        const TemporaryFolder plain, zipped, nested;
        for (int i = 0; i < 4; ++i) {
            plain.write(below + pointed(names[i]), bytes[i]);
            zipped.write(below + pointed(names[i]) + ".gz", gzipped(bytes[i]));
            // As an archive unpacks that has a folder for each file.
            nested.write(below + names[i] + "/" + names[i], bytes[i]);
        }
        check_small(mnist({.data = plain.path()}));
        check_small(mnist({.data = zipped.path()}));
        check_small(mnist({.data = nested.path()}));
    }
}

TEST_CASE("mnist says what lies where it looked", "[mnist]") {
    const TemporaryFolder folder;
    folder.write("mnist/train.csv", "");
    folder.write("mnist/train-images-idx3-ubyte.zip", "");
    CHECK_THROWS_WITH(mnist({.data = folder.path()}),
                      contains(folder.path().string() + " holds mnist; ") &&
                          contains("mnist holds train-images-idx3-ubyte.zip, train.csv; "));
    for (int i = 10; i < 40; ++i) folder.write("mnist/" + std::to_string(i), "");
    CHECK_THROWS_WITH(mnist({.data = folder.path()}),
                      contains("holds 10, 11") && contains(", …; "));
}

TEST_CASE("mnist says where it looked and what to do", "[mnist]") {
    const Nowhere nowhere;
    const TemporaryFolder folder;
    const auto refuse = [](const datasets::MnistOptions& options, const std::string& why) {
        INFO(why);
        CHECK_THROWS_AS(mnist(options), IoError);
        CHECK_THROWS_WITH(mnist(options), contains(why));
    };
    const std::string cache = (nowhere.cache.path() / "shikumi" / "mnist").string();
    refuse({.download = false}, cache + "; downloading is switched off; put them into");
    refuse({.download = false}, "train-images-idx3-ubyte.gz, train-labels");
    // If a folder is given, no other one is searched and nothing is downloaded into it.
    write_small(nowhere.cache, "shikumi/mnist/");
    refuse({.data = folder.path()},
           folder.path().string() + ", " + (folder.path() / "mnist").string());
    refuse({.data = "/does/not/exist"}, "/does/not/exist");
    const Environment no_cache("XDG_CACHE_HOME", std::nullopt);
    const Environment no_home("HOME", std::nullopt);
    refuse({}, datasets::can_download() ? "neither XDG_CACHE_HOME nor HOME" : "without libcurl");
}

TEST_CASE("mnist refuses files that aren't MNIST", "[mnist]") {
    const TemporaryFolder folder;
    const auto refuse = [&](int file, const std::string& bytes, const std::string& why) {
        INFO(why);
        write_small(folder);
        const auto path = folder.write(std::string(names[file]) + ".gz", bytes);
        CHECK_THROWS_AS(mnist({.data = folder.path()}), IoError);
        CHECK_THROWS_WITH(mnist({.data = folder.path()}), contains(path.string()));
        CHECK_THROWS_WITH(mnist({.data = folder.path()}), contains(why));
        fs::remove(path);
    };
    refuse(0, labels(2), "u8 (2,), wanted u8 (n, 28, 28)");
    refuse(0, images(2, 27), "u8 (2, 27, 27)");
    refuse(0, images(0), "u8 (0, 28, 28)");
    refuse(2, "<!DOCTYPE html>", "not an IDX file");
    refuse(2, images(1).substr(0, 500), "promises");
    refuse(3, labels(2), "u8 (2,) labels for u8 (1, 28, 28) images");
    refuse(1, labels(2, 10), "byte 8: label 10 lies outside 0 to 9");
}

TEST_CASE("mnist keeps no download with a wrong checksum", "[mnist]") {
    if (!datasets::can_download()) return;
    const Nowhere nowhere;
    const TemporaryFolder mirror;
    for (const char* name : names) mirror.write(std::string(name) + ".gz", gzipped(labels(1)));
    const datasets::MnistOptions options{.mirrors = {"file://" + mirror.path().string() + "/"}};
    CHECK_THROWS_AS(mnist(options), IoError);
    CHECK_THROWS_WITH(mnist(options),
                      contains("SHA-256") && contains("was expected; put them into"));
    CHECK(fs::is_empty(nowhere.cache.path() / "shikumi" / "mnist"));

    const Server missing("404 Not Found", "");
    CHECK_THROWS_WITH(mnist({.mirrors = {missing.url()}}), contains(missing.url() + names[0]));
    CHECK_THROWS_WITH(mnist({.mirrors = {}}), contains("no mirror"));
}

TEST_CASE("mnist is fetched from the first mirror that works", "[mnist][slow]") {
    const fs::path real = real_mnist();
    if (real.empty() || !datasets::can_download()) return;
    const Nowhere nowhere;
    const Server missing("404 Not Found", "");
    std::size_t reports = 0;
    const datasets::MnistOptions options{
        .on_progress = [&](auto&&...) { ++reports; },
        .mirrors = {missing.url(), "file://" + real.string() + "/"}};
    CHECK(mnist(options).test.images.shape() == Shape{10000, 28, 28});
    CHECK(missing.requests() == 4);
    CHECK(reports > 0);
    reports = 0;
    mnist(options);  // from the cache
    CHECK((missing.requests() == 4 && reports == 0));
}

TEST_CASE("MNIST has its 70,000 digits", "[mnist][slow]") {
    const fs::path real = real_mnist();
    if (real.empty()) return;
    const auto [train, test] = mnist({.data = real});
    CHECK(train.images.spec() == Spec{{60000, 28, 28}, u8});
    CHECK(test.images.spec() == Spec{{10000, 28, 28}, u8});
    CHECK(train.labels.spec() == Spec{{60000}, i64});
    CHECK(test.labels.spec() == Spec{{10000}, i64});
    const auto labels = train.labels.to_vector<int>();
    CHECK(std::vector<int>(labels.begin(), labels.begin() + 8) ==
          std::vector<int>{5, 0, 4, 1, 9, 2, 1, 3});
    CHECK(std::count(labels.begin(), labels.end(), 1) == 6742);

    const auto pixels = train.images.data<std::uint8_t>();
    const auto total = std::accumulate(pixels.begin(), pixels.end(), std::uint64_t{0});
    CHECK(static_cast<double>(total) / 255 / 47040000 == Approx(0.1306605).epsilon(1e-6));
}

TEST_CASE("scale_pixels", "[mnist]") {
    const Tensor scaled = datasets::scale_pixels(tensor(std::vector<std::uint8_t>{0, 51, 255}));
    CHECK(scaled.to_vector<float>() == std::vector<float>{0, 0.2f, 1});
    CHECK(datasets::scale_pixels(tensor(std::vector<std::uint8_t>{16}), 16).item<float>() == 1);
    CHECK_THROWS_AS(datasets::scale_pixels(ones({2})), DTypeError);
}

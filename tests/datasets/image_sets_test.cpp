// Fashion-MNIST, EMNIST and CIFAR, from files in their form.
#include <cstdint>
#include <string>
#include <vector>

#include <shikumi/datasets/cifar.hpp>
#include <shikumi/datasets/emnist.hpp>
#include <shikumi/datasets/fashion_mnist.hpp>

#include "catch.hpp"
#include "gzip.hpp"
#include "support/temporary.hpp"

using namespace shikumi;
using namespace shikumi_test;

namespace {

std::string number(int n) {
    return {0, 0, static_cast<char>(n >> 8 & 0xFF), static_cast<char>(n & 0xFF)};
}

// The pixel of picture i at (row, column) is 64 i + 2 row + column, modulo 251.
int pixel(int i, int row, int column) { return (64 * i + 2 * row + column) % 251; }

std::string idx_images(int count, bool by_columns = false) {
    std::string bytes = number(0x803) + number(count) + number(28) + number(28);
    for (int i = 0; i < count; ++i) {
        for (int a = 0; a < 28; ++a) {
            for (int b = 0; b < 28; ++b)
                bytes += static_cast<char>(by_columns ? pixel(i, b, a) : pixel(i, a, b));
        }
    }
    return bytes;
}

std::string idx_labels(const std::vector<int>& labels) {
    std::string bytes = number(0x801) + number(static_cast<int>(labels.size()));
    for (const int label : labels) bytes += static_cast<char>(label);
    return bytes;
}

void check_pixels(const Tensor& images) {
    const std::vector<int> values = images.to_vector<int>();
    bool right = true;
    for (int i = 0; i < images.shape()[0]; ++i) {
        for (int row = 0; row < 28; ++row) {
            for (int column = 0; column < 28; ++column)
                right = right && values[static_cast<std::size_t>((i * 28 + row) * 28 + column)] ==
                                     pixel(i, row, column);
        }
    }
    CHECK(right);
}

// CIFAR's: the pixel of picture i at (row, column) in colour c is 100 i + 32 row + column + 7 c.
std::string cifar(int first, const std::vector<std::string>& labels) {
    std::string bytes;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        bytes += labels[i];
        for (int c = 0; c < 3; ++c) {
            for (int at = 0; at < 1024; ++at)
                bytes += static_cast<char>(100 * (first + static_cast<int>(i)) + at + 7 * c);
        }
    }
    return bytes;
}

void check_cifar(const Tensor& images) {
    const auto values = images.data<std::uint8_t>();
    bool right = true;
    for (std::size_t at = 0; at < values.size(); ++at)
        right = right && values[at] == static_cast<std::uint8_t>(100 * (at / 3072) + at / 3 % 1024 +
                                                                 7 * (at % 3));
    CHECK(right);
}

}  // namespace

TEST_CASE("fashion_mnist reads its four files", "[datasets]") {
    const TemporaryFolder folder;
    folder.write("train-images-idx3-ubyte.gz", gzipped(idx_images(3)));
    folder.write("train-labels-idx1-ubyte", idx_labels({9, 0, 5}));
    folder.write("t10k-images-idx3-ubyte", idx_images(1));
    CHECK_THROWS_WITH(datasets::fashion_mnist(folder.path()),
                      contains("[fashion_mnist] there is no t10k-labels-idx1-ubyte, gzipped or "
                               "not: ") &&
                          contains("holds t10k-images-idx3-ubyte, train-images"));
    folder.write("t10k-labels-idx1-ubyte", idx_labels({2}));
    const datasets::ImageSet set = datasets::fashion_mnist(folder.path());
    CHECK(set.train.images.spec() == Spec{{3, 28, 28}, u8});
    CHECK(set.train.labels.to_vector<int>() == std::vector<int>{9, 0, 5});
    CHECK(set.train.labels.dtype() == i64);
    CHECK(set.test.labels.to_vector<int>() == std::vector<int>{2});
    CHECK(set.class_names.size() == 10);
    CHECK(set.class_names[9] == "Ankle boot");
    check_pixels(set.train.images);
    folder.write("t10k-labels-idx1-ubyte", idx_labels({10}));
    CHECK_THROWS_WITH(datasets::fashion_mnist(folder.path()), contains("label 10 lies outside"));
    folder.write("t10k-labels-idx1-ubyte", idx_labels({1, 1}));
    CHECK_THROWS_AS(datasets::fashion_mnist(folder.path()), IoError);
}

TEST_CASE("emnist stands its pictures upright and counts letters from 0", "[datasets]") {
    using Part = datasets::EmnistPart;
    for (const auto& [part, name, first, classes] :
         {std::tuple{Part::balanced, "balanced", 0, 47},
          std::tuple{Part::by_class, "byclass", 0, 62},
          std::tuple{Part::by_merge, "bymerge", 0, 47}, std::tuple{Part::letters, "letters", 1, 26},
          std::tuple{Part::digits, "digits", 0, 10}, std::tuple{Part::mnist, "mnist", 0, 10}}) {
        INFO(name);
        const TemporaryFolder folder;
        for (const std::string half : {"train", "test"}) {
            const std::string start = "emnist-" + std::string(name) + "-" + half;
            folder.write(start + "-images-idx3-ubyte", idx_images(2, true));
            folder.write(start + "-labels-idx1-ubyte.gz",
                         gzipped(idx_labels({first + classes - 1, first})));
        }
        const datasets::ImageSet set = datasets::emnist(folder.path(), part);
        check_pixels(set.train.images);
        check_pixels(set.test.images);
        CHECK(set.test.labels.to_vector<int>() == std::vector<int>{classes - 1, 0});
        CHECK(static_cast<int>(set.class_names.size()) == classes);
        folder.write("emnist-" + std::string(name) + "-test-labels-idx1-ubyte.gz",
                     gzipped(idx_labels({first + classes, first})));
        CHECK_THROWS_AS(datasets::emnist(folder.path(), part), IoError);
    }
    const TemporaryFolder folder;
    CHECK_THROWS_WITH(datasets::emnist(folder.path()),
                      contains("no emnist-balanced-train-images-idx3-ubyte"));
}

TEST_CASE("cifar10 reads its six files", "[datasets]") {
    const TemporaryFolder folder;
    for (int i = 0; i < 5; ++i)
        folder.write("data_batch_" + std::to_string(i + 1) + ".bin",
                     cifar(2 * i, {std::string(1, static_cast<char>(i)), "\t"}));
    CHECK_THROWS_WITH(datasets::cifar10(folder.path()), contains("there is no test_batch.bin"));
    folder.write("test_batch.bin.gz", gzipped(cifar(0, {"\x03"})));
    const datasets::ImageSet set = datasets::cifar10(folder.path());
    CHECK(set.train.images.spec() == Spec{{10, 32, 32, 3}, u8});
    CHECK(set.train.labels.to_vector<int>() == std::vector<int>{0, 9, 1, 9, 2, 9, 3, 9, 4, 9});
    CHECK(set.class_names[3] == "cat");
    check_cifar(set.train.images);
    check_cifar(set.test.images);
    const auto refuse = [&](const std::string& bytes, const std::string& why) {
        folder.write("data_batch_3.bin", bytes);
        CHECK_THROWS_AS(datasets::cifar10(folder.path()), IoError);
        CHECK_THROWS_WITH(datasets::cifar10(folder.path()),
                          contains("data_batch_3.bin, byte ") && contains(why));
    };
    refuse("", "the file is empty");
    refuse(cifar(0, {"\x01"}).substr(1), "wanted pictures of 3073 bytes each");
    refuse(cifar(0, {"\x01"}) + "x", "wanted pictures of 3073 bytes each");
    refuse(cifar(0, {"\x01", "\x0a"}), "byte 3073: label 10 lies outside 0 to 9");
}

TEST_CASE("cifar100 gives fine or coarse labels", "[datasets]") {
    const TemporaryFolder folder;
    folder.write("train.bin", cifar(0, {"\x13\x63", "\x02\x05"}));
    folder.write("test.bin", cifar(0, {std::string("\x00\x07", 2)}));
    datasets::ImageSet set = datasets::cifar100(folder.path());
    CHECK(set.train.labels.to_vector<int>() == std::vector<int>{99, 5});
    CHECK(set.class_names.empty());
    check_cifar(set.train.images);
    folder.write("coarse_label_names.txt", "aquatic_mammals\nfish\n");
    set = datasets::cifar100(folder.path(), datasets::Cifar100Labels::coarse);
    CHECK(set.train.labels.to_vector<int>() == std::vector<int>{19, 2});
    CHECK(set.test.labels.to_vector<int>() == std::vector<int>{0});
    CHECK(set.class_names == std::vector<std::string>{"aquatic_mammals", "fish"});
    folder.write("train.bin", cifar(0, {"\x14\x63"}));
    CHECK_THROWS_WITH(datasets::cifar100(folder.path(), datasets::Cifar100Labels::coarse),
                      contains("label 20 lies outside 0 to 19"));
    CHECK_NOTHROW(datasets::cifar100(folder.path()));
}

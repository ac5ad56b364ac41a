// Arrays: numbers and indices in one and two dimensions, and digits as arrays of pixels.
#include <shikumi/shikumi.hpp>

#include <iomanip>
#include <iostream>
#include <string>

#include "common/run.hpp"
#include "common/terminal.hpp"

using namespace shikumi;

namespace {

// The element at `index`, which has one number for each dimension.
int at(const Tensor& x, std::initializer_list<Index> index) {
    std::vector<Slice> ranges;
    for (const Index i : index) ranges.push_back({i, i + 1});
    return slice(x, ranges).item<int>();
}

void show_shape(const std::string& what, const Tensor& x) {
    std::cout << std::left << std::setw(24) << what << std::right << "shape " << x.shape() << ", "
              << x.rank() << (x.rank() == 1 ? " dimension\n" : " dimensions\n");
}

void numbers() {
    const Tensor a = tensor({180, 20, 250, 40}, u8);
    std::cout << "An array in one dimension, each element with its index:\n\n  index";
    for (Index i = 0; i < a.size(); ++i) std::cout << std::setw(6) << i;
    std::cout << "\n  a    ";
    for (Index i = 0; i < a.size(); ++i) std::cout << std::setw(6) << at(a, {i});
    std::cout << "\n\n  a[2] is " << at(a, {2}) << ".\n\n";

    const Tensor b = a.reshape({2, 2});
    std::cout << "The same numbers in two dimensions, a picture of 2 x 2 pixels:\n\n"
                 "  row \\ column     0     1\n";
    for (Index row = 0; row < 2; ++row)
        std::cout << std::setw(7) << row << std::setw(15) << at(b, {row, 0}) << std::setw(6)
                  << at(b, {row, 1}) << '\n';
    std::cout << "\n  b[1, 0] is " << at(b, {1, 0})
              << ": row 1, column 0. The array stores one row after "
                 "the other, so it is a[1 * 2 + 0].\n\n"
              << examples::drawing(b, 255, examples::colours_wanted()) << '\n';
    show_shape("a", a);
    show_shape("b", b);
}

struct Digits {
    Tensor images, labels;
    int largest;  // value of a white pixel
};

// MNIST if it is on this machine; it is not downloaded.
Digits some_digits(const examples::Options& options) {
    try {
        const datasets::Images train =
            datasets::mnist({.data = options.data, .download = false}).train;
        std::cout << "\nA digit of MNIST:\n\n";
        return {train.images, train.labels, 255};
    } catch (const IoError& e) {
        const auto [images, labels] = datasets::digits();
        std::cout << "\nMNIST isn't at hand: " << e.what() << ".\nOne of the library's own "
                  << labels.size() << " digits of 8 x 8 pixels instead:\n\n";
        return {images, labels, 16};
    }
}

void digit(const examples::Options& options) {
    const auto [images, labels, largest] = some_digits(options);
    const Tensor image = squeeze(slice(images, 0, {0, 1}), 0);
    std::cout << examples::drawing(image, largest, examples::colours_wanted()) << '\n'
              << examples::pixel_table(image) << "\n0 is black and " << largest
              << " white. The label of this image is " << at(labels, {0}) << ".\n\n";
    show_shape("this image", image);
    show_shape("all " + std::to_string(labels.size()) + " images", images);
    show_shape("their labels", labels);
}

void arrays(const examples::Options& options) {
    numbers();
    digit(options);
}

}  // namespace

int main(int argc, char** argv) {
    return examples::run_example(argc, argv, "arrays, their indices and shapes",
                                 {.training = examples::Training::none}, arrays);
}

#include "digits.hpp"

#include <cstdint>
#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

#include "terminal.hpp"

namespace examples {

using namespace shikumi;

namespace {

// The first `count` test digits with a right (or wrong) prediction, without their empty border.
std::vector<Captioned> pictures(const Tensor& images, const std::vector<int>& labels,
                                const std::vector<int>& predictions, bool right,
                                std::size_t count) {
    std::vector<Captioned> list;
    for (std::size_t i = 0; i < labels.size() && list.size() < count; ++i) {
        if ((labels[i] == predictions[i]) != right) continue;
        const auto n = static_cast<Index>(i);
        const Tensor image = squeeze(slice(images, {{n, n + 1}, {3, 25}, {3, 25}}), 0);
        const std::string read = "read as " + std::to_string(predictions[i]);
        list.push_back({image, right ? read : read + ", is " + std::to_string(labels[i])});
    }
    return list;
}

}  // namespace

shikumi::datasets::Mnist load_digits(const Options& options) {
    std::string fetched;
    const auto show = [&](const std::string& file, std::uint64_t done, std::uint64_t total) {
        if (file != fetched) std::cout << (fetched.empty() ? "" : "\n") << "fetching " << file;
        fetched = file;
        if (on_terminal() && total > 0)
            std::cout << "\rfetching " << file << ": " << 100 * done / total << " %";
        std::cout.flush();
    };
    const datasets::Mnist mnist = datasets::mnist({.data = options.data, .on_progress = show});
    if (!fetched.empty()) std::cout << "\n\n";
    return mnist;
}

void show_digits(const shikumi::datasets::Images& test, const shikumi::Tensor& predictions) {
    const Tensor counts = datasets::confusion_matrix(test.labels, predictions, 10);
    const auto right = sum(equal(test.labels, predictions).cast(i64)).item<Index>();
    std::cout << "\ntest accuracy " << std::fixed << std::setprecision(4)
              << static_cast<double>(right) / static_cast<double>(test.labels.size()) << ": "
              << right << " of " << test.labels.size() << " digits right\n\n"
              << confusion_table(counts, {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"});

    const std::vector<int> labels = test.labels.to_vector<int>();
    const std::vector<int> read = predictions.to_vector<int>();
    for (const bool good : {true, false}) {
        const auto list = pictures(test.images, labels, read, good, 3);
        if (list.empty()) continue;
        std::cout << (good ? "\nThe first digits, read right:\n\n" : "\nRead wrong:\n\n")
                  << side_by_side(list, 255, colours_wanted());
    }
}

}  // namespace examples

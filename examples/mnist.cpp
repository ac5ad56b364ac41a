// MNIST: learns to read handwritten digits; shows some that it reads right and some it doesn't.
#include <shikumi/shikumi.hpp>

#include <cstdint>
#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

#include "common/learning_curve.hpp"
#include "common/run.hpp"
#include "common/terminal.hpp"

using namespace shikumi;

namespace {

// Says which files it fetches, where they aren't there yet; on a terminal also how much has come.
datasets::Mnist load(const examples::Options& options) {
    std::string fetched;
    const auto show = [&](const std::string& file, std::uint64_t done, std::uint64_t total) {
        if (file != fetched) std::cout << (fetched.empty() ? "" : "\n") << "fetching " << file;
        fetched = file;
        if (examples::on_terminal() && total > 0)
            std::cout << "\rfetching " << file << ": " << 100 * done / total << " %";
        std::cout.flush();
    };
    const datasets::Mnist mnist = datasets::mnist({.data = options.data, .on_progress = show});
    if (!fetched.empty()) std::cout << "\n\n";
    return mnist;
}

// The first `count` test digits whose prediction is right, or wrong, without their empty border.
std::vector<examples::Captioned> pictures(const Tensor& images, const std::vector<int>& labels,
                                          const std::vector<int>& predictions, bool right,
                                          std::size_t count) {
    std::vector<examples::Captioned> list;
    for (std::size_t i = 0; i < labels.size() && list.size() < count; ++i) {
        if ((labels[i] == predictions[i]) != right) continue;
        const auto n = static_cast<Index>(i);
        const Tensor image = squeeze(slice(images, {{n, n + 1}, {3, 25}, {3, 25}}), 0);
        const std::string read = "read as " + std::to_string(predictions[i]);
        list.push_back({image, right ? read : read + ", is " + std::to_string(labels[i])});
    }
    return list;
}

void show_results(const datasets::Images& test, const Tensor& predictions) {
    const Tensor counts = datasets::confusion_matrix(test.labels, predictions, 10);
    const auto right = sum(equal(test.labels, predictions).cast(i64)).item<Index>();
    std::cout << "\ntest accuracy " << std::fixed << std::setprecision(4)
              << static_cast<double>(right) / static_cast<double>(test.labels.size()) << ": "
              << right << " of " << test.labels.size() << " digits right\n\n"
              << examples::confusion_table(counts,
                                           {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"});

    const std::vector<int> labels = test.labels.to_vector<int>();
    const std::vector<int> read = predictions.to_vector<int>();
    for (const bool good : {true, false}) {
        const auto list = pictures(test.images, labels, read, good, 3);
        if (list.empty()) continue;
        std::cout << (good ? "\nThe first digits, read right:\n\n" : "\nRead wrong:\n\n")
                  << examples::side_by_side(list, 255, examples::colours_wanted());
    }
}

void mnist(const examples::Options& options) {
    const auto [train, test] = load(options);
    const Tensor test_x = datasets::scale_pixels(test.images);

    nn::Sequential m{
        nn::Flatten({.input_shape = {28, 28}}),
        nn::Dense(512, {.activation = nn::relu}),
        nn::Dropout(0.2),
        nn::Dense(512, {.activation = nn::relu}),
        nn::Dropout(0.2),
        nn::Dense(10, {.activation = nn::softmax}),
    };
    std::cout << m.summary() << '\n';

    m.compile({.optimizer = optim::Adam({.learning_rate = options.learning_rate}),
               .loss = nn::sparse_categorical_crossentropy,
               .metrics = {nn::accuracy}});
    const nn::History history = m.fit(datasets::scale_pixels(train.images), train.labels,
                                      {.batch_size = options.batch_size,
                                       .epochs = options.epochs,
                                       .validation_data = {{test_x, test.labels}}});

    show_results(test, argmax(m.predict(test_x, 1000), -1));
    std::cout << '\n';
    for (const auto& path : examples::write_learning_curve(history, options.out, "mnist"))
        std::cout << "wrote " << path.string() << '\n';
}

}  // namespace

int main(int argc, char** argv) {
    return examples::run_example(argc, argv, "70,000 handwritten digits",
                                 {.epochs = 5, .batch_size = 128, .learning_rate = 0.001}, mnist);
}

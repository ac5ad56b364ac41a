// MNIST's dense network trained with a checkpoint each epoch and with a report, beside the same
// training alone: report [IMAGES [EPOCHS [ROUNDS]]]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <shikumi/shikumi.hpp>

using namespace shikumi;

namespace {

nn::Sequential mnist() {
    nn::Sequential m{
        nn::Flatten({.input_shape = {28, 28}}),
        nn::Dense(512, {.activation = nn::relu}),
        nn::Dropout(0.2),
        nn::Dense(512, {.activation = nn::relu}),
        nn::Dropout(0.2),
        nn::Dense(10, {.activation = nn::softmax}),
    };
    m.compile({.optimizer = optim::Adam(),
               .loss = nn::sparse_categorical_crossentropy,
               .metrics = {nn::accuracy}});
    return m;
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
    const Index images = argc > 1 ? std::atol(argv[1]) : 60'000;
    const int epochs = argc > 2 ? std::atoi(argv[2]) : 5;
    const int rounds = argc > 3 ? std::atoi(argv[3]) : 3;
    Generator rng(1);
    const Tensor x(random_uniform({images, 28, 28}, rng).array());
    const Tensor y(argmax(random_uniform({images, 10}, rng), -1).array());
    const Tensor test_x = slice(x, 0, {0, images / 6}), test_y = slice(y, 0, {0, images / 6});

    const auto folder = std::filesystem::temp_directory_path() / "shikumi-bench-report";
    const std::vector<std::pair<std::string, std::vector<nn::Callback>>> with{
        {"a checkpoint each epoch", {nn::ModelCheckpoint((folder / "best.safetensors").string())}},
        {"a report", {nn::RunFolder({.folder = folder / "runs"})}},
    };
    std::filesystem::create_directories(folder);
    nn::Sequential model = mnist();
    const auto seconds = [&](std::vector<nn::Callback> callbacks) {
        const auto start = std::chrono::steady_clock::now();
        model.fit(x, y,
                  {.batch_size = 128,
                   .epochs = epochs,
                   .verbose = 0,
                   .callbacks = std::move(callbacks),
                   .validation_data = {{test_x, test_y}}});
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    seconds({});  // buffers and threads are there
    std::vector<double> alone{seconds({})};
    std::vector<std::vector<double>> ratios(with.size());
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t i = 0; i < with.size(); ++i) {
            const double time = seconds(with[i].second);
            // Beside the trainings before and behind it, since machines get warm.
            const double again = seconds({});
            ratios[i].push_back(2 * time / (alone.back() + again));
            alone.push_back(again);
        }
    }
    std::printf("%-24s %7.3f s an epoch\n", "alone", median(alone) / epochs);
    for (std::size_t i = 0; i < with.size(); ++i)
        std::printf("%-24s %7.3f times that\n", with[i].first.c_str(), median(ratios[i]));
    std::filesystem::remove_all(folder);
}

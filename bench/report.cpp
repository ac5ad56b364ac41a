// MNIST's dense network trained with a checkpoint each epoch and with a report, beside the same
// training alone: report [IMAGES [EPOCHS [ROUNDS]]]
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <shikumi/shikumi.hpp>

#include "common/beside.hpp"

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
    const auto train = [&](const std::vector<nn::Callback>& callbacks) {
        model.fit(x, y,
                  {.batch_size = 128,
                   .epochs = epochs,
                   .verbose = 0,
                   .callbacks = callbacks,
                   .validation_data = {{test_x, test_y}}});
    };
    train({});  // buffers and threads are there
    std::vector<std::function<void()>> ways;
    for (const auto& named : with) ways.push_back([&] { train(named.second); });
    const bench::Comparison measured = bench::compare_beside([&] { train({}); }, ways, rounds);
    std::printf("%-24s %7.3f s an epoch\n", "alone", measured.usual / epochs);
    for (std::size_t i = 0; i < with.size(); ++i)
        std::printf("%-24s %7.3f times that\n", with[i].first.c_str(), measured.ways[i].ratio);
    std::filesystem::remove_all(folder);
}

// An MNIST MLP that is saved after each epoch, beside the same training without: checkpoints
// [EPOCHS [ROUNDS]]
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include <shikumi/shikumi.hpp>

#include "common/beside.hpp"

using namespace shikumi;

int main(int argc, char** argv) {
    const int epochs = argc > 1 ? std::atoi(argv[1]) : 3;
    const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
    const std::filesystem::path folder = std::filesystem::temp_directory_path() /
                                         ("shikumi-checkpoints-" + std::to_string(getpid()));
    Generator rng(1);
    const Tensor x(random_uniform({60000, 784}, rng).array());
    const Tensor labels(argmax(random_uniform({60000, 10}, rng), -1).array());
    nn::Sequential model{nn::Dense(128, {.activation = nn::relu, .input_dim = 784}),
                         nn::Dense(10, {.activation = nn::softmax})};
    model.compile({.optimizer = optim::Adam(),
                   .loss = nn::sparse_categorical_crossentropy,
                   .metrics = {"accuracy"}});
    const nn::FitOptions plain{.batch_size = 128, .epochs = epochs, .verbose = 0};
    const auto with = [&](const char* name) {
        const std::filesystem::path own = folder / name;
        std::filesystem::remove_all(own);
        nn::FitOptions options = plain;
        if (std::string_view(name) == "resume")
            options.resume = own;
        else
            options.callbacks = {
                nn::ModelCheckpoint((own / "{epoch:02d}.safetensors").string(), {.keep = 3})};
        return options;
    };

    model.fit(x, labels, plain);  // captured once
    const std::vector<const char*> ways{"resume", "ModelCheckpoint"};
    std::vector<std::function<void()>> trainings;
    for (const char* way : ways) trainings.push_back([&, way] { model.fit(x, labels, with(way)); });
    const bench::Comparison measured =
        bench::compare_beside([&] { model.fit(x, labels, plain); }, trainings, rounds);
    std::filesystem::remove_all(folder);
    std::printf("%-16s %7.1f ms an epoch\n", "unsaved", 1000 * measured.usual / epochs);
    for (std::size_t i = 0; i < ways.size(); ++i)
        std::printf("%-16s %+7.2f %%\n", ways[i], 100 * (measured.ways[i].ratio - 1));
}

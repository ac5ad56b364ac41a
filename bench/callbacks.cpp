// An epoch of MNIST's dense network with a bar, four metrics and five callbacks, beside the same
// epoch without: callbacks [IMAGES [EPOCHS [ROUNDS]]]. In a terminal the bar is redrawn.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <utility>
#include <vector>

#include <shikumi/shikumi.hpp>

#include "common/beside.hpp"

using namespace shikumi;

namespace {

nn::Sequential mnist(const nn::Metrics& metrics) {
    nn::Sequential m{nn::Dense(512, {.activation = nn::relu, .input_dim = 784}),
                     nn::Dense(10, {.activation = nn::softmax})};
    m.compile({.optimizer = optim::Adam(),
               .loss = nn::sparse_categorical_crossentropy,
               .metrics = metrics});
    return m;
}

}  // namespace

int main(int argc, char** argv) {
    const Index images = argc > 1 ? std::atol(argv[1]) : 60'000;
    const int epochs = argc > 2 ? std::atoi(argv[2]) : 2;
    const int rounds = argc > 3 ? std::atoi(argv[3]) : 5;
    set_num_threads(1);
    Generator rng(1);
    const Tensor x(random_uniform({images, 784}, rng).array());
    const Tensor y(argmax(random_uniform({images, 10}, rng), -1).array());
    const auto file = std::filesystem::temp_directory_path() / "shikumi-bench-callbacks.csv";

    nn::Sequential plain = mnist(nn::Metrics{});
    nn::Sequential measured =
        mnist({nn::accuracy, nn::sparse_top_k_categorical_accuracy,
               {"top_2", nn::SparseTopKCategoricalAccuracy({.k = 2})},
               nn::MeanIoU({.num_classes = 10, .sparse_y_pred = false})});
    const auto train = [&](nn::Sequential& model, int verbose, std::vector<nn::Callback> callbacks) {
        model.fit(x, y,
                  {.batch_size = 128,
                   .epochs = epochs,
                   .verbose = verbose,
                   .callbacks = std::move(callbacks)});
    };
    const auto alone = [&] { train(plain, 0, {}); };
    const auto with_all = [&] {
        train(measured, 1,
              {nn::EarlyStopping({.monitor = "loss", .patience = 100}),
               nn::ReduceLROnPlateau({.monitor = "loss", .patience = 100}),
               nn::CSVLogger(file.string()), nn::TerminateOnNaN(),
               nn::LearningRateScheduler([](int, double rate) { return rate; })});
    };
    alone();  // buffers and threads are there
    with_all();
    const bench::Comparison times =
        bench::compare_beside(alone, {[&] { train(plain, 1, {}); }, with_all}, rounds);
    std::printf("%-40s %7.3f s an epoch\n", "alone", times.usual / epochs);
    std::printf("%-40s %7.3f times that\n", "a bar", times.ways[0].ratio);
    std::printf("%-40s %7.3f times that\n", "a bar, four metrics, five callbacks",
                times.ways[1].ratio);
    std::filesystem::remove(file);
}

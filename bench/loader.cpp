// mnist_cnn fed by a loader, beside the same training from memory: loader [IMAGES [ROUNDS]]
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <shikumi/shikumi.hpp>

#include "common/beside.hpp"

using namespace shikumi;
using datasets::Loader;

namespace {

constexpr Index batch_size = 16;

nn::Sequential mnist_cnn() {
    nn::Sequential m{
        nn::Conv2D(32, 3, {.activation = nn::relu, .input_shape = {28, 28, 1}}),
        nn::MaxPooling2D(2),
        nn::Conv2D(64, 3, {.activation = nn::relu}),
        nn::MaxPooling2D(2),
        nn::Flatten(),
        nn::Dropout(0.5),
        nn::Dense(10, {.activation = nn::softmax}),
    };
    m.compile({.optimizer = optim::Adam(), .loss = nn::sparse_categorical_crossentropy});
    return m;
}

// Pixels (…, 28, 28) u8 as (…, 28, 28, 1) f32 from 0 to 1.
Tensor as_input(const Tensor& pixels) { return expand_dims(pixels.cast(f32) / 255, -1); }

// As as_input, moved by up to two pixels: what is worth doing sample by sample.
Tensor moved(const Tensor& pixels, Generator& rng) {
    RandomStream random(rng.next());
    const Index down = random.below(5), right = random.below(5);
    const Tensor padded = pad(pixels, {{2, 2}, {2, 2}});
    return as_input(slice(padded, {{down, down + 28}, {right, right + 28}}));
}

}  // namespace

int main(int argc, char** argv) {
    const Index images = argc > 1 ? std::atol(argv[1]) : 8192;
    const int rounds = argc > 2 ? std::atoi(argv[2]) : 7;
    Generator rng(1);
    const Tensor pixels(random_uniform({images, 28, 28}, rng, 0, 256).cast(u8).array());
    const Tensor labels(argmax(random_uniform({images, 10}, rng), -1).array());
    const Tensor x(as_input(pixels).array());

    const Loader rows(pixels, labels);
    std::vector<std::pair<std::string, Loader>> loaders{
        {"rows, 1 thread ahead", Loader(x, labels).shuffle(1).batch(batch_size).prefetch(4)},
        {"batches mapped, 2 workers",
         rows.shuffle(1).batch(batch_size).map(as_input, {.workers = 2}).prefetch(4)},
        {"samples mapped, 2 workers",
         rows.shuffle(1).map(as_input, {.workers = 2}).batch(batch_size).prefetch(4)},
        {"samples moved, 2 workers",
         rows.shuffle(1).map(moved, {.workers = 2}).batch(batch_size).prefetch(4)},
        {"samples moved, no workers", rows.shuffle(1).map(moved).batch(batch_size)},
    };

    nn::Sequential model = mnist_cnn();
    const nn::FitOptions quiet{.batch_size = batch_size, .verbose = 0};
    model.fit(x, labels, quiet);  // captured once
    std::vector<std::function<void()>> ways;
    for (auto& named : loaders) ways.push_back([&] { model.fit(named.second, quiet); });
    const bench::Comparison measured =
        bench::compare_beside([&] { model.fit(x, labels, quiet); }, ways, rounds);
    const auto rate = [&](double time) { return static_cast<double>(images) / time; };
    std::printf("%-28s %8.0f images/s\n", "from memory", rate(measured.usual));
    for (std::size_t i = 0; i < loaders.size(); ++i)
        std::printf("%-28s %8.0f images/s  %.3f of the speed from memory\n",
                    loaders[i].first.c_str(), rate(measured.ways[i].seconds),
                    1 / measured.ways[i].ratio);
}

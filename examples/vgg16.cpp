// VGG16: summary, a prediction, and training of its CIFAR-sized form on stripes.
#include <shikumi/shikumi.hpp>

#include <algorithm>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <vector>

#include "common/run.hpp"
#include "common/train.hpp"

using namespace shikumi;

namespace {

// Images (count, size, size, 3) from 0 to 255 with stripes along the rows (label 0), the columns
// (1) or a diagonal (2), of random colour and phase.
struct Stripes {
    Tensor images, labels;
};
Stripes stripes(Index count, Index size, Generator& rng) {
    const Tensor labels = floor(random_uniform({count, 1, 1, 1}, rng, 0, 3));
    const Tensor down = arange(0, size, 1, f32).reshape({1, size, 1, 1});
    const Tensor across = arange(0, size, 1, f32).reshape({1, 1, size, 1});
    const Tensor along =
        where(equal(labels, 0), down, where(equal(labels, 1), across, down + across));
    const Tensor phase = random_uniform({count, 1, 1, 1}, rng, 0, 8);
    const Tensor wave = sin((along + phase) * 0.8) * 0.5 + 0.5;
    const Tensor colour = random_uniform({count, 1, 1, 3}, rng, 60, 255);
    return {wave * colour, labels.reshape({count}).cast(i64)};
}

// Prints the most probable of ImageNet's thousand classes. They mean nothing without the published
// weights.
void predict_one(const examples::Options& options) {
    const std::filesystem::path weights = options.data / "vgg16.weights";
    const bool trained = !options.data.empty() && std::filesystem::exists(weights);
    nn::Sequential model = nn::applications::VGG16({.weights = trained ? weights : ""});
    std::cout << model.summary() << '\n';

    Generator rng(options.seed);
    const Tensor image = nn::applications::preprocess_input(stripes(1, 224, rng).images);
    const Tensor probabilities = model.predict(image);
    std::cout << (trained ? "With the weights of " + weights.string() + ","
                          : "With random weights (--data FOLDER reads vgg16.weights there),")
              << " a picture of stripes is\n";
    auto p = probabilities.to_vector<double>();
    for (int i = 0; i < 3; ++i) {
        const auto best = std::max_element(p.begin(), p.end());
        std::cout << "  class " << std::setw(3) << best - p.begin() << " with probability "
                  << std::fixed << std::setprecision(4) << *best << '\n';
        *best = 0;
    }
}

void train_small(const examples::Options& options) {
    Generator rng(options.seed);
    const auto [images, labels] = stripes(256, 32, rng);
    const auto [test_images, test_labels] = stripes(64, 32, rng);
    nn::Sequential model = nn::applications::VGG16(
        {.include_top = false, .input_shape = {32, 32, 3}, .name = "vgg16_cifar"});
    model.add(nn::Flatten());
    model.add(nn::Dense(3, {.activation = nn::softmax}));
    std::cout << "\nIts form for images of CIFAR's size, with " << model.count_params()
              << " parameters, learns the direction of stripes:\n";
    model.compile({.optimizer = optim::Adam({.learning_rate = options.learning_rate}),
                   .loss = nn::sparse_categorical_crossentropy,
                   .metrics = {nn::accuracy}});
    const auto prepared = [](const Tensor& x) {
        return nn::applications::preprocess_input(x) * (1.0 / 128);
    };
    examples::fit(model, prepared(images), labels, options,
                  {.validation_data = {{prepared(test_images), test_labels}}},
                  {"along rows", "along columns", "diagonal"});
}

void vgg16(const examples::Options& options) {
    predict_one(options);
    train_small(options);
}

}  // namespace

int main(int argc, char** argv) {
    return examples::run_example(argc, argv, "the network of 138,357,544 parameters",
                                 {.epochs = 3, .batch_size = 32, .learning_rate = 0.0001}, vgg16);
}

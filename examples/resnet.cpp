// A residual network as a functional model: handwritten digits of 8 x 8 pixels, or MNIST's.
#include <shikumi/shikumi.hpp>

#include <iostream>
#include <string>

#include "common/digits.hpp"
#include "common/run.hpp"
#include "common/train.hpp"

using namespace shikumi;

namespace {

nn::SymbolicTensor convolved(const nn::SymbolicTensor& x, Index filters, Index stride) {
    return x |
           nn::Conv2D(filters, 3,
                      {.strides = stride, .padding = Padding::same, .use_bias = false}) |
           nn::BatchNormalization({.momentum = 0.9});
}

// relu(f(x) + x). If f changes the size or the filters, a 1 x 1 convolution adapts x.
nn::SymbolicTensor residual_block(const nn::SymbolicTensor& x, Index filters, Index stride) {
    const nn::SymbolicTensor inner = convolved(x, filters, stride) | nn::Activation(nn::relu);
    const nn::SymbolicTensor past = stride == 1 && x.spec().shape.back() == filters
                                        ? x
                                        : x | nn::Conv2D(filters, 1, {.strides = stride});
    return nn::connect(nn::Add(), {convolved(inner, filters, 1), past}) | nn::Activation(nn::relu);
}

nn::Model network(const Shape& picture) {
    const nn::Input input(picture);
    nn::SymbolicTensor x = convolved(input, 16, 1) | nn::Activation(nn::relu);
    x = residual_block(x, 16, 1);
    x = residual_block(x, 32, 2);
    x = residual_block(x, 32, 1);
    return nn::Model(input,
                     x | nn::GlobalAveragePooling2D() | nn::Dense(10, {.activation = nn::softmax}));
}

struct Digits {
    Tensor x, labels, test_x, test_labels;
};

Digits load(const examples::Options& options) {
    if (!options.data.empty()) {
        const auto [train, test] = examples::load_digits(options);
        return {expand_dims(datasets::scale_pixels(train.images), -1), train.labels,
                expand_dims(datasets::scale_pixels(test.images), -1), test.labels};
    }
    const datasets::Images digits = datasets::digits();
    const auto [train, test] = datasets::train_test_split(expand_dims(digits.images / 16, -1),
                                                          digits.labels, {.test_fraction = 0.2});
    return {train.features, train.labels, test.features, test.labels};
}

void resnet(const examples::Options& options) {
    const Digits digits = load(options);
    nn::Model m = network(nn::without_batch(digits.x.shape()));
    std::cout << m.summary() << '\n';

    const optim::LearningRate rate =
        optim::CosineDecay(options.learning_rate, options.steps(digits.labels.size()));
    m.compile({.optimizer = optim::Adam({.learning_rate = rate}),
               .loss = nn::sparse_categorical_crossentropy,
               .metrics = {nn::accuracy}});
    const nn::History history =
        examples::fit(m, digits.x, digits.labels, options,
                      {.validation_data = {{digits.test_x, digits.test_labels}}});

    std::cout << "\naccuracy on " << digits.test_labels.size()
              << " held-out digits: " << m.evaluate(digits.test_x, digits.test_labels)["accuracy"]
              << "\n\n";
    const auto picture = options.out / "resnet-model.svg";
    nn::plot_model(m).write(picture);
    std::cout << "wrote " << picture.string() << '\n';
    examples::write_history(history, options);
}

}  // namespace

int main(int argc, char** argv) {
    return examples::run_example(argc, argv, "a residual network reads handwritten digits",
                                 {.epochs = 12, .batch_size = 32, .learning_rate = 0.002}, resnet);
}

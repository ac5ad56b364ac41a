// The lecture's network: built, printed, trained on 16 patterns of 2 x 2 pixels, and used.
#include <shikumi/shikumi.hpp>

#include <iomanip>
#include <iostream>
#include <vector>

#include "common/run.hpp"
#include "common/train.hpp"

using namespace shikumi;

namespace {

// Prints a row for each pattern: pixels, class, prediction and probabilities. Returns the number of
// right predictions.
int show_predictions(const Tensor& patterns, const Tensor& labels, const Tensor& probabilities) {
    const std::vector<int> pixels = patterns.to_vector<int>();
    const std::vector<int> classes = labels.to_vector<int>();
    const std::vector<int> chosen = argmax(probabilities, -1).to_vector<int>();
    const std::vector<float> p = probabilities.to_vector<float>();

    std::cout << "pattern  class  predicted  probability of 0      1      2\n" << std::fixed;
    int right = 0;
    for (std::size_t i = 0; i < classes.size(); ++i) {
        std::cout << "  ";
        for (std::size_t pixel = 0; pixel < 4; ++pixel) std::cout << pixels[4 * i + pixel];
        std::cout << std::setw(7) << classes[i] << std::setw(9) << chosen[i] << std::setw(12) << "";
        for (std::size_t c = 0; c < 3; ++c)
            std::cout << std::setw(7) << std::setprecision(3) << p[3 * i + c];
        std::cout << (chosen[i] == classes[i] ? "\n" : "  wrong\n");
        right += chosen[i] == classes[i];
    }
    return right;
}

void lecture(const examples::Options& options) {
    const auto [x, labels] = datasets::lecture_patterns();
    const Tensor y = nn::to_categorical(labels);

    nn::Sequential m{
        nn::Dense(64, {.activation = nn::relu, .input_dim = 4}),
        nn::Dense(3, {.activation = nn::softmax}),
    };
    std::cout << m.summary() << '\n';

    m.compile({.optimizer = optim::SGD(
                   {.learning_rate = options.learning_rate, .momentum = 0.9, .nesterov = true}),
               .loss = nn::categorical_crossentropy});
    examples::fit(m, x, y, options);

    std::cout << '\n';
    const int right = show_predictions(x, labels, m.predict(x));
    std::cout << right << " of " << labels.size() << " patterns right, loss "
              << std::setprecision(4) << m.evaluate(x, y)["loss"] << "\n\n";

    std::cout << "predict 0101:\n" << m.predict(tensor({{0, 1, 0, 1}})) << "\n\n";
    const Tensor weights = m.get_weights()[2];
    std::cout << "weights from the hidden layer to the output, " << weights.shape() << ":\n"
              << weights << '\n';
}

}  // namespace

int main(int argc, char** argv) {
    return examples::run_example(argc, argv, "sixteen patterns of 2 x 2 pixels, three classes",
                                 {.epochs = 500, .batch_size = 32, .learning_rate = 0.01}, lecture);
}

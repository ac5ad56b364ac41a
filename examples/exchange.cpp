// Trains the lecture's network, writes it in every format, and reads each file back.
#include <shikumi/shikumi.hpp>

#include <filesystem>
#include <functional>
#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

#include "common/run.hpp"
#include "common/train.hpp"

using namespace shikumi;

namespace {

nn::Sequential network() {
    return nn::Sequential{
        nn::Dense(64, {.activation = nn::relu, .input_dim = 4}),
        nn::Dense(3, {.activation = nn::softmax}),
    };
}

// A file of one format: how it is written, and how its model comes back.
struct Exchange {
    std::string file;
    std::string holds;
    std::function<void(nn::Model& model, const std::string& path)> write;
    std::function<std::shared_ptr<nn::Model>(const std::string& path)> read;
};

// A file of weights says nothing of the network, so the program builds it, as in Python.
std::shared_ptr<nn::Model> with_weights(const std::string& path) {
    const auto model = std::make_shared<nn::Sequential>(network());
    nn::load_weights(*model, path);
    return model;
}

std::vector<Exchange> all_formats() {
    return {
        {"model.safetensors", "model", [](auto& m, const auto& path) { nn::save(m, path); },
         nn::load},
        {"model.keras", "model", [](auto& m, const auto& path) { nn::save_keras(m, path); },
         nn::load},
        {"model.h5", "model", [](auto& m, const auto& path) { nn::save_keras(m, path); }, nn::load},
        {"weights.safetensors", "weights",
         [](auto& m, const auto& path) { nn::save_weights(m, path); }, with_weights},
        {"weights.npz", "weights", [](auto& m, const auto& path) { nn::save_weights(m, path); },
         with_weights},
        {"model.weights.h5", "weights",
         [](auto& m, const auto& path) { nn::save_keras_weights(m, path); }, with_weights},
        {"model.pt", "weights", [](auto& m, const auto& path) { nn::save_torch_weights(m, path); },
         with_weights},
    };
}

double largest_difference(const Tensor& a, const Tensor& b) {
    return max(abs(a - b)).item<double>();
}

void exchange(const examples::Options& options) {
    const auto [x, labels] = datasets::lecture_patterns();
    nn::Sequential m = network();
    m.compile({.optimizer = optim::SGD(
                   {.learning_rate = options.learning_rate, .momentum = 0.9, .nesterov = true}),
               .loss = nn::categorical_crossentropy});
    examples::fit(m, x, nn::to_categorical(labels), options, {.verbose = 0});
    const Tensor expected = m.predict(x);
    std::cout << "loss " << m.evaluate(x, nn::to_categorical(labels))["loss"] << " after "
              << options.epochs << " epochs\n\n"
              << std::left << std::setw(22) << "file" << std::setw(10) << "holds" << std::right
              << std::setw(8) << "bytes"
              << "  largest difference of predictions\n";

    std::filesystem::create_directories(options.out);
    for (const Exchange& format : all_formats()) {
        const auto path = options.out / format.file;
        std::cout << std::left << std::setw(22) << format.file << std::setw(10) << format.holds;
        try {
            format.write(m, path);
            const double difference = largest_difference(format.read(path)->predict(x), expected);
            std::cout << std::right << std::setw(8) << std::filesystem::file_size(path) << "  "
                      << difference << '\n';
        } catch (const IoError& e) {  // a library that this build lacks
            std::cout << "  " << e.what() << '\n';
        }
    }
    std::cout << "\nthe files are in " << options.out.string() << '\n';
}

}  // namespace

int main(int argc, char** argv) {
    return examples::run_example(argc, argv, "the lecture's network in every format, and back",
                                 {.epochs = 500, .batch_size = 32, .learning_rate = 0.01},
                                 exchange);
}

// Initialisation: twenty relu layers with He's initialiser and with plain normal numbers.
#include <shikumi/shikumi.hpp>

#include <cmath>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

#include "common/run.hpp"
#include "common/train.hpp"

using namespace shikumi;

namespace {

constexpr std::size_t depth = 20;

struct Start {
    std::string name;
    nn::Initializer initializer;
};

nn::Sequential deep_network(const Start& start) {
    nn::Sequential m;
    for (std::size_t i = 0; i < depth; ++i)
        m.add(nn::Dense(100, {.activation = nn::relu, .kernel_initializer = start.initializer}));
    m.add(nn::Dense(10, {.activation = nn::softmax}));
    return m;
}

// log10 of the standard deviation of the activations in each hidden layer.
std::vector<double> spreads(const nn::Sequential& m, Tensor activations) {
    std::vector<double> result;
    for (std::size_t i = 0; i < depth; ++i) {
        activations = (*m.layers()[i])(activations);
        result.push_back(std::log10(shikumi::std(activations).item<double>()));
    }
    return result;
}

void show(const std::vector<plot::Series>& spread) {
    std::cout << "spread of the activations before training\n\nlayer";
    for (const auto& s : spread) std::cout << std::setw(14) << s.name;
    std::cout << '\n' << std::scientific << std::setprecision(1);
    for (std::size_t i = 0; i < depth; ++i) {
        std::cout << std::setw(5) << i + 1;
        for (const auto& s : spread) std::cout << std::setw(14) << std::pow(10, s.values[i]);
        std::cout << '\n';
    }
    std::cout << std::defaultfloat << '\n';
}

void he_init(const examples::Options& options) {
    const datasets::Images digits = datasets::digits();
    const Tensor pixels = reshape(digits.images, {-1, 64});
    const auto [train, test] = datasets::train_test_split(
        datasets::Standardizer::fit(pixels)(pixels), digits.labels, {.seed = options.seed});

    const std::vector<Start> starts{{"He", nn::he_normal()},
                                    {"N(0, 0.05)", nn::random_normal(0, 0.05)},
                                    {"N(0, 1)", nn::random_normal(0, 1)}};
    plot::LineChart spread{"Spread of the activations before training",
                           "layer",
                           "log10 of the standard deviation",
                           {}};
    for (const Start& start : starts)
        spread.series.push_back({start.name, spreads(deep_network(start), train.features)});
    show(spread.series);

    plot::LineChart losses{"Training twenty layers", "epoch", "loss", {}};
    for (std::size_t i = 0; i < 2; ++i) {
        std::cout << "training from " << starts[i].name << "\n";
        nn::Sequential m = deep_network(starts[i]);
        m.compile({.optimizer = optim::Adam({.learning_rate = options.learning_rate}),
                   .loss = nn::sparse_categorical_crossentropy,
                   .metrics = {nn::accuracy}});
        const nn::FitOptions how{
            .batch_size = options.batch_size, .epochs = options.epochs, .verbose = 2};
        // What the command line says of files is for the first network.
        nn::History history = i == 0 ? examples::fit(m, train.features, train.labels, options, how)
                                     : m.fit(train.features, train.labels, how);
        losses.series.push_back({starts[i].name, history.history["loss"]});
        std::cout << "accuracy on " << test.labels.size() << " other digits from " << starts[i].name
                  << ": " << std::setprecision(3)
                  << m.evaluate(test.features, test.labels)["accuracy"] << "\n\n";
    }
    for (const auto& [name, chart] :
         {std::pair{"he_init-spread.svg", spread}, std::pair{"he_init-loss.svg", losses}}) {
        if (chart.series.front().values.empty()) continue;  // --load, without training
        const std::filesystem::path path = options.out / name;
        draw(chart).write(path);
        std::cout << "wrote " << path.string() << '\n';
    }
}

}  // namespace

int main(int argc, char** argv) {
    return examples::run_example(argc, argv, "He's initialisation against plain normal numbers",
                                 {.epochs = 20, .batch_size = 32, .learning_rate = 0.0005},
                                 he_init);
}

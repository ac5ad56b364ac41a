// The lecture's network: its 500 epochs, and where a step's time goes
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <vector>

#include <shikumi/shikumi.hpp>

using namespace shikumi;

namespace {

using Clock = std::chrono::steady_clock;

double microseconds(Clock::duration d) {
    return std::chrono::duration<double, std::micro>(d).count();
}

double median(std::vector<double> v) {
    std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end());
    return v[v.size() / 2];
}

nn::Sequential network() {
    nn::Sequential m{nn::Dense(64, {.activation = nn::relu, .input_dim = 4}),
                     nn::Dense(3, {.activation = nn::softmax})};
    m.compile({.optimizer = optim::SGD({.learning_rate = 0.01, .momentum = 0.9, .nesterov = true}),
               .loss = nn::categorical_crossentropy});
    return m;
}

}  // namespace

int main() {
    const auto patterns = datasets::lecture_patterns();
    const Tensor x = patterns.features;
    const Tensor y = nn::to_categorical(patterns.labels);

    std::vector<double> fits;
    double loss = 0;
    for (int round = 0; round < 15; ++round) {
        nn::Sequential m = network();
        const auto start = Clock::now();
        loss = m.fit(x, y, {.epochs = 500, .verbose = 0}).history["loss"].back();
        fits.push_back(microseconds(Clock::now() - start));
    }
    std::printf("500 epochs by fit, verbose 0        %8.2f ms  (%.2f us a step, loss %.4f)\n",
                median(fits) / 1000, median(fits) / 500, loss);

    // The same step by hand, stage by stage.
    nn::Sequential m = network();
    optim::SGD sgd({.learning_rate = 0.01, .momentum = 0.9, .nesterov = true});
    const std::vector<Parameter> weights = m.parameters();
    std::array<std::vector<double>, 4> stages;
    for (int step = 0; step < 5000; ++step) {
        std::array<Clock::time_point, 5> at;
        at[0] = Clock::now();
        const Tensor value = mean(nn::categorical_crossentropy(y, m(x, nn::Mode::train)));
        at[1] = Clock::now();
        std::vector<Tensor> gradients =
            grad(value, std::vector<Tensor>(weights.begin(), weights.end()));
        at[2] = Clock::now();
        const auto updates = sgd.updates(weights, std::move(gradients));
        at[3] = Clock::now();
        evaluate({&value, 1}, updates);
        at[4] = Clock::now();
        for (std::size_t s = 0; s < 4; ++s) stages[s].push_back(microseconds(at[s + 1] - at[s]));
    }
    const std::array<const char*, 4> names{"record forward pass and loss", "record gradients",
                                           "record updates", "plan, compute, assign"};
    for (std::size_t s = 0; s < 4; ++s)
        std::printf("  %-34s %8.2f us\n", names[s], median(stages[s]));
}

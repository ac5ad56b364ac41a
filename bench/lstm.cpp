// A training step of an LSTM: 28 steps of 28 features, 128 units, Dense 10, Adam, batch 64
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <shikumi/autograd/kernels/threads.hpp>
#include <shikumi/shikumi.hpp>

using namespace shikumi;

namespace {

// Milliseconds of a step of a model whose recurrent layer is `layer`; the median of many.
template <class L>
double step_time(L layer) {
    constexpr Index batch = 64, classes = 10;
    Generator rng(1);
    const Tensor x = random_normal({batch, 28, 28}, rng);
    const Tensor y = argmax(random_normal({batch, classes}, rng), -1);
    evaluate({x, y});
    nn::Sequential m{std::move(layer), nn::Dense(classes)};
    m.build(x.spec());
    const std::vector<Parameter> weights = m.parameters();
    optim::Adam adam;

    std::vector<double> times;
    for (int step = 0; step < 60; ++step) {
        const auto start = std::chrono::steady_clock::now();
        const Tensor loss = cross_entropy(m(x, nn::Mode::train), y);
        auto gradients = grad(loss, std::vector<Tensor>(weights.begin(), weights.end()));
        evaluate({&loss, 1}, adam.updates(weights, std::move(gradients)));
        const std::chrono::duration<double, std::milli> took =
            std::chrono::steady_clock::now() - start;
        times.push_back(took.count());
    }
    std::nth_element(times.begin(), times.begin() + 30, times.end());
    return times[30];
}

}  // namespace

int main(int argc, char** argv) {
    set_num_threads(argc > 1 ? std::atoi(argv[1]) : 1);
    std::printf("%d threads\n", num_threads());
    std::printf("LSTM, the sequence in one operation  %7.2f ms\n", step_time(nn::LSTM(128)));
    std::printf("LSTM, step by step                   %7.2f ms\n",
                step_time(nn::RNN(
                    nn::LSTMCell(128, {.activation = [](const Tensor& t) { return tanh(t); }}))));
    std::printf("GRU                                  %7.2f ms\n", step_time(nn::GRU(128)));
    std::printf("SimpleRNN                            %7.2f ms\n", step_time(nn::SimpleRNN(128)));
}

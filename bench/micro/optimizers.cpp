// Times captured training steps of a small network (batch 64 of 64, Dense 128 relu twice, Dense 10)
// by several optimisers, and a step of L-BFGS of 10 iterations.
#include <memory>
#include <vector>

#include "common.hpp"

using namespace shikumi;

namespace {

struct Network {
    Network() {
        model.ensure_built(x.spec());
        weights = model.parameters();
        evaluate(y);
    }
    Tensor loss(const Tensor& input) { return cross_entropy(model(input, nn::Mode::train), y); }

    nn::Sequential model{nn::Dense(128, {.activation = nn::relu}),
                         nn::Dense(128, {.activation = nn::relu}), nn::Dense(10)};
    Tensor x = bench::drawn({64, 64}), y = argmax(bench::drawn({64, 10}), -1);
    std::vector<Parameter> weights;
};

void train(benchmark::State& state, optim::Optimizer (*make)()) {
    Network network;
    optim::Optimizer optimizer = make();
    auto step = capture([&](const Tensor& x) {
        const Tensor loss = network.loss(x);
        evaluate({&loss, 1}, optimizer.minimize(loss, network.weights));
        return loss;
    });
    for (auto _ : state) step(network.x);
}

// From the same start each time: near a minimum it would stop early.
void lbfgs(benchmark::State& state) {
    Network network;
    const std::vector<Tensor> start(network.weights.begin(), network.weights.end());
    for (auto _ : state) {
        state.PauseTiming();
        for (std::size_t i = 0; i < start.size(); ++i) network.weights[i].assign(start[i]);
        optim::LBFGS optimizer({.max_iter = 10, .line_search = optim::LineSearch::strong_wolfe});
        state.ResumeTiming();
        optimizer.step(network.weights, [&] { return network.loss(network.x); });
        state.counters["losses"] = static_cast<double>(optimizer.evaluations());
    }
}

}  // namespace

int main(int argc, char** argv) {
    set_num_threads(1);
    using Make = optim::Optimizer (*)();
    const auto add = [](const char* name, Make make) {
        benchmark::RegisterBenchmark(name, train, make)->Unit(benchmark::kMicrosecond);
    };
    add("SGD", [] { return optim::Optimizer(optim::SGD()); });
    add("Adam", [] { return optim::Optimizer(optim::Adam()); });
    add("Lamb", [] { return optim::Optimizer(optim::Lamb()); });
    add("Adafactor", [] { return optim::Optimizer(optim::Adafactor()); });
    add("Muon", [] { return optim::Optimizer(optim::Muon()); });
    benchmark::RegisterBenchmark("LBFGS", lbfgs)->Unit(benchmark::kMicrosecond);
    return bench::run(argc, argv);
}

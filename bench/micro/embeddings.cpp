// Times a training step of Embedding 128 on 64 texts of 20 words, their mean, Dense 2. The time of
// a sparse step does not depend on the number of rows.
#include <functional>
#include <vector>

#include "common.hpp"

using namespace shikumi;

namespace {

void train(benchmark::State& state, optim::Optimizer (*make)(), bool dense) {
    const Index rows = state.range(0);
    nn::Sequential m{nn::Embedding(rows, 128), nn::GlobalAveragePooling1D(), nn::Dense(2)};
    Generator rng(1);
    const Tensor x = (random_uniform({64, 20}, rng) * static_cast<double>(rows)).cast(i64);
    const Tensor y = argmax(bench::drawn({64, 2}), -1);
    evaluate({x, y});
    m.ensure_built(x.spec());
    const std::vector<Parameter> weights = m.parameters();
    optim::Optimizer optimizer = make();
    for (auto _ : state) {
        Tensor loss = cross_entropy(m(x, nn::Mode::train), y);
        if (dense) loss = loss + sum(weights[0]) * 0;  // gives every row a gradient
        auto gradients = grad(loss, std::vector<Tensor>(weights.begin(), weights.end()));
        evaluate({&loss, 1}, optimizer.updates(weights, std::move(gradients)));
    }
}

}  // namespace

int main(int argc, char** argv) {
    set_num_threads(1);
    using Make = optim::Optimizer (*)();
    const Make sgd = [] { return optim::Optimizer(optim::SGD()); };
    const Make adagrad = [] { return optim::Optimizer(optim::Adagrad()); };
    const Make adam = [] { return optim::Optimizer(optim::Adam()); };
    const auto add = [](const char* name, Make make, bool dense) {
        benchmark::RegisterBenchmark(name, train, make, dense)
            ->Arg(5'000)
            ->Arg(50'000)
            ->Unit(benchmark::kMicrosecond);
    };
    add("SGD", sgd, false);
    add("SGD_dense", sgd, true);
    add("Adagrad", adagrad, false);
    add("Adagrad_dense", adagrad, true);
    add("Adam", adam, false);
    return bench::run(argc, argv);
}

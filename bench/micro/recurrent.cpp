// Times a training step of each recurrent layer: sequences of 28 steps of 28 features, 128 units,
// Dense 10, Adam, batch 64.
#include <functional>
#include <vector>

#include "common.hpp"

using namespace shikumi;

namespace {

void train(benchmark::State& state, nn::Sequential (*make)()) {
    nn::Sequential m = make();
    const Tensor x = bench::drawn({64, 28, 28});
    const Tensor y = argmax(bench::drawn({64, 10}), -1);
    evaluate(y);
    m.ensure_built(x.spec());
    const std::vector<Parameter> weights = m.parameters();
    optim::Adam adam;
    for (auto _ : state) {
        const Tensor loss = cross_entropy(m(x, nn::Mode::train), y);
        auto gradients = grad(loss, std::vector<Tensor>(weights.begin(), weights.end()));
        evaluate({&loss, 1}, adam.updates(weights, std::move(gradients)));
    }
}

}  // namespace

int main(int argc, char** argv) {
    set_num_threads(1);
    using Make = nn::Sequential (*)();
    const std::pair<const char*, Make> layers[]{
        {"LSTM", [] { return nn::Sequential(nn::LSTM(128), nn::Dense(10)); }},
        {"LSTM_step_by_step",  // the fused sequence does not have this activation
         [] {
             const auto activation = [](const Tensor& t) { return tanh(t); };
             return nn::Sequential(nn::RNN(nn::LSTMCell(128, {.activation = activation})),
                                   nn::Dense(10));
         }},
        {"GRU", [] { return nn::Sequential(nn::GRU(128), nn::Dense(10)); }},
        {"SimpleRNN", [] { return nn::Sequential(nn::SimpleRNN(128), nn::Dense(10)); }}};
    for (const auto& [name, make] : layers)
        benchmark::RegisterBenchmark(name, train, make)->Unit(benchmark::kMillisecond);
    return bench::run(argc, argv);
}

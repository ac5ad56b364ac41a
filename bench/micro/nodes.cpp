// Times a node: recording, derivative, plan and evaluation of chains of small pointwise nodes.
#include <algorithm>
#include <random>
#include <vector>

#include "common.hpp"

using namespace shikumi;

namespace {

// A chain of tanh (0), multiply (1) and add (2) in this order.
Tensor chain(const Tensor& x, const Tensor& a, const std::vector<int>& order) {
    Tensor v = x;
    for (const int kind : order) v = kind == 0 ? tanh(v) : kind == 1 ? v * a : v + a;
    return sum(v);
}

std::vector<int> in_turn(std::size_t nodes) {
    std::vector<int> order(nodes);
    for (std::size_t i = 0; i < nodes; ++i) order[i] = static_cast<int>(i % 3);
    return order;
}

// The same chain every time, so its plan is cached.
void forward_and_backward(benchmark::State& state) {
    const std::vector<int> order = in_turn(static_cast<std::size_t>(state.range(0)));
    const Tensor x = bench::drawn({16}), a = bench::drawn({16});
    for (auto _ : state) evaluate(grad(chain(x, a, order), {x})[0]);
    bench::count_each(state, "node", static_cast<double>(order.size()));
}

void forward(benchmark::State& state) {
    const std::vector<int> order = in_turn(static_cast<std::size_t>(state.range(0)));
    const Tensor x = bench::drawn({16}), a = bench::drawn({16});
    for (auto _ : state) evaluate(chain(x, a, order));
    bench::count_each(state, "node", static_cast<double>(order.size()));
}

// Each iteration has another depth, between half and one and a half of `nodes`, and another order,
// so that no plan can be reused. `fixed` repeats one chain of the mean depth.
void random_structure(benchmark::State& state, bool fixed) {
    const auto nodes = static_cast<int>(state.range(0));
    std::minstd_rand bits;
    const auto kind = [&] { return static_cast<int>(bits() % 3); };
    std::uniform_int_distribution<int> depth(nodes / 2, nodes * 3 / 2);
    std::vector<int> order(static_cast<std::size_t>(nodes));
    std::generate(order.begin(), order.end(), kind);
    const Tensor x = bench::drawn({16}), a = bench::drawn({16});
    double recorded = 0;
    for (auto _ : state) {
        if (!fixed) {
            order.resize(static_cast<std::size_t>(depth(bits)));
            std::generate(order.begin(), order.end(), kind);
        }
        evaluate(grad(chain(x, a, order), {x})[0]);
        recorded += static_cast<double>(order.size());
    }
    state.counters["per_node"] =
        benchmark::Counter(recorded, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

}  // namespace

int main(int argc, char** argv) {
    set_num_threads(1);
    constexpr std::int64_t most = 1'000'000;
    benchmark::RegisterBenchmark("forward", forward)->RangeMultiplier(10)->Range(100, most);
    benchmark::RegisterBenchmark("forward_and_backward", forward_and_backward)
        ->RangeMultiplier(10)
        ->Range(100, most);
    for (const bool fixed : {true, false}) {
        benchmark::RegisterBenchmark(fixed ? "structure/planned" : "structure/random",
                                     random_structure, fixed)
            ->RangeMultiplier(10)
            ->Range(100, 10'000);
    }
    return bench::run(argc, argv);
}

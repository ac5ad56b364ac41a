// Pointwise operations: each one's speed in the cache, next to memcpy's; softmax; chains; Adam
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <functional>
#include <vector>

#include <shikumi/autograd/graph/node.hpp>
#include <shikumi/shikumi.hpp>

using namespace shikumi;

namespace {

using Clock = std::chrono::steady_clock;

// Nanoseconds of one call: the median of 15 rounds of at least 2 ms.
double nanoseconds(const std::function<void()>& f) {
    f();
    Index calls = 1;
    std::vector<double> rounds;
    while (rounds.size() < 15) {
        const auto start = Clock::now();
        for (Index i = 0; i < calls; ++i) f();
        const double took = std::chrono::duration<double, std::nano>(Clock::now() - start).count();
        if (took < 2e6)
            calls *= 2;
        else
            rounds.push_back(took / static_cast<double>(calls));
    }
    std::nth_element(rounds.begin(), rounds.begin() + 7, rounds.end());
    return rounds[7];
}

Tensor drawn(const Shape& shape, double low = 0, double high = 1, DType t = f32) {
    static Generator rng(1);
    const Tensor x = random_uniform(shape, rng, low, high, t);
    evaluate(x);
    return x;
}

constexpr Index n = 1024;  // a block of f32, as the evaluator takes it

struct Row {
    const char* name;
    double low, high;  // what the inputs are drawn from
    std::function<Tensor(const Tensor&, const Tensor&)> f;
};

// The block kernel of the operation that `row` records, run on arrays in the first-level cache.
void time_kernel(const Row& row, DType t, double copy) {
    const Tensor a = drawn({n}, row.low, row.high, t);
    const Tensor b = drawn({n}, row.low, row.high, t);
    const Tensor y = row.f(a, b);
    const Node& node = *y.node();
    std::vector<Spec> specs;
    std::vector<const void*> in(3);
    double bytes = static_cast<double>(node.spec().bytes());
    std::vector<std::vector<double>> stretched;  // literals, as the evaluator hands them on
    for (const Tensor& input : node.inputs()) {
        specs.push_back(input.node()->spec());
        const void* data = input.node()->data;
        if (input.size() == 1) {
            stretched.emplace_back(n);
            if (t == f32)
                std::fill_n(reinterpret_cast<float*>(stretched.back().data()), n,
                            input.item<float>());
            else
                std::fill_n(stretched.back().data(), n, input.item<double>());
            data = stretched.back().data();
        }
        in[specs.size() - 1] = data;
        bytes += static_cast<double>(size_of(input.dtype()) * n);
    }
    const auto kernel = static_cast<const Pointwise&>(*node.op).kernel(specs);
    std::vector<double> out(n);
    const double time =
        nanoseconds([&] { kernel(n, out.data(), in[0], in[1], in[2]); }) / static_cast<double>(n);
    const double rate = bytes / static_cast<double>(n) / time;
    std::printf("%-12s %s %9.3f ns %9.1f GB/s %6.2f of memcpy\n", row.name,
                t == f32 ? "f32" : "f64", time, rate, rate / copy);
}

void time_kernels() {
    std::vector<char> from(4 * n, 1), to(4 * n);
    const double copy = nanoseconds([&] {
        std::memcpy(to.data(), from.data(), from.size());
        asm volatile("" : : "r"(to.data()) : "memory");
    });
    const double rate = 2 * static_cast<double>(from.size()) / copy;
    std::printf("%-12s f32 %9.3f ns %9.1f GB/s\n", "memcpy", copy / static_cast<double>(n), rate);

    using T = const Tensor&;
    const std::vector<Row> rows{
        {"add", -1, 1, [](T a, T b) { return a + b; }},
        {"multiply", -1, 1, [](T a, T b) { return a * b; }},
        {"divide", 1, 2, [](T a, T b) { return a / b; }},
        {"maximum", -1, 1, [](T a, T b) { return maximum(a, b); }},
        {"less", -1, 1, [](T a, T b) { return a < b; }},
        {"clip", -2, 2, [](T a, T) { return clip(a, -1, 1); }},
        {"cast", -2, 2, [](T a, T) { return cast(a, a.dtype() == f32 ? f64 : f32); }},
        {"relu", -1, 1, [](T a, T) { return relu(a); }},
        {"sqrt", 0, 1, [](T a, T) { return sqrt(a); }},
        {"rsqrt", 1, 2, [](T a, T) { return rsqrt(a); }},
        {"exp", -10, 10, [](T a, T) { return exp(a); }},
        {"expm1", -10, 10, [](T a, T) { return expm1(a); }},
        {"log", 0.01, 10, [](T a, T) { return log(a); }},
        {"log1p", 0.01, 10, [](T a, T) { return log1p(a); }},
        {"log2", 0.01, 10, [](T a, T) { return log2(a); }},
        {"log10", 0.01, 10, [](T a, T) { return log10(a); }},
        {"tanh", -5, 5, [](T a, T) { return tanh(a); }},
        {"sigmoid", -10, 10, [](T a, T) { return sigmoid(a); }},
        {"softplus", -10, 10, [](T a, T) { return softplus(a); }},
        {"elu", -3, 3, [](T a, T) { return elu(a); }},
        {"erf", -3, 3, [](T a, T) { return erf(a); }},
        {"sin", -10, 10, [](T a, T) { return sin(a); }},
        {"cos", -10, 10, [](T a, T) { return cos(a); }},
        {"tan", -10, 10, [](T a, T) { return tan(a); }},
        {"asin", -1, 1, [](T a, T) { return asin(a); }},
        {"acos", -1, 1, [](T a, T) { return acos(a); }},
        {"atan", -10, 10, [](T a, T) { return atan(a); }},
        {"atan2", -10, 10, [](T a, T b) { return atan2(a, b); }},
        {"sinh", -10, 10, [](T a, T) { return sinh(a); }},
        {"cosh", -10, 10, [](T a, T) { return cosh(a); }},
        {"asinh", -10, 10, [](T a, T) { return asinh(a); }},
        {"acosh", 1, 10, [](T a, T) { return acosh(a); }},
        {"atanh", -1, 1, [](T a, T) { return atanh(a); }},
        {"pow", 0.01, 10, [](T a, T b) { return pow(a, b); }},
    };
    for (const DType t : {f32, f64}) {
        for (const Row& row : rows) time_kernel(row, t, rate);
    }
}

void time_softmax() {
    using F = Tensor (*)(const Tensor&);
    const std::vector<std::pair<const char*, F>> functions{
        {"softmax", [](const Tensor& x) { return softmax(x); }},
        {"log_softmax", [](const Tensor& x) { return log_softmax(x); }},
        {"softmax, axis 0", [](const Tensor& x) { return softmax(x, 0); }},
        {"cross_entropy_each", [](const Tensor& x) { return cross_entropy_each(x, x); }},
    };
    for (const auto& [name, f] : functions) {
        for (const Index classes : {3, 10, 100, 1000, 30000}) {
            const Index rows = std::max<Index>(1, 60000 / classes);
            const Tensor x = drawn({rows, classes}, -1, 1);
            const double time = nanoseconds([&] { evaluate(f(x)); });
            std::printf("%-20s (%ld, %ld) %9.3f ns an element\n", name, static_cast<long>(rows),
                        static_cast<long>(classes), time / static_cast<double>(rows * classes));
        }
    }
}

// tanh, multiply, add in turn, forward and backward.
void time_chain(Index size, int nodes) {
    const Tensor start = drawn({size}), a = drawn({size}), b = drawn({size});
    const double time = nanoseconds([&] {
        const Tensor x = start;
        Tensor v = x;
        for (int i = 0; i < nodes; ++i) v = i % 3 == 0 ? tanh(v) : i % 3 == 1 ? v * a : v + b;
        evaluate(grad(sum(v), {x})[0]);
    });
    std::printf("%d pointwise nodes on %ld floats, forward and backward: %.3f ms, %.1f ns a node\n",
                nodes, static_cast<long>(size), time / 1e6, time / nodes);
}

void time_adam(Index size) {
    Parameter w("w", drawn({size}));
    const Tensor g = drawn({size});
    optim::Adam adam;
    const double time = nanoseconds([&] {
        const auto updates = adam.updates({w}, {g});
        evaluate({}, updates);
    });
    std::printf("Adam on %ld parameters: %.1f us\n", static_cast<long>(size), time / 1e3);
}

}  // namespace

int main() {
    set_num_threads(1);
    time_kernels();
    time_softmax();
    time_chain(64, 300);
    time_chain(Index{1} << 20, 10);
    for (const Index size : {3, 256, 4096, 669706}) time_adam(size);
}

// Times the kernel of each pointwise operation on blocks in the first-level cache, relative to
// memcpy; softmax and its relatives; Adam's update.
#include <algorithm>
#include <string>
#include <vector>

#include <shikumi/autograd/graph/node.hpp>

#include "common.hpp"

using namespace shikumi;

namespace {

constexpr Index kBlock = 1024;  // f32 elements in a block of the evaluator

struct Row {
    const char* name;
    double low, high;  // range of the random inputs
    Tensor (*f)(const Tensor&, const Tensor&);
};

using T = const Tensor&;
constexpr Row kRows[]{
    {"add", -1, 1, [](T a, T b) { return a + b; }},
    {"subtract", -1, 1, [](T a, T b) { return a - b; }},
    {"multiply", -1, 1, [](T a, T b) { return a * b; }},
    {"divide", 1, 2, [](T a, T b) { return a / b; }},
    {"negative", -1, 1, [](T a, T) { return -a; }},
    {"maximum", -1, 1, [](T a, T b) { return maximum(a, b); }},
    {"minimum", -1, 1, [](T a, T b) { return minimum(a, b); }},
    {"less", -1, 1, [](T a, T b) { return a < b; }},
    {"equal", -1, 1, [](T a, T b) { return equal(a, b); }},
    {"where", -1, 1, [](T a, T b) { return where(isfinite(a), a, b); }},
    {"isnan", -1, 1, [](T a, T) { return isnan(a); }},
    {"clip", -2, 2, [](T a, T) { return clip(a, -1, 1); }},
    {"cast", -2, 2, [](T a, T) { return cast(a, a.dtype() == f32 ? f64 : f32); }},
    {"abs", -1, 1, [](T a, T) { return abs(a); }},
    {"sign", -1, 1, [](T a, T) { return sign(a); }},
    {"floor", -9, 9, [](T a, T) { return floor(a); }},
    {"round", -9, 9, [](T a, T) { return round(a); }},
    {"square", -1, 1, [](T a, T) { return square(a); }},
    {"reciprocal", 1, 2, [](T a, T) { return reciprocal(a); }},
    {"sqrt", 0, 1, [](T a, T) { return sqrt(a); }},
    {"rsqrt", 1, 2, [](T a, T) { return rsqrt(a); }},
    {"relu", -1, 1, [](T a, T) { return relu(a); }},
    {"elu", -3, 3, [](T a, T) { return elu(a); }},
    {"sigmoid", -10, 10, [](T a, T) { return sigmoid(a); }},
    {"softplus", -10, 10, [](T a, T) { return softplus(a); }},
    {"exp", -10, 10, [](T a, T) { return exp(a); }},
    {"expm1", -10, 10, [](T a, T) { return expm1(a); }},
    {"log", 0.01, 10, [](T a, T) { return log(a); }},
    {"log1p", 0.01, 10, [](T a, T) { return log1p(a); }},
    {"log2", 0.01, 10, [](T a, T) { return log2(a); }},
    {"log10", 0.01, 10, [](T a, T) { return log10(a); }},
    {"pow", 0.01, 10, [](T a, T b) { return pow(a, b); }},
    {"sin", -10, 10, [](T a, T) { return sin(a); }},
    {"cos", -10, 10, [](T a, T) { return cos(a); }},
    {"tan", -10, 10, [](T a, T) { return tan(a); }},
    {"asin", -1, 1, [](T a, T) { return asin(a); }},
    {"acos", -1, 1, [](T a, T) { return acos(a); }},
    {"atan", -10, 10, [](T a, T) { return atan(a); }},
    {"atan2", -10, 10, [](T a, T b) { return atan2(a, b); }},
    {"sinh", -10, 10, [](T a, T) { return sinh(a); }},
    {"cosh", -10, 10, [](T a, T) { return cosh(a); }},
    {"tanh", -5, 5, [](T a, T) { return tanh(a); }},
    {"asinh", -10, 10, [](T a, T) { return asinh(a); }},
    {"acosh", 1, 10, [](T a, T) { return acosh(a); }},
    {"atanh", -1, 1, [](T a, T) { return atanh(a); }},
    {"erf", -3, 3, [](T a, T) { return erf(a); }},
};

// `x` as a block; the evaluator, too, hands scalars to kernels as full blocks.
Tensor block(const Tensor& x) {
    const Tensor b = x.size() == 1 ? identity(broadcast_to(x, {kBlock})) : x;
    evaluate(b);
    return b;
}

// Times the kernel of the operation that `row` records.
void kernel(benchmark::State& state, const Row& row, DType dtype) {
    static const double copy_rate = bench::copy_rate(kBlock * sizeof(float));
    const Tensor a = bench::drawn({kBlock}, row.low, row.high, dtype);
    const Tensor b = bench::drawn({kBlock}, row.low, row.high, dtype);
    const Tensor y = row.f(a, b);
    const Node& node = *y.node();
    std::vector<Tensor> inputs;
    std::vector<const Spec*> specs;
    const void* in[3]{};
    double bytes = static_cast<double>(node.spec.bytes());
    for (const Tensor& input : node.inputs()) {
        inputs.push_back(block(input));
        in[specs.size()] = inputs.back().node()->data;
        specs.push_back(&input.spec());
        bytes += static_cast<double>(inputs.back().spec().bytes());
    }
    const auto run = static_cast<const Pointwise&>(*node.op).kernel(specs).full;
    std::vector<double> out(kBlock);
    for (auto _ : state) {
        run(kBlock, out.data(), in[0], in[1], in[2]);
        benchmark::ClobberMemory();
    }
    bench::count_bytes(state, bytes, copy_rate);
}

void rows(benchmark::State& state, Tensor (*f)(const Tensor&)) {
    const Index classes = state.range(0);
    const Tensor x = bench::drawn({std::max<Index>(1, 60000 / classes), classes}, -1, 1);
    for (auto _ : state) evaluate(f(x));
    bench::count_each(state, "element", static_cast<double>(x.size()));
}

void adam(benchmark::State& state) {
    const Parameter w("w", bench::drawn({state.range(0)}));
    const Tensor g = bench::drawn(w.shape());
    optim::Adam adam;
    for (auto _ : state) evaluate({}, adam.updates({w}, {g}));
    const std::size_t bytes = w.value().spec().bytes();
    bench::count_bytes(state, 7.0 * static_cast<double>(bytes),  // reads four arrays, writes three
                       bench::copy_rate(bytes));
}

}  // namespace

int main(int argc, char** argv) {
    set_num_threads(1);
    for (const DType dtype : {f32, f64}) {
        for (const Row& row : kRows)
            benchmark::RegisterBenchmark(
                (std::string(row.name) + (dtype == f32 ? "/f32" : "/f64")).c_str(), kernel, row,
                dtype);
    }
    using F = Tensor (*)(const Tensor&);
    const std::pair<const char*, F> functions[]{
        {"softmax", [](const Tensor& x) { return softmax(x); }},
        {"softmax_axis_0", [](const Tensor& x) { return softmax(x, 0); }},
        {"log_softmax", [](const Tensor& x) { return log_softmax(x); }},
        {"cross_entropy_each", [](const Tensor& x) { return cross_entropy_each(x, x); }}};
    for (const auto& [name, f] : functions) {
        auto* b = benchmark::RegisterBenchmark(name, rows, f);
        for (const Index classes : {3, 10, 100, 1000, 30000}) b->Arg(classes);
    }
    auto* update = benchmark::RegisterBenchmark("adam", adam);
    for (const Index size : {3, 256, 4096, 669706}) update->Arg(size);
    return bench::run(argc, argv);
}

// The workloads in shikumi: workloads NAME THREADS [recorded|captured|fit]
#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/kernels/detail/blas_kernels.hpp>
#include <shikumi/shikumi.hpp>

#include "program.hpp"

using namespace shikumi;

namespace {

constexpr std::string_view kUsage =
    "w1 lecture, w2 iris, w3 mnist-mlp, w4 mnist-cnn, w5 lstm, w7 vgg: a training step\n"
    "w6, w6big: pointwise nodes; lecture: its 500 epochs, by fit only; hello: one sum\n"
    "kernels: the name of those by which OpenBLAS multiplies\n"
    "variants: recorded (a loop of the user's own, each step recorded again; default), captured, "
    "fit";

Generator rng(1);

struct Training {
    nn::Sequential model;  // from a batch of inputs to logits
    optim::Optimizer optimizer;
    Shape input;  // a batch
    Index classes = 10;

    // `batches` times as many samples.
    Tensor samples(Index batches = 1) const {
        const Tensor x = random_uniform(input.with_front(input.front() * batches), rng);
        evaluate(x);
        return x;
    }
    Tensor labels(Index batches = 1) const {
        const Tensor y = argmax(random_uniform({input.front() * batches, classes}, rng), -1);
        evaluate(y);
        return y;
    }
};

nn::Dense hidden(Index units) { return nn::Dense(units, {.activation = nn::relu}); }

Training lecture_step() {
    return {nn::Sequential(hidden(64), nn::Dense(3)),
            optim::SGD({.learning_rate = 0.01, .momentum = 0.9, .nesterov = true}),
            {16, 4},
            3};
}

Training iris() {
    return {nn::Sequential(hidden(64), hidden(64), nn::Dense(3)), optim::Adam(), {16, 4}, 3};
}

Training mnist_mlp() {
    return {nn::Sequential(hidden(512), hidden(512), nn::Dense(10)), optim::Adam(), {128, 784}};
}

Training mnist_cnn() {
    return {nn::Sequential(nn::Conv2D(32, 3, {.activation = nn::relu}), nn::MaxPooling2D(2),
                           nn::Conv2D(64, 3, {.activation = nn::relu}), nn::MaxPooling2D(2),
                           nn::Flatten(), nn::Dropout(0.5), nn::Dense(10)),
            optim::Adam(),
            {128, 28, 28, 1}};
}

Training lstm() {
    return {nn::Sequential(nn::LSTM(128), nn::Dense(10)), optim::Adam(), {64, 28, 28}};
}

Training vgg() {
    nn::Sequential m;
    for (const auto& [filters, layers] :
         {std::pair{64, 2}, {128, 2}, {256, 3}, {512, 3}, {512, 3}}) {
        for (int i = 0; i < layers; ++i)
            m.add(nn::Conv2D(filters, 3, {.padding = Padding::same, .activation = nn::relu}));
        m.add(nn::MaxPooling2D(2));
    }
    m.add(nn::Flatten());
    m.add(hidden(512));
    m.add(nn::Dense(10));
    return {std::move(m), optim::SGD({.learning_rate = 0.01, .momentum = 0.9}), {8, 32, 32, 3}};
}

// A call of f(in...) with its evaluation: recorded again at each call, or captured.
template <class F, class... T>
std::function<void()> repeated(const bench::Program& program, F f, const T&... in) {
    if (program.variant() == "captured") {
        const auto captured = std::make_shared<Captured<F>>(std::move(f));
        return [=] { (*captured)(in...); };
    }
    return [=] { evaluate(f(in...)); };
}

// A training step of a loop of the user's own.
void train(const bench::Program& program, Training t) {
    const Tensor x = t.samples(), y = t.labels();
    t.model.ensure_built(x.spec());
    const std::vector<Parameter> weights = t.model.parameters();
    const auto step = [&](const Tensor& input, const Tensor& labels) {
        const Tensor loss = cross_entropy(t.model(input, nn::Mode::train), labels);
        evaluate({&loss, 1}, t.optimizer.minimize(loss, weights));
        return loss;
    };
    program.run(repeated(program, step, x, y));
}

// The forward pass alone, one batch at a time.
void infer(const bench::Program& program, Training t, Index batch) {
    t.input = t.input.with_front(batch);
    const Tensor x = t.samples();
    t.model.ensure_built(x.spec());
    const NoGrad no_grad;
    const auto predict = [&](const Tensor& input) { return t.model(input); };
    program.run_rate("infer_" + std::to_string(batch), batch, repeated(program, predict, x));
}

// A training step of `fit`, including batching and bookkeeping.
void fit(const bench::Program& program, Training t) {
    constexpr Index batches = 16;
    const Tensor x = t.samples(batches), y = t.labels(batches);
    t.model.compile(
        {.optimizer = t.optimizer, .loss = nn::sparse_categorical_crossentropy_from_logits});
    const auto epochs = [&](int count) {
        t.model.fit(x, y, {.batch_size = t.input.front(), .epochs = count, .verbose = 0});
    };
    epochs(1);
    program.report_first();
    const double one = bench::measure([&] { epochs(1); }).median;
    const int count = one > 0 ? std::max(1, static_cast<int>(0.02 / one)) : 1;
    const bench::Time time = bench::measure([&] { epochs(count); });
    const double steps = static_cast<double>(batches) * count;
    program.report_step({time.median / steps, time.least / steps});
    program.report_peak();
}

// tanh, multiply, add in turn; forward and backward.
void chain(const bench::Program& program, Index size, int nodes) {
    const auto drawn = [&] {
        const Tensor x = random_uniform({size}, rng);
        evaluate(x);
        return x;
    };
    const Tensor x = drawn(), a = drawn(), b = drawn();
    const auto gradient = [=](const Tensor& start) {
        Tensor v = start;
        for (int i = 0; i < nodes; ++i) v = i % 3 == 0 ? tanh(v) : i % 3 == 1 ? v * a : v + b;
        return grad(sum(v), {start})[0];
    };
    const bench::Time time = program.run(repeated(program, gradient, x));
    program.report("per_node", time.median * 1e9 / nodes, "ns");
}

// The lecture's program: 500 epochs of one batch.
void lecture(const bench::Program& program) {
    const auto patterns = datasets::lecture_patterns();
    const Tensor x = patterns.features, y = nn::to_categorical(patterns.labels);
    program.run([&] {
        nn::Sequential m(hidden(64), nn::Dense(3, {.activation = nn::softmax}));
        m.compile(
            {.optimizer = optim::SGD({.learning_rate = 0.01, .momentum = 0.9, .nesterov = true}),
             .loss = nn::categorical_crossentropy});
        m.fit(x, y, {.epochs = 500, .verbose = 0});
    });
}

}  // namespace

int main(int argc, char** argv) {
    const bench::Program program(argc, argv, kUsage, bench::ThreadsBy::program);
    set_num_threads(program.threads());
    const std::string_view w = program.workload();
    const std::string_view variant = program.variant();
    const bool recorded = variant.empty() || variant == "recorded", by_fit = variant == "fit";
    if (!recorded && !by_fit && variant != "captured") program.refuse();

    using Make = Training (*)();
    constexpr std::pair<std::string_view, Make> trainings[]{{"w1", lecture_step}, {"w2", iris},
                                                            {"w3", mnist_mlp},    {"w4", mnist_cnn},
                                                            {"w5", lstm},         {"w7", vgg}};
    const auto* training = std::find_if(std::begin(trainings), std::end(trainings),
                                        [&](const auto& t) { return t.first == w; });
    if (training != std::end(trainings)) {
        (by_fit ? fit : train)(program, training->second());
        if (w != "w3" || by_fit) return 0;
        for (const Index batch : {1, 256}) infer(program, mnist_mlp(), batch);
    } else if (w == "lecture" && by_fit) {
        lecture(program);
    } else if (w == "w6" && !by_fit) {
        chain(program, 64, 300);
    } else if (w == "w6big" && !by_fit) {
        chain(program, Index{1} << 20, 10);
    } else if (w == "hello" && recorded) {
        if (sum(ones({2, 2})).item<float>() == 4) program.report_first();
    } else if (w == "kernels") {
        std::printf("%s\n", kernels::detail::blas_kernels());
    } else {
        program.refuse();
    }
}

// capture: replays give the bits of the function and read no value too early.
#include <cmath>
#include <optional>

#include <shikumi/shikumi.hpp>

#include "catch.hpp"
#include "support/elements.hpp"

using namespace shikumi;
using shikumi_test::floats;

namespace {

// A small network's training step, as functions of its batch.
struct Training {
    explicit Training(std::uint64_t seed)
        : rng(seed),
          w("w", random_normal({3, 5}, rng)),
          b("b", zeros({5})),
          v("v", random_normal({5, 1}, rng)),
          optimizer(optim::Adam(optim::AdamOptions{.learning_rate = 0.05})) {}
    Tensor operator()(const Tensor& x, const Tensor& y) {
        const Tensor noise = random_bernoulli({x.shape().front(), 5}, rng, 0.8);
        const Tensor loss =
            mean(square(matmul(tanh(matmul(x, w) + b) * noise, Tensor(v)) - y)) + 0.01 * sum(v);
        loss.backward();
        optimizer.step({w, b, v});
        return loss;
    }
    Generator rng;
    Parameter w, b, v;
    optim::Optimizer optimizer;
};

struct Batch {
    std::vector<Tensor> x, y;
    Tensor weights;
};

struct StepResult {
    Tensor loss;
    std::vector<Tensor> metrics;
    std::vector<std::size_t> counted_by;
    std::string note;
};

Tensor total(const std::vector<Tensor>& list) {
    Tensor sum_of_all = scalar(0.0F);
    for (const Tensor& t : list) sum_of_all = sum_of_all + sum(t);
    return sum_of_all;
}

}  // namespace

TEST_CASE("a captured training step gives the same bits as the recorded one") {
    Generator rng(7);
    Training plain(1), replayed(1);
    auto step = capture([&](const Tensor& x, const Tensor& y) { return replayed(x, y); });
    for (int i = 0; i < 20; ++i) {
        const Index n = i % 3 == 0 ? 4 : 6;  // two shapes in turn
        const Tensor x = random_normal({n, 3}, rng), y = random_normal({n, 1}, rng);
        CHECK(floats(step(x, y)) == floats(plain(x, y)));
    }
    CHECK(floats(replayed.w) == floats(plain.w));
    CHECK(floats(replayed.b) == floats(plain.b));
    CHECK(floats(replayed.v) == floats(plain.v));
    CHECK(replayed.optimizer.iterations() == 20);
}

TEST_CASE("a captured function is recorded once for each shape and dtype") {
    int recorded = 0;
    auto f = capture([&](const Tensor& x) {
        ++recorded;
        return 2 * x;
    });
    CHECK(floats(f(tensor({1.0F, 2.0F}))) == std::vector<float>{2, 4});
    CHECK(floats(f(tensor({3.0F, 4.0F}))) == std::vector<float>{6, 8});
    CHECK(recorded == 1);
    CHECK(floats(f(tensor({3.0F}))) == std::vector<float>{6});
    CHECK(f(tensor({3.0, 4.0}).cast(f64)).dtype() == f64);
    CHECK(recorded == 3);
    CHECK(floats(f(tensor({5.0F, 6.0F}))) == std::vector<float>{10, 12});
    CHECK(recorded == 3);
    for (Index n = 3; n < 50; ++n) f(ones({n}));
    CHECK(recorded == 50);
    CHECK(floats(f(tensor({5.0F, 6.0F}))) ==
          std::vector<float>{10, 12});  // dropped, recorded again
    CHECK(recorded == 51);
}

TEST_CASE("captured results may be views, arguments, parameters and constants") {
    Parameter p("p", tensor({1.0F, 2.0F}));
    const Tensor constant = tensor({9.0F});
    auto f = capture([&](const std::vector<Tensor>& in) {
        return std::vector<Tensor>{in[0],      in[0].reshape({2, 1}),       p,        constant,
                                   sum(in[0]), (in[0] + 1).reshape({2, 1}), p + in[1]};
    });
    for (const float s : {1.0F, 2.0F}) {
        const Tensor x = tensor({s, 5.0F});
        const auto out = f({x, scalar(s)});
        CHECK(out[0].node() == x.node());
        CHECK(out[1].shape() == Shape{2, 1});
        CHECK(floats(out[1]) == std::vector<float>{s, 5});
        CHECK(floats(out[2]) == floats(p));
        CHECK(floats(out[3]) == std::vector<float>{9});
        CHECK(out[4].item<float>() == s + 5);
        CHECK(floats(out[5]) == std::vector<float>{s + 1, 6});
        CHECK(floats(out[6]) == std::vector<float>{1 + s, 2 + s});
    }
    auto pair = capture([](const Tensor& x, const Tensor& y) { return std::pair(x + y, x * y); });
    const auto [total, product] = pair(scalar(2.0F), scalar(3.0F));
    CHECK(total.item<float>() == 5);
    CHECK(product.item<float>() == 6);
}

TEST_CASE("a captured function takes and returns aggregates") {
    int recorded = 0;
    const auto step = [&](const Batch& batch) {
        ++recorded;
        Tensor loss = total(batch.x) - 2 * total(batch.y);
        if (batch.weights.defined()) loss = loss * batch.weights;
        return StepResult{loss, {total(batch.x), Tensor()}, {0, batch.x.size()}, "recorded"};
    };
    auto captured = capture(step);
    const auto agrees = [&](const Batch& batch) {
        const StepResult result = captured(batch);
        const int calls = recorded;
        const StepResult wanted = step(batch);
        recorded = calls;
        REQUIRE(result.metrics.size() == 2);
        CHECK_FALSE(result.metrics[1].defined());
        CHECK(result.counted_by == wanted.counted_by);
        CHECK(result.note == "recorded");
        CHECK(floats(result.metrics[0]) == floats(wanted.metrics[0]));
        return floats(result.loss) == floats(wanted.loss);
    };
    const Tensor a = tensor({1.0F, 2.0F}), b = tensor({3.0F, 4.0F}), c = tensor({5.0F, 7.0F});
    CHECK(agrees({{a, b}, {c}, {}}));
    CHECK(agrees({{b, c}, {a}, {}}));
    CHECK(recorded == 1);
    CHECK(agrees({{a}, {b, c}, {}}));  // as many Tensors in other places
    CHECK(recorded == 2);
    CHECK(agrees({{a, b}, {c}, scalar(3.0F)}));
    CHECK(agrees({{a, b}, {c}, scalar(5.0F)}));
    CHECK(recorded == 3);
    CHECK(agrees({{a, b}, {}, c}));  // again three
    CHECK(recorded == 4);
    CHECK(agrees({{a, b}, {c}, {}}));
    CHECK(recorded == 4);
}

TEST_CASE("a captured function takes several trees, and parameters as their tensors") {
    Parameter p("p", tensor({1.0F, 2.0F}));
    auto f = capture([](const std::pair<Tensor, Tensor>& pair, const std::optional<Tensor>& extra,
                        const Tensor& last) {
        const Tensor s = pair.first * pair.second + last;
        return std::tuple(extra ? s + *extra : s, std::optional<Tensor>(), Index{s.size()});
    });
    for (const float s : {1.0F, 2.0F}) {
        const Tensor x = tensor({s, 5.0F});
        const auto [value, nothing, size] = f(std::pair(x, x), std::optional(x), p);
        CHECK(floats(value) == floats(x * x + p + x));
        CHECK_FALSE(nothing);
        CHECK(size == 2);
        CHECK(floats(std::get<0>(f(std::pair(x, x), std::optional<Tensor>(), p))) ==
              floats(x * x + p));
        p.assign(p + 1);
    }
}

TEST_CASE("calls of different types are different recordings") {
    auto f = capture([](const auto&... in) {
        if constexpr (sizeof...(in) == 1)
            return std::get<0>(std::get<0>(std::tie(in...)));
        else
            return (in + ...);
    });
    const Tensor x = scalar(2.0F), y = scalar(3.0F);
    CHECK(f(std::pair(x, y)).template item<float>() == 2);
    CHECK(f(x, y).template item<float>() == 5);
    CHECK(f(std::pair(y, x)).template item<float>() == 3);
}

TEST_CASE("a captured function reads and assigns parameters at each call") {
    Parameter p("p", tensor({1.0F, 2.0F})), count("count", scalar(std::int64_t{0}));
    auto step = capture([&](const Tensor& x) {
        const Tensor before = p;
        p.assign(p + x);
        p.assign(p * 2);  // sees the value that the line above assigned
        count.assign(count + 1);
        return before;
    });
    const Tensor x = tensor({1.0F, 1.0F});
    CHECK(floats(step(x)) == std::vector<float>{1, 2});
    CHECK(floats(p) == std::vector<float>{4, 6});
    const Tensor held = p;
    const Tensor pending = p + 100;
    CHECK(floats(step(x)) == std::vector<float>{4, 6});
    CHECK(floats(p) == std::vector<float>{10, 14});
    CHECK(floats(held) == std::vector<float>{4, 6});  // a handle keeps the old value
    CHECK(floats(pending) == std::vector<float>{104, 106});
    p.assign(zeros({2}));
    step(x);
    CHECK(floats(p) == std::vector<float>{2, 2});
    CHECK(count.value().item<Index>() == 3);
}

TEST_CASE("a captured function draws random numbers as the function does") {
    Generator plain(3), captured(3);
    auto draw = capture([&] { return random_normal({4}, captured); });
    for (int i = 0; i < 3; ++i) CHECK(floats(draw()) == floats(random_normal({4}, plain)));
    CHECK(captured.next().stream == plain.next().stream);

    auto fresh = capture([] {
        Generator own(5);
        return random_uniform({3}, own);
    });
    CHECK(floats(fresh()) == floats(fresh()));
}

TEST_CASE("a captured function runs its initialisation once") {
    Generator plain(3), captured(3);
    const Tensor first = random_normal({2, 2}, plain);
    std::optional<Parameter> w;
    auto f = capture([&](const Tensor& x) {
        if (!w) w.emplace("w", random_normal({2, 2}, captured));
        return matmul(x, Tensor(*w)) + random_uniform({2}, captured);
    });
    for (int i = 0; i < 3; ++i)
        CHECK(floats(f(ones({1, 2}))) ==
              floats(matmul(ones({1, 2}), first) + random_uniform({2}, plain)));
    CHECK(captured.next().stream == plain.next().stream);

    nn::Sequential model{nn::Dense(3), nn::Dropout(0.5), nn::Dense(1)};
    auto predict = capture([&](const Tensor& x) { return model(x); });  // not built yet
    const Tensor x = ones({2, 4});
    const auto once = floats(predict(x));
    CHECK(floats(predict(x)) == once);
    CHECK(floats(model(x)) == once);
}

TEST_CASE("reading a value inside a captured function is an error") {
    using Catch::Matchers::Contains;
    Parameter p("weight", tensor({1.0F, 2.0F}));
    Generator rng(1);
    auto argument = capture([](const Tensor& x) { return x * sum(x).item<float>(); });
    CHECK_THROWS_WITH(argument(ones({2})), Contains("capture") && Contains("argument, f32 (2,)") &&
                                               Contains("return it"));
    auto parameter = capture([&] { return p * p.value().to_vector<float>()[0]; });
    CHECK_THROWS_WITH(parameter(), Contains("parameter 'weight'"));
    auto derived = capture([&](const Tensor& x) { return x * sum(p + 1).item<float>(); });
    CHECK_THROWS_WITH(derived(ones({2})), Contains("parameter 'weight'"));
    auto random = capture([&] { return ones({2}) * random_uniform({1}, rng).item<float>(); });
    CHECK_THROWS_WITH(random(), Contains("random numbers"));
    CHECK(floats(p) == std::vector<float>{1, 2});

    auto constant = capture([](const Tensor& x) { return x * sum(ones({3})).item<float>(); });
    CHECK(floats(constant(ones({2}))) == std::vector<float>{3, 3});
    const Eager eager;  // the remedy that the message names
    CHECK(floats(argument(ones({2}))) == std::vector<float>{2, 2});
}

TEST_CASE("a function that throws during capture changes nothing") {
    Parameter p("p", tensor({1.0F}));
    bool fails = true;
    auto step = capture([&](const Tensor& x) {
        p.assign(p + x);
        if (fails) throw std::runtime_error("no");
        return p * 2;
    });
    CHECK_THROWS_AS(step(ones({1})), std::runtime_error);
    CHECK(floats(p) == std::vector<float>{1});
    fails = false;
    CHECK(floats(step(ones({1}))) == std::vector<float>{4});
    CHECK(floats(p) == std::vector<float>{2});
    CHECK_THROWS_AS(step(Tensor()), StateError);
}

TEST_CASE("the results of a captured function have no graph, and say so") {
    auto f = capture([](const Tensor& x) { return sum(square(x)); });
    const Tensor x = tensor({1.0F, 2.0F});
    CHECK_THROWS_AS(grad(f(x), {x}), GradientError);
    auto g = capture([](const Tensor& x) { return grad(sum(square(x)), {x})[0]; });
    CHECK(floats(g(x)) == std::vector<float>{2, 4});
    auto outer = capture([&](const Tensor& x) { return grad(f(x), {x})[0]; });
    CHECK(floats(outer(x)) == std::vector<float>{2, 4});  // a plain call inside another one
}

TEST_CASE("a captured function computes small constants once") {
    const Tensor labels = one_hot(tensor({0, 2}, i64), 3);
    auto f = capture([&](const Tensor& x) {
        const Tensor loss = mean(cross_entropy_each(x, labels));
        return std::array{grad(loss, {x})[0], loss, exp(scalar(1.0F))};
    });
    const Tensor x = tensor({{1.0F, 2.0F, 3.0F}, {4.0F, 0.0F, 1.0F}});
    const auto first = f(x);
    Profile profile;
    const auto second = f(x);
    // The factor of every row's gradient was broadcast over the rows at the recording.
    const std::string report = profile.report();
    CHECK(report.find("cross_entropy_gradient") != std::string::npos);
    CHECK(report.find("broadcast_to") == std::string::npos);
    CHECK(second[2].node() != first[2].node());  // each call returns a new result
    CHECK(second[2].item<float>() == Approx(std::exp(1.0)));
    const Tensor loss = mean(cross_entropy_each(x, labels));
    CHECK(floats(second[0]) == floats(grad(loss, {x})[0]));
    CHECK(floats(second[1]) == floats(loss));
}

TEST_CASE("replaying allocates nothing and keeps nothing") {
    Training training(2);
    Generator rng(1);
    const Tensor x = random_normal({8, 3}, rng), y = random_normal({8, 1}, rng);
    evaluate({x, y});
    auto step = capture([&](const Tensor& a, const Tensor& b) { return training(a, b); });
    for (int i = 0; i < 3; ++i) step(x, y);
    const auto nodes = shikumi::detail::live_nodes();
    const MemoryStats before = memory_stats();
    for (int i = 0; i < 100; ++i) step(x, y);
    CHECK(shikumi::detail::live_nodes() == nodes);
    CHECK(memory_stats().allocations == before.allocations);
    CHECK(memory_stats().live == before.live);
}

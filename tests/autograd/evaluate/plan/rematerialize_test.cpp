// Rematerialisation by budget: less memory, the same bits.
#include <shikumi/autograd/evaluate/plan/rematerialize.hpp>
#include <shikumi/shikumi.hpp>

#include "catch.hpp"

using namespace shikumi;
using namespace shikumi::detail;
using shikumi_test::contains;

namespace {

constexpr std::size_t unlimited = EvaluationOptions().memory_budget;

Tensor batch(Index rows, Index width) {
    Generator rng(9);
    return Tensor(random_normal({rows, width}, rng).array());
}

// A deep network and its training step: 24 layers of 32 units, activations of 64 KiB.
struct Deep {
    explicit Deep(double rate = 0) : rate(rate) {
        for (int i = 0; i < 24; ++i)
            weights.emplace_back("w" + std::to_string(i), 0.2 * random_normal({32, 32}, rng));
    }
    Tensor loss(const Tensor& x) {
        Tensor y = x;
        for (const Parameter& w : weights) {
            y = tanh(matmul(y, Tensor(w)));
            if (rate > 0) y = y * random_bernoulli(y.shape(), rng, 1 - rate) / (1 - rate);
        }
        return mean(square(y - 0.5));
    }
    Tensor step(const Tensor& x, std::size_t budget) {
        const Tensor l = loss(x);
        evaluate({&l, 1}, optimizer.minimize(l, weights), {.memory_budget = budget});
        return l;
    }
    struct Plan {
        std::size_t workspace, calls;
    };
    Plan plan(const Tensor& x, std::size_t budget) {
        const Tensor l = loss(x);
        const auto updates = optimizer.minimize(l, weights);
        const PendingGraph graph({&l, 1}, updates);
        const auto plan = plan_within(budget, graph);
        return {plan.workspace, plan.calls.size()};
    }

    double rate;
    Generator rng{3};
    std::vector<Parameter> weights;
    optim::Optimizer optimizer = optim::Adam(optim::AdamOptions{.learning_rate = 0.01});
};

std::vector<float> weights_of(const std::vector<Parameter>& parameters) {
    std::vector<float> all;
    for (const Parameter& p : parameters) {
        const auto own = p.value().to_vector<float>();
        all.insert(all.end(), own.begin(), own.end());
    }
    return all;
}

}  // namespace

TEST_CASE("a plan stays within its budget and computes few values twice") {
    const Tensor x = batch(512, 32);
    for (const double rate : {0.0, 0.2}) {
        Deep net(rate);
        const Deep::Plan free = net.plan(x, unlimited);
        CHECK(net.plan(x, free.workspace).calls == free.calls);
        std::size_t before = free.calls;
        for (const double part : {0.9, 0.7, 0.6, 0.5}) {
            const auto budget =
                static_cast<std::size_t>(part * static_cast<double>(free.workspace));
            INFO(rate << ", " << part);
            const Deep::Plan plan = net.plan(x, budget);
            CHECK(plan.workspace <= budget);
            CHECK(plan.calls >= before);
            CHECK(plan.calls <= free.calls + 24);  // at most one call of a layer is repeated
            before = plan.calls;
        }
        CHECK(before > free.calls);
    }
}

TEST_CASE("dropout's numbers are drawn twice before a product is computed twice") {
    const Tensor x = batch(512, 32);
    const Deep::Plan plain = Deep().plan(x, unlimited);
    Deep net(0.2);
    const Deep::Plan free = net.plan(x, unlimited);
    CHECK(free.workspace > 4 * plain.workspace / 3);
    const Deep::Plan tight = net.plan(x, 5 * plain.workspace / 4);
    CHECK(tight.calls == free.calls + 24);
}

TEST_CASE("training within a budget gives the same bits, recorded and captured") {
    const Tensor x = batch(512, 32);
    for (const double rate : {0.0, 0.3}) {
        Deep free(rate), recorded(rate), captured(rate);
        const std::size_t budget = free.plan(x, unlimited).workspace / 2;
        recorded.plan(x, unlimited);  // draws the same random numbers as the other
        captured.plan(x, unlimited);
        auto step = capture([&](const Tensor& in) { return captured.step(in, unlimited); },
                            {.memory_budget = budget});
        for (int i = 0; i < 10; ++i) {
            const auto loss = free.step(x, unlimited).item<float>();
            CHECK(recorded.step(x, budget).item<float>() == loss);
            CHECK(step(x).item<float>() == loss);
        }
        CHECK(weights_of(recorded.weights) == weights_of(free.weights));
        CHECK(weights_of(captured.weights) == weights_of(free.weights));
    }
}

TEST_CASE("an impossible budget is refused and changes nothing") {
    const Tensor x = batch(512, 32);
    Deep net;
    const auto before = weights_of(net.weights);
    CHECK_THROWS_AS(net.step(x, 100'000), ValueError);
    CHECK_THROWS_WITH(
        net.step(x, 100'000),
        contains("[evaluate] memory_budget is 100000 bytes, and the values that wait"));
    auto step = capture([&](const Tensor& in) { return net.step(in, unlimited); },
                        {.memory_budget = 100'000});
    CHECK_THROWS_AS(step(x), ValueError);
    CHECK(weights_of(net.weights) == before);
    CHECK(net.optimizer.iterations() == 0);
    CHECK(net.step(x, unlimited).item<float>() > 0);
}

TEST_CASE("each budget has its own plan of a graph") {
    const Tensor x = batch(512, 32);
    Deep net, other;
    const std::size_t most = net.plan(x, unlimited).workspace;
    for (int i = 0; i < 4; ++i) {
        for (const std::size_t budget : {unlimited, most * 3 / 4, most / 2})
            CHECK(net.step(x, budget).item<float>() == other.step(x, unlimited).item<float>());
        CHECK_THROWS_AS(net.step(x, 1000), ValueError);
    }
}

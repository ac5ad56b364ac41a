// The optimisers' updates are recognised and give the bits of their single operations.
#include <algorithm>
#include <optional>

#include <shikumi/autograd/evaluate/plan/make_plan.hpp>
#include <shikumi/shikumi.hpp>

#include "catch.hpp"

using namespace shikumi;
using namespace shikumi::detail;

namespace {

std::size_t fused_in(const Plan& plan) {
    return static_cast<std::size_t>(
        std::count_if(plan.instructions.begin(), plan.instructions.end(),
                      [](const Instruction& instruction) { return instruction.fused != nullptr; }));
}

// Weights of several sizes, two of one shape, and a loss whose gradients are products.
struct Weights {
    explicit Weights(DType dtype) {
        Generator rng(4);
        for (const Index n : {1, 3, 64, 64, 1500}) {
            all.emplace_back("w", random_normal({1, n}, rng, 0, 1, dtype));
            factors.push_back(random_normal({n, 2}, rng, 0, 1, dtype));
        }
        evaluate(factors);
    }
    Tensor loss() const {
        Tensor total;
        for (std::size_t i = 0; i < all.size(); ++i) {
            const Tensor term = sum(square(matmul(all[i], factors[i])));
            total = total.defined() ? total + term : term;
        }
        return total;
    }
    std::vector<Parameter> all;
    std::vector<Tensor> factors;
};

std::vector<std::vector<double>> trained(optim::Optimizer optimizer, DType dtype, bool eagerly) {
    std::optional<Eager> eager;
    if (eagerly) eager.emplace();
    const Weights weights(dtype);
    for (int step = 0; step < 6; ++step)
        evaluate({}, optimizer.minimize(weights.loss(), weights.all));
    std::vector<std::vector<double>> values;
    for (const Parameter& w : weights.all) values.push_back(w.value().to_vector<double>());
    return values;
}

}  // namespace

TEST_CASE("an optimiser's update is one loop with the bits of its formula") {
    const auto check = [](const char* name, auto make, std::size_t expected) {
        INFO(name);
        for (const DType dtype : {f32, f64}) {
            const Weights weights(dtype);
            optim::Optimizer optimizer = make();
            const auto updates = optimizer.minimize(weights.loss(), weights.all);
            CHECK(fused_in(make_plan(PendingGraph({}, updates))) == expected);
            CHECK(trained(make(), dtype, false) == trained(make(), dtype, true));
        }
    };
    // Except the weight of one element, which looks like a scalar argument.
    check(
        "momentum", [] { return optim::SGD({.learning_rate = 0.01, .momentum = 0.9}); }, 4);
    check(
        "nesterov",
        [] { return optim::SGD({.learning_rate = 0.01, .momentum = 0.9, .nesterov = true}); }, 4);
    check(
        "Adam", [] { return optim::Adam(optim::AdamOptions{.learning_rate = 0.01}); }, 4);
    check(
        "AdamW", [] { return optim::AdamW(optim::AdamWOptions{.learning_rate = 0.01}); }, 4);
}

TEST_CASE("an update with a held intermediate value runs operation by operation") {
    Generator rng(1);
    const Parameter w("w", random_normal({10}, rng)), v("v", random_normal({10}, rng));
    const Tensor g = random_normal({10}, rng), rate = scalar(0.1F);
    evaluate({g, rate});
    const auto update = [&](bool hold) {
        const Tensor step = rate * g;
        const Tensor next = v * 0.9 - step;
        const Tensor updated = w + next * 0.9 - step;
        const Tensor held = hold ? step : Tensor();
        const std::vector<Assignment> assignments{{w, updated}, {v, next}};
        return fused_in(make_plan(PendingGraph({}, assignments)));
    };
    CHECK(update(true) == 0);
}

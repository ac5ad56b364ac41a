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
    const auto fused = [&](const char* name, auto make) { check(name, make, 4); };
    fused("momentum", [] { return optim::SGD({.learning_rate = 0.01, .momentum = 0.9}); });
    fused("nesterov",
          [] { return optim::SGD({.learning_rate = 0.01, .momentum = 0.9, .nesterov = true}); });
    fused("PyTorch's momentum with decay", [] {
        return optim::torch::SGD({.learning_rate = 0.01, .momentum = 0.9, .weight_decay = 0.1});
    });
    fused("PyTorch's momentum with dampening", [] {
        return optim::torch::SGD({.learning_rate = 0.01, .momentum = 0.9, .dampening = 0.5});
    });
    fused("PyTorch's nesterov", [] {
        return optim::torch::SGD({.learning_rate = 0.01, .momentum = 0.9, .nesterov = true});
    });
    fused("Adam", [] { return optim::Adam({.learning_rate = 0.01}); });
    fused("Adam, clipped", [] { return optim::Adam({.learning_rate = 0.01, .clipnorm = 1}); });
    fused("AdamW", [] { return optim::AdamW({.learning_rate = 0.01}); });
    fused("AMSGrad", [] { return optim::Adam({.learning_rate = 0.01, .amsgrad = true}); });
    fused("PyTorch's Adam",
          [] { return optim::torch::Adam({.learning_rate = 0.01, .weight_decay = 0.1}); });
    fused("RAdam", [] { return optim::RAdam({.beta_2 = 0.8}); });
    fused("Nadam", [] { return optim::Nadam(); });
    fused("NAdam", [] { return optim::torch::NAdam(); });
    fused("Adamax", [] { return optim::Adamax(); });
    fused("PyTorch's Adamax", [] { return optim::torch::Adamax(); });
    fused("Lion", [] { return optim::Lion(); });
    fused("Adagrad", [] { return optim::Adagrad(); });
    fused("PyTorch's Adagrad", [] { return optim::torch::Adagrad(); });
    fused("Adadelta", [] { return optim::Adadelta({.learning_rate = 1}); });
    fused("RMSprop", [] { return optim::RMSprop(); });
    fused("PyTorch's RMSprop", [] { return optim::torch::RMSprop(); });
    // The loop does the formula, other operations what surrounds it.
    fused("an average", [] { return optim::Adam({.use_ema = true}); });
    const auto apart = [&](const char* name, auto make) { check(name, make, 0); };
    apart("an accumulation", [] { return optim::Adam({.gradient_accumulation_steps = 2}); });
    apart("RMSprop, centered", [] { return optim::RMSprop({.momentum = 0.9, .centered = true}); });
    apart("Ftrl", [] { return optim::Ftrl(); });
    apart("Lamb", [] { return optim::Lamb(); });
    apart("Adafactor", [] { return optim::Adafactor(); });
    apart("Muon", [] { return optim::Muon(); });
    apart("ScheduleFreeAdamW", [] { return optim::ScheduleFreeAdamW(); });
    apart("ASGD", [] { return optim::ASGD(); });
    apart("Rprop", [] { return optim::Rprop(); });
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

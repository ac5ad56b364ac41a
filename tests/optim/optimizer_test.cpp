// Compares optimisers with sequences computed in plain doubles.
#include <cmath>
#include <limits>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/optim.hpp>

#include "catch.hpp"

using namespace shikumi;
using shikumi_test::contains;

namespace {

// The values of w after each step with the loss sum(c w²/2), whose gradient is c w.
std::vector<double> path(optim::Optimizer optimizer, DType dtype, double c, int steps,
                         double rate_after_two = -1) {
    Parameter w("w", tensor({1.0, -2.0}, dtype));
    std::vector<double> seen;
    for (int i = 0; i < steps; ++i) {
        if (i == 2 && rate_after_two >= 0) optimizer.set_learning_rate(rate_after_two);
        sum(square(w) * (c / 2)).backward();
        optimizer.step({w});
        seen.push_back(w.value().to_vector<double>()[1]);
    }
    return seen;
}

void check_path(const std::vector<double>& got, const std::vector<double>& expected,
                double epsilon) {
    REQUIRE(got.size() == expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
        INFO("step " << i);
        CHECK(got[i] == Approx(expected[i]).epsilon(epsilon));
    }
}

}  // namespace

TEST_CASE("SGD follows Keras's formulas, also when the learning rate changes", "[optim]") {
    const double c = 0.7, momentum = 0.9;
    for (const bool nesterov : {false, true}) {
        for (const DType dtype : {f32, f64}) {
            std::vector<double> expected;
            double w = -2, v = 0;
            for (int i = 0; i < 5; ++i) {
                const double rate = i < 2 ? 0.1 : 0.03, g = c * w;
                v = momentum * v - rate * g;
                w += nesterov ? momentum * v - rate * g : v;
                expected.push_back(w);
            }
            check_path(
                path(optim::SGD({.learning_rate = 0.1, .momentum = momentum, .nesterov = nesterov}),
                     dtype, c, 5, 0.03),
                expected, dtype == f32 ? 1e-6 : 1e-14);
        }
    }
    check_path(path(optim::SGD({.learning_rate = 0.5}), f64, 1, 3), {-1, -0.5, -0.25}, 1e-14);
}

TEST_CASE("Adam keeps epsilon outside its bias correction", "[optim]") {
    const double c = 0.7, rate = 0.02, b1 = 0.9, b2 = 0.999, epsilon = 1e-2;
    std::vector<double> expected;
    double w = -2, m = 0, v = 0;
    for (int t = 1; t <= 6; ++t) {
        const double g = c * w;
        m = b1 * m + (1 - b1) * g;
        v = b2 * v + (1 - b2) * g * g;
        w -= rate * std::sqrt(1 - std::pow(b2, t)) / (1 - std::pow(b1, t)) * m /
             (std::sqrt(v) + epsilon);
        expected.push_back(w);
    }
    const optim::AdamOptions options{
        .learning_rate = rate, .beta_1 = b1, .beta_2 = b2, .epsilon = epsilon};
    check_path(path(optim::Adam(options), f64, c, 6), expected, 1e-13);
    check_path(path(optim::Adam(options), f32, c, 6), expected, 1e-6);
}

TEST_CASE("a step uses the gradients and clears them", "[optim]") {
    Parameter w("w", tensor({3.0})), other("other", tensor({1.0}));
    optim::SGD sgd({.learning_rate = 0.1});
    sum(w * 2).backward();
    sum(w * 2).backward();  // gradients add up
    sgd.step({w, other});
    CHECK(w.value().item<float>() == Approx(2.6));
    CHECK(other.value().item<float>() == 1);  // it had no gradient
    CHECK_FALSE(w.has_grad());
    CHECK(sgd.iterations() == 1);

    REQUIRE_THROWS_AS(sgd.step({w, other}), GradientError);
    REQUIRE_THROWS_WITH(sgd.step({w, other}), contains("backward()"));
    CHECK(sgd.iterations() == 1);
    REQUIRE_THROWS_AS(sgd.step({}), GradientError);
}

TEST_CASE("a step that would change a frozen parameter is refused", "[optim]") {
    Parameter w("w", tensor({3.0})), other("judge/kernel", tensor({1.0}));
    optim::SGD sgd({.learning_rate = 0.1});
    sum(w + other).backward();
    other.set_trainable(false);
    REQUIRE_THROWS_AS(sgd.step({w, other}), StateError);
    CHECK(w.value().item<float>() == 3);
    CHECK(sgd.iterations() == 0);
    REQUIRE_THROWS_WITH(sgd.minimize(sum(w * other), {w, other}),
                        contains("'judge/kernel' is frozen"));
    REQUIRE_THROWS_AS(sgd.step({other}), StateError);

    sum(w * other).backward();  // `other` is frozen and gets no gradient
    sgd.step({w, other});
    CHECK(w.value().item<float>() == Approx(2.9));
    CHECK(other.value().item<float>() == 1);
}

TEST_CASE("minimize returns the updates for the loss's gradients", "[optim]") {
    Parameter w("w", tensor({3.0}));
    optim::SGD sgd({.learning_rate = 0.1});
    const Tensor loss = sum(square(w));
    evaluate(std::vector{loss}, sgd.minimize(loss, {w}));
    CHECK(loss.item<float>() == 9);
    CHECK(w.value().item<float>() == Approx(3 - 0.1 * 6));
}

TEST_CASE("copies of an optimiser share its state", "[optim]") {
    Parameter w("w", tensor({1.0, 2.0}));
    optim::SGD sgd({.learning_rate = 0.1, .momentum = 0.9});
    optim::Optimizer same = sgd;
    sum(w).backward();
    same.step({w});
    CHECK(sgd.iterations() == 1);
    CHECK(sgd.name() == "SGD");

    const std::vector<Parameter> state = sgd.state();
    REQUIRE(state.size() == 3);
    CHECK(state[0].name() == "iterations");
    CHECK(state[1].name() == "learning_rate");
    CHECK(state[2].name() == "w/momentum");
    CHECK(state[2].value().to_vector<double>()[0] == Approx(-0.1));
    CHECK_FALSE(state[2].trainable());

    same.set_learning_rate(0.5);
    CHECK(sgd.learning_rate() == 0.5);
}

TEST_CASE("each parameter has its own slots, whatever the order of the parameters", "[optim]") {
    const auto train = [](bool swapped) {
        Parameter a("a", tensor({1.0}, f64)), b("b", tensor({{2.0, 3.0}}, f64));
        optim::Adam adam;
        for (int i = 0; i < 4; ++i) {
            (sum(square(a)) + sum(b * b * b)).backward();
            if (swapped && i % 2 == 1)
                adam.step({b, a});
            else
                adam.step({a, b});
        }
        return std::pair(a.value().to_vector<double>(), b.value().to_vector<double>());
    };
    CHECK(train(false) == train(true));
}

TEST_CASE("updates are recorded, not evaluated", "[optim]") {
    Parameter w("w", tensor({1.0, 2.0}));
    optim::SGD sgd({.learning_rate = 0.5});
    const std::vector<Assignment> updates = sgd.updates({w}, {tensor({1.0, 1.0})});
    CHECK(w.value().to_vector<double>() == std::vector{1.0, 2.0});
    CHECK(sgd.iterations() == 0);
    evaluate({}, updates);
    CHECK(w.value().to_vector<double>() == std::vector{0.5, 1.5});
    CHECK(sgd.iterations() == 1);

    REQUIRE_THROWS_AS(sgd.updates({w}, {}), ShapeError);
    REQUIRE_THROWS_WITH(sgd.updates({w}, {tensor({1.0})}), contains("'w' is f32 (2,)"));
}

TEST_CASE("unshared weights are overwritten in place", "[optim]") {
    Parameter w("w", ones({1000}));
    optim::Adam adam;
    for (int i = 0; i < 5; ++i) {
        sum(square(w)).backward();
        adam.step({w});
    }
    const float* const before = w.value().data<float>().data();
    const std::size_t live = memory_stats().live;
    for (int i = 0; i < 5; ++i) {
        sum(square(w)).backward();
        adam.step({w});
    }
    CHECK(w.value().data<float>().data() == before);
    CHECK(memory_stats().live == live);
}

TEST_CASE("hyper-parameters outside their range are refused", "[optim]") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    REQUIRE_THROWS_AS(optim::SGD({.learning_rate = -0.1}), ValueError);
    REQUIRE_THROWS_AS(optim::SGD({.learning_rate = nan}), ValueError);
    REQUIRE_THROWS_AS(optim::SGD({.momentum = 1.5}), ValueError);
    REQUIRE_THROWS_AS(optim::SGD({.momentum = -0.1}), ValueError);
    REQUIRE_THROWS_WITH(optim::SGD({.nesterov = true}), contains("momentum"));
    REQUIRE_THROWS_AS(optim::Adam({.learning_rate = -1}), ValueError);
    REQUIRE_THROWS_AS(optim::Adam({.beta_1 = 1}), ValueError);
    REQUIRE_THROWS_AS(optim::Adam({.beta_2 = -0.1}), ValueError);
    REQUIRE_THROWS_AS(optim::Adam({.epsilon = -1}), ValueError);
    optim::SGD sgd;
    REQUIRE_THROWS_AS(sgd.set_learning_rate(-1), ValueError);
    CHECK(sgd.learning_rate() == 0.01);
}

// Compares optimisers with sequences computed in plain doubles.
#include <cmath>
#include <limits>
#include <vector>

#include <shikumi/autograd/evaluate/capture/capture.hpp>
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
    CHECK(state[2].name() == "w_momentum");
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
    REQUIRE_THROWS_WITH(optim::SGD({.learning_rate = [](const Tensor&) { return ones({2}); }}),
                        contains("a scalar of f64, got f32 (2,)"));
    optim::SGD sgd;
    REQUIRE_THROWS_AS(sgd.set_learning_rate(-1), ValueError);
    CHECK(sgd.learning_rate() == 0.01);
    REQUIRE_THROWS_AS(optim::SGD({.gradient_accumulation_steps = 0}), ValueError);
    REQUIRE_THROWS_AS(optim::SGD({.loss_scale_factor = 0}), ValueError);
    REQUIRE_THROWS_AS(optim::SGD({.loss_scale_factor = nan}), ValueError);
    REQUIRE_THROWS_AS(optim::SGD({.use_ema = true, .ema_momentum = 1.1}), ValueError);
    REQUIRE_THROWS_AS(optim::SGD({.use_ema = true, .ema_overwrite_frequency = 0}), ValueError);
    REQUIRE_THROWS_WITH(optim::SGD({.ema_overwrite_frequency = 3}), contains("use_ema"));
    REQUIRE_THROWS_AS(optim::SGD({.weight_decay = nan}), ValueError);
}

namespace {

// One call with given gradients of the weights.
void call(optim::Optimizer& optimizer, const std::vector<Parameter>& weights,
          const std::vector<Tensor>& gradients) {
    evaluate({}, optimizer.updates(weights, gradients));
}

double value(const Tensor& t) { return t.item<double>(); }

}  // namespace

TEST_CASE("gradients are accumulated: weights change by their mean at each k-th call", "[optim]") {
    const Parameter w("w", tensor({1.0}, f64)), same("same", tensor({1.0}, f64));
    optim::Optimizer sums = optim::SGD({.learning_rate = optim::ExponentialDecay(0.1, 1, 0.5),
                                        .momentum = 0.9,
                                        .weight_decay = 0.1,
                                        .gradient_accumulation_steps = 3});
    // The schedule counts calls: the updates are made at the rates of calls 2 and 5.
    optim::Optimizer means = optim::SGD({.learning_rate = optim::ExponentialDecay(0.025, 1, 0.125),
                                         .momentum = 0.9,
                                         .weight_decay = 0.1});
    for (int i = 0; i < 6; ++i) {
        const double before = value(w);
        call(sums, {w}, {tensor({i + 1.0}, f64)});
        CHECK(sums.iterations() == (i + 1) / 3);
        if (i % 3 != 2) {
            CHECK(value(w) == before);
            CHECK(value(sums.slot(w, "gradient_accumulator")) != 0);
            continue;
        }
        call(means, {same}, {tensor({double(i)}, f64)});
        CHECK(value(w) == Approx(value(same)).epsilon(1e-14));
        CHECK(value(sums.slot("w_gradient_accumulator")) == 0);
    }
}

TEST_CASE("bias corrections follow the updates, not the calls", "[optim]") {
    const Parameter w("w", tensor({1.0}, f64)), same("same", tensor({1.0}, f64));
    optim::Optimizer sums = optim::Adam({.gradient_accumulation_steps = 2}), plain = optim::Adam();
    for (int i = 0; i < 8; ++i) {
        call(sums, {w}, {tensor({1.0 + i / 2}, f64)});
        if (i % 2 == 1) call(plain, {same}, {tensor({1.0 + i / 2}, f64)});
        CHECK(value(w) == Approx(value(same)).epsilon(1e-15));
    }
}

TEST_CASE("averages of weights move at each call and overwrite them when due", "[optim]") {
    const Parameter w("w", tensor({1.0}, f64));
    optim::Optimizer sgd = optim::SGD(
        {.learning_rate = 0.1, .use_ema = true, .ema_momentum = 0.8, .ema_overwrite_frequency = 4});
    double expected = 1, average = 0;
    for (int t = 1; t <= 9; ++t) {
        call(sgd, {w}, {tensor({double(t)}, f64)});
        expected -= 0.1 * t;
        average = t == 1 ? expected : 0.8 * average + 0.2 * expected;
        if (t % 4 == 0) expected = average;
        CHECK(value(w) == Approx(expected).epsilon(1e-14));
        CHECK(value(sgd.slot(w, "average")) == Approx(average).epsilon(1e-14));
    }
    const Parameter other("other", tensor({7.0}));
    sgd.finalize_variable_values({w, other});
    CHECK(value(w) == Approx(average).epsilon(1e-14));
    CHECK(value(other) == 7);
    call(sgd, {w}, {tensor({0.0}, f64)});  // the average's buffer is not the weight's
    CHECK(value(w) == Approx(average).epsilon(1e-14));
}

TEST_CASE("named weights do not decay; groups have rates and decays of their own", "[optim]") {
    const Parameter kernel("head/kernel", tensor({1.0}, f64)),
        bias("head/bias", tensor({1.0}, f64)), body("body/kernel", tensor({1.0}, f64)),
        scale("body/gamma", tensor({1.0}, f64));
    optim::Optimizer sgd = optim::SGD({.learning_rate = 0.1, .weight_decay = 0.5});
    sgd.exclude_from_weight_decay({"bias"});
    CHECK(sgd.add_group({.names = {"head"}, .learning_rate = optim::StepLR(1, 1, 0.5)}) == 1);
    CHECK(sgd.add_group({.parameters = {scale}, .weight_decay = 0}) == 2);
    CHECK(sgd.groups() == 3);
    const std::vector<Parameter> all{kernel, bias, body, scale};
    const Tensor g = tensor({0.25}, f64);
    call(sgd, all, {g, g, g, g});
    CHECK(value(kernel) == Approx(1 - 0.5 - 0.25));
    CHECK(value(bias) == Approx(1 - 0.25));
    CHECK(value(body) == Approx(1 - 0.05 - 0.025));
    CHECK(value(scale) == Approx(1 - 0.025));
    CHECK(sgd.learning_rate(1) == 0.5);
    sgd.set_learning_rate(0.2);
    CHECK(sgd.learning_rate(2) == 0.2);  // group 2 has the optimiser's rate
    call(sgd, all, {g, g, g, g});
    CHECK(value(bias) == Approx(1 - 0.25 - 0.125));
    CHECK(value(scale) == Approx(1 - 0.025 - 0.05));

    REQUIRE_THROWS_AS(sgd.set_learning_rate(1, 1), StateError);
    REQUIRE_THROWS_WITH(sgd.learning_rate(3), contains("no group 3, the last one is 2"));
    REQUIRE_THROWS_AS(sgd.add_group({.names = {"tail"}}), StateError);
    REQUIRE_THROWS_AS(sgd.exclude_from_weight_decay({"kernel"}), StateError);
}

TEST_CASE("groups that make no sense are refused before a step", "[optim]") {
    const Parameter kernel("head/kernel", tensor({1.0})), bias("head/bias", tensor({1.0}));
    const std::vector<Tensor> gradients{tensor({1.0}), tensor({1.0})};
    const auto made = [](const std::vector<optim::ParameterGroup>& groups) {
        optim::Optimizer sgd = optim::SGD();
        for (const optim::ParameterGroup& group : groups) sgd.add_group(group);
        return sgd;
    };
    REQUIRE_THROWS_WITH(made({{.names = {"haed"}}}).updates({kernel, bias}, gradients),
                        contains("group 1 'haed' has none of the 2 parameters"));
    REQUIRE_THROWS_WITH(
        made({{.names = {"head"}}, {.parameters = {bias}}}).updates({kernel, bias}, gradients),
        contains("'head/bias' is in the groups 1 and 2"));
    optim::Optimizer decaying = optim::AdamW();
    decaying.exclude_from_weight_decay({"biass", "gamma"});
    REQUIRE_THROWS_WITH(decaying.updates({kernel, bias}, gradients),
                        contains("do not decay, 'biass' 'gamma' has none of the 2 parameters"));
    REQUIRE_THROWS_AS(made({{}}), ValueError);
    REQUIRE_THROWS_AS(made({{.names = {"head"}, .learning_rate = -1}}), ValueError);
    REQUIRE_THROWS_AS(made({{.names = {"head"}, .weight_decay = -1}}), ValueError);
    CHECK(value(kernel) == 1);
}

TEST_CASE("slots are found by the weight and by Keras's names", "[optim]") {
    const Parameter w("dense/kernel", tensor({1.0}));
    optim::Optimizer adam = optim::Adam({.amsgrad = true, .use_ema = true});
    REQUIRE_THROWS_AS(adam.slot(w, "momentum"), StateError);
    call(adam, {w}, {tensor({2.0})});
    CHECK(value(adam.slot(w, "momentum")) == Approx(0.2));
    CHECK(value(adam.slot("dense_kernel_velocity")) == Approx(0.004));
    CHECK(value(adam.slot("iterations")) == 1);
    REQUIRE_THROWS_WITH(adam.slot(w, "momentun"),
                        contains("'dense_kernel_momentum' 'dense_kernel_velocity'"));
    REQUIRE_THROWS_WITH(adam.slot("kernel_momentum"), contains("'dense_kernel_average'"));
    std::vector<std::string> names;
    for (const Parameter& p : adam.state()) names.push_back(p.name());
    CHECK(names == std::vector<std::string>{"iterations", "learning_rate", "dense_kernel_average",
                                            "dense_kernel_momentum", "dense_kernel_velocity",
                                            "dense_kernel_velocity_hat"});
}

TEST_CASE("a scaled loss gives the same step", "[optim]") {
    const Parameter w("w", tensor({3.0})), same("same", tensor({3.0}));
    optim::Optimizer scaled = optim::SGD({.momentum = 0.9, .loss_scale_factor = 1024}),
                     plain = optim::SGD({.momentum = 0.9});
    for (int i = 0; i < 3; ++i) {
        evaluate({}, scaled.minimize(sum(square(w)), {w}));
        evaluate({}, plain.minimize(sum(square(same)), {same}));
    }
    CHECK(value(w) == value(same));
    CHECK(value(w) < 3);
}

TEST_CASE("a copy for another model has the groups and no steps", "[optim]") {
    const Parameter head("head", tensor({1.0})), body("body", tensor({1.0}));
    optim::Optimizer sgd = optim::SGD({.learning_rate = 0.5, .weight_decay = 0.1});
    sgd.add_group({.names = {"head"}, .learning_rate = 0.25});
    sgd.exclude_from_weight_decay({"body"});
    const auto first = std::make_shared<int>(1), second = std::make_shared<int>(2);
    sgd = sgd.for_model(first);
    call(sgd, {head, body}, {tensor({0.0}), tensor({0.0})});
    sgd.set_learning_rate(0.125, 1);
    optim::Optimizer copy = sgd.for_model(second);
    CHECK(copy.iterations() == 0);
    CHECK(copy.learning_rate(1) == 0.125);
    copy.set_learning_rate(1, 1);
    CHECK(sgd.learning_rate(1) == 0.125);
    const Parameter other_head("head", tensor({1.0})), other_body("body", tensor({1.0}));
    call(copy, {other_head, other_body}, {tensor({0.0}), tensor({0.0})});
    CHECK(value(other_head) == Approx(1 - 0.1));
    CHECK(value(other_body) == 1);
}

TEST_CASE("a captured step stays right while gradients accumulate and averages move", "[optim]") {
    const auto trained = [](bool captured) {
        const Parameter w("w", tensor({1.0, -2.0}, f64));
        optim::Optimizer adam = optim::AdamW({.learning_rate = optim::StepLR(0.1, 2, 0.5),
                                              .use_ema = true,
                                              .ema_momentum = 0.5,
                                              .ema_overwrite_frequency = 2,
                                              .gradient_accumulation_steps = 3});
        const auto step = [&](const Tensor& x) {
            const Tensor loss = sum(square(square(w * x) - 1));
            evaluate({&loss, 1}, adam.minimize(loss, {w}));
            return loss;
        };
        auto replayed = capture(step);
        std::vector<double> seen;
        for (int i = 0; i < 14; ++i) {
            const Tensor x = tensor({0.5 + i, 2.0 - i}, f64);
            if (captured)
                replayed(x);
            else
                step(x);
            for (const double value : w.value().to_vector<double>()) seen.push_back(value);
            seen.push_back(adam.learning_rate());
        }
        return seen;
    };
    CHECK(trained(true) == trained(false));
}

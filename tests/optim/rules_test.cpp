// Compares the optimisers' formulas, clipping and weight decay with plain loops in double.
#include <cmath>
#include <functional>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/optim.hpp>

#include "catch.hpp"

using namespace shikumi;
using shikumi_test::contains;

namespace {

constexpr double start = -2, curvature = 0.7;

// Compares the path of w under the loss c w²/2 by the optimiser with the one by `step`, which gets
// g and t and changes w.
void check_rule(const std::function<optim::Optimizer()>& make,
                const std::function<void(double& w, double g, int t)>& step) {
    for (const DType dtype : {f64, f32}) {
        optim::Optimizer optimizer = make();
        Parameter p("w", tensor({start}, dtype));
        double w = start;
        for (int t = 1; t <= 6; ++t) {
            (sum(square(p)) * (curvature / 2)).backward();
            optimizer.step({p});
            step(w, curvature * w, t);
            INFO("step " << t);
            CHECK(p.value().item<double>() == Approx(w).epsilon(dtype == f64 ? 1e-12 : 2e-6));
            if (dtype == f32) w = p.value().item<double>();
        }
    }
}

std::vector<double> after_one_step(optim::Optimizer optimizer,
                                   const std::vector<Parameter>& weights,
                                   const std::vector<Tensor>& gradients) {
    evaluate({}, optimizer.updates(weights, gradients));
    std::vector<double> all;
    for (const Parameter& w : weights) {
        for (const double v : w.value().to_vector<double>()) all.push_back(v);
    }
    return all;
}

void check_near(const std::vector<double>& got, const std::vector<double>& expected,
                double margin = 1e-12) {
    REQUIRE(got.size() == expected.size());
    for (std::size_t i = 0; i < got.size(); ++i)
        CHECK(got[i] == Approx(expected[i]).margin(margin));
}

}  // namespace

TEST_CASE("RMSprop: plain, centered, with momentum", "[optim]") {
    const double rho = 0.8, epsilon = 1e-2, rate = 0.05;
    for (const bool centered : {false, true}) {
        for (const double momentum : {0.0, 0.7}) {
            INFO("centered " << centered << ", momentum " << momentum);
            double v = 0, m = 0, u = 0;
            check_rule(
                [&] {
                    v = m = u = 0;
                    return optim::RMSprop({.learning_rate = rate,
                                           .rho = rho,
                                           .momentum = momentum,
                                           .epsilon = epsilon,
                                           .centered = centered});
                },
                [&](double& w, double g, int) {
                    v = rho * v + (1 - rho) * g * g;
                    m = rho * m + (1 - rho) * g;
                    const double s = rate * g / std::sqrt(v - (centered ? m * m : 0) + epsilon);
                    u = momentum * u + s;
                    w -= u;
                });
        }
    }
}

TEST_CASE("Adagrad, Adadelta and Adamax", "[optim]") {
    double a = 0, b = 0;
    check_rule(
        [&] {
            a = 0.1;
            return optim::Adagrad({.learning_rate = 0.1, .epsilon = 1e-3});
        },
        [&](double& w, double g, int) {
            a += g * g;
            w -= 0.1 * g / std::sqrt(a + 1e-3);
        });
    check_rule(
        [&] {
            a = b = 0;
            return optim::Adadelta({.learning_rate = 1, .epsilon = 1e-3});
        },
        [&](double& w, double g, int) {
            a = 0.95 * a + 0.05 * g * g;
            const double d = g * std::sqrt(b + 1e-3) / std::sqrt(a + 1e-3);
            b = 0.95 * b + 0.05 * d * d;
            w -= d;
        });
    check_rule(
        [&] {
            a = b = 0;
            return optim::Adamax({.learning_rate = 0.05, .epsilon = 1e-3});
        },
        [&](double& w, double g, int t) {
            a = 0.9 * a + 0.1 * g;
            b = std::max(0.999 * b, std::abs(g));
            w -= 0.05 / (1 - std::pow(0.9, t)) * a / (b + 1e-3);
        });
}

TEST_CASE("Nadam, Lion and Ftrl", "[optim]") {
    double a = 0, b = 0, p = 1;
    check_rule(
        [&] {
            a = b = 0, p = 1;
            return optim::Nadam({.learning_rate = 0.05, .beta_1 = 0.8, .epsilon = 1e-3});
        },
        [&](double& w, double g, int t) {
            const auto u = [](int i) { return 0.8 * (1 - 0.5 * std::pow(0.96, i)); };
            p *= u(t);
            a = 0.8 * a + 0.2 * g;
            b = 0.999 * b + 0.001 * g * g;
            const double m = u(t + 1) * a / (1 - p * u(t + 1)) + (1 - u(t)) * g / (1 - p);
            w -= 0.05 * m / (std::sqrt(b / (1 - std::pow(0.999, t))) + 1e-3);
        });
    check_rule(
        [&] {
            a = 0;
            return optim::Lion({.learning_rate = 0.6, .beta_1 = 0.2});
        },
        [&](double& w, double g, int) {
            const double c = 0.2 * a + 0.8 * g;
            w -= 0.6 * (c > 0 ? 1 : c < 0 ? -1 : 0);
            a = 0.99 * a + 0.01 * g;
        });
    check_rule(
        [&] {
            a = 0.1, b = 0;
            return optim::Ftrl({.learning_rate = 0.4,
                                .learning_rate_power = -0.3,
                                .l1_regularization_strength = 0.05,
                                .l2_regularization_strength = 0.15,
                                .l2_shrinkage_regularization_strength = 0.01,
                                .beta = 0.3});
        },
        [&](double& w, double g, int) {
            const double n = a + g * g, was = std::pow(a, 0.3), is = std::pow(n, 0.3);
            b += g + 0.02 * w - (is - was) / 0.4 * w;
            a = n;
            w = std::abs(b) <= 0.05 ? 0 : ((b > 0 ? 0.05 : -0.05) - b) / ((is + 0.3) / 0.4 + 0.3);
        });
}

// Figures of Keras's own tests: ten weights of 1, one gradient of 0.01, the others of 0.1, 0.2, …
// 1; the first and last weight after each of five steps.
TEST_CASE("Nadam, Lion and Ftrl give the figures of Keras's tests", "[optim]") {
    struct Case {
        optim::Optimizer optimizer;
        double first[5], last[5];
    };
    Case cases[] = {
        {optim::Nadam({.learning_rate = 0.5, .beta_1 = 0.5, .beta_2 = 0.67, .epsilon = 1e-5}),
         {0.4281, -0.1738, -0.7115, -1.2335, -1.7492},
         {0.4281, -0.1717, -0.7084, -1.2299, -1.7454}},
        {optim::Lion(), {0.999, 0.998, 0.997, 0.996, 0.995}, {0.999, 0.998, 0.997, 0.996, 0.995}},
        {optim::Ftrl({.learning_rate = 0.05,
                      .learning_rate_power = -0.2,
                      .initial_accumulator_value = 0.4,
                      .l1_regularization_strength = 0.05,
                      .l2_regularization_strength = 0.15,
                      .l2_shrinkage_regularization_strength = 0.01,
                      .beta = 0.3}),
         {0, -0.0034, -0.0078, -0.0121, -0.0164},
         {0, -0.0354, -0.0685, -0.0999, -0.1299}},
    };
    for (Case& c : cases) {
        INFO(c.optimizer.name());
        const Parameter w("w", ones({10}));
        Tensor gradient = full({10}, 0.01);
        for (int step = 0; step < 5; ++step) {
            evaluate({}, c.optimizer.updates({w}, {gradient}));
            CHECK(w.value().data<float>()[0] == Approx(c.first[step]).margin(6e-5));
            CHECK(w.value().data<float>()[9] == Approx(c.last[step]).margin(6e-5));
            gradient = linspace(0.1, 1, 10);
        }
    }
    check_near(
        after_one_step(optim::Ftrl({.learning_rate = 0.5}),
                       {Parameter("w", tensor({1, 2, 3, 4}, f64))}, {tensor({1, 6, 7, 2}, f64)}),
        {0.2218, 1.3954, 2.3651, 2.8814}, 5e-5);
}

TEST_CASE("AMSGrad divides by the largest second moment", "[optim]") {
    double m = 0, v = 0, largest = 0;
    check_rule(
        [&] {
            m = v = largest = 0;
            return optim::Adam({.learning_rate = 0.9, .beta_2 = 0.5, .amsgrad = true});
        },
        [&](double& w, double g, int t) {
            m = 0.9 * m + 0.1 * g;
            v = 0.5 * v + 0.5 * g * g;
            largest = std::max(largest, v);
            w -= 0.9 * std::sqrt(1 - std::pow(0.5, t)) / (1 - std::pow(0.9, t)) * m /
                 (std::sqrt(largest) + 1e-7);
        });
}

TEST_CASE("weight decay comes before the step and not into the gradient", "[optim]") {
    double v = 0;
    check_rule(
        [&] {
            v = 0;
            return optim::SGD({.learning_rate = 0.1, .momentum = 0.9, .weight_decay = 0.2});
        },
        [&](double& w, double g, int) {
            w -= 0.1 * 0.2 * w;
            v = 0.9 * v - 0.1 * g;
            w += v;
        });
    const auto decayed = after_one_step(optim::AdamW({.learning_rate = 0.1}),
                                        {Parameter("w", tensor({2.0}, f64))}, {tensor({0.0}, f64)});
    check_near(decayed, {2 - 2 * 0.1 * 0.004});
    CHECK(optim::AdamW().name() == "AdamW");
}

TEST_CASE("gradients are clipped by value, by norm, by the norm of all", "[optim]") {
    const auto step = [](const optim::SGDOptions& options) {
        return after_one_step(optim::SGD(options),
                              {Parameter("a", zeros({2}, f64)), Parameter("b", zeros({1}, f64))},
                              {tensor({-3.0, 4.0}, f64), tensor({0.5}, f64)});
    };
    check_near(step({.learning_rate = 1, .clipvalue = 2}), {2, -2, -0.5});
    check_near(step({.learning_rate = 1, .clipnorm = 1}), {0.6, -0.8, -0.5});
    const double s = 1 / std::sqrt(25.25);
    check_near(step({.learning_rate = 1, .global_clipnorm = 1}), {3 * s, -4 * s, -0.5 * s});
    check_near(step({.learning_rate = 1, .global_clipnorm = 100}), {3, -4, -0.5});
    // Weights of two dtypes share one norm; a gradient of zeros stays zero.
    const auto mixed =
        after_one_step(optim::SGD({.learning_rate = 1, .global_clipnorm = 1}),
                       {Parameter("a", zeros({1}, f32)), Parameter("b", zeros({1}, f64))},
                       {tensor({-3.0}, f32), tensor({4.0}, f64)});
    CHECK(mixed[0] == Approx(0.6));
    CHECK(mixed[1] == Approx(-0.8));
    check_near(after_one_step(optim::SGD({.clipnorm = 1}), {Parameter("a", ones({1}, f64))},
                              {tensor({0.0}, f64)}),
               {1});
    REQUIRE_THROWS_WITH(optim::SGD({.clipnorm = 1, .clipvalue = 1}), contains("only one"));
    REQUIRE_THROWS_AS(optim::Adam({.clipnorm = 0}), ValueError);
    REQUIRE_THROWS_AS(optim::Adam({.weight_decay = -1}), ValueError);
}

TEST_CASE("an optimiser follows its schedule", "[optim]") {
    check_rule(
        [] {
            return optim::SGD({.learning_rate = optim::PiecewiseConstantDecay({1}, {0.5, 0.1})});
        },
        [](double& w, double g, int t) { w -= (t <= 2 ? 0.5 : 0.1) * g; });
    optim::SGD sgd({.learning_rate = optim::ExponentialDecay(0.1, 1, 0.5)});
    CHECK(sgd.learning_rate() == Approx(0.1));
    Parameter w("w", tensor({1.0}));
    after_one_step(sgd, {w}, {tensor({1.0})});
    CHECK(w.value().item<double>() == Approx(0.9));
    CHECK(sgd.learning_rate() == Approx(0.05));
    REQUIRE_THROWS_AS(sgd.set_learning_rate(1), StateError);
}

TEST_CASE("the adaptive optimisers refuse arguments out of range", "[optim]") {
    REQUIRE_THROWS_AS(optim::RMSprop({.rho = 1}), ValueError);
    REQUIRE_THROWS_AS(optim::RMSprop({.momentum = 2}), ValueError);
    REQUIRE_THROWS_AS(optim::Adagrad({.initial_accumulator_value = -1}), ValueError);
    REQUIRE_THROWS_AS(optim::Adadelta({.rho = -0.1}), ValueError);
    REQUIRE_THROWS_AS(optim::Adamax({.beta_1 = 1}), ValueError);
    REQUIRE_THROWS_AS(optim::Nadam({.beta_2 = 1}), ValueError);
    REQUIRE_THROWS_AS(optim::Lion({.beta_1 = 0}), ValueError);
    REQUIRE_THROWS_AS(optim::Ftrl({.learning_rate_power = 0.5}), ValueError);
    REQUIRE_THROWS_AS(optim::Ftrl({.beta = -1}), ValueError);
    REQUIRE_THROWS_AS(optim::AdamW({.learning_rate = -1}), ValueError);
    REQUIRE_THROWS_AS(optim::Lamb({.beta_1 = 1}), ValueError);
    REQUIRE_THROWS_AS(optim::Adafactor({.beta_2_decay = 0}), ValueError);
    REQUIRE_THROWS_AS(optim::Adafactor({.clip_threshold = 0}), ValueError);
    REQUIRE_THROWS_AS(optim::Muon({.ns_steps = 0}), ValueError);
    REQUIRE_THROWS_AS(optim::Muon({.momentum = 1}), ValueError);
    REQUIRE_THROWS_AS(optim::Muon({.rms_rate = -1}), ValueError);
    REQUIRE_THROWS_AS(optim::ScheduleFreeAdamW({.warmup_steps = -1}), ValueError);
    REQUIRE_THROWS_AS(optim::RAdam({.epsilon = -1}), ValueError);
    REQUIRE_THROWS_AS(optim::ASGD({.lambd = -1}), ValueError);
    REQUIRE_THROWS_AS(optim::Rprop({.eta_minus = 1}), ValueError);
    REQUIRE_THROWS_AS(optim::Rprop({.eta_plus = 0.9}), ValueError);
    REQUIRE_THROWS_AS(optim::Rprop({.min_step = 2, .max_step = 1}), ValueError);
    REQUIRE_THROWS_AS(optim::torch::SGD({.momentum = 2}), ValueError);
    REQUIRE_THROWS_AS(optim::torch::SGD({.momentum = 0.9, .dampening = 0.5, .nesterov = true}),
                      ValueError);
    REQUIRE_THROWS_AS(optim::torch::SGD({.nesterov = true}), ValueError);
    REQUIRE_THROWS_AS(optim::torch::Adagrad({.lr_decay = -1}), ValueError);
    REQUIRE_THROWS_AS(optim::torch::NAdam({.momentum_decay = -1}), ValueError);
}

TEST_CASE("gradients whose squares over- or underflow are clipped", "[optim]") {
    const auto step = [](const optim::SGDOptions& options, double scale, DType dtype) {
        return after_one_step(
            optim::SGD(options),
            {Parameter("a", zeros({1}, dtype)), Parameter("b", zeros({2}, dtype))},
            {tensor({0.0}, f64).cast(dtype), (tensor({3.0, 4.0}, f64) * scale).cast(dtype)});
    };
    for (const double scale : {1e18, 1e20, 1e30, 6e37}) {
        check_near(step({.learning_rate = 1, .clipnorm = 1}, scale, f32), {0, -0.6, -0.8}, 1e-6);
        check_near(step({.learning_rate = 1, .global_clipnorm = 1}, scale, f32), {0, -0.6, -0.8},
                   1e-6);
    }
    for (const double scale : {1e150, 1e200, 1e300}) {
        check_near(step({.learning_rate = 1, .clipnorm = 1}, scale, f64), {0, -0.6, -0.8});
        check_near(step({.learning_rate = 1, .global_clipnorm = 1}, scale, f64), {0, -0.6, -0.8});
    }
    for (const double scale : {1e-30, 1e-37}) {
        const double longest = 2.5 * scale;
        const auto w = step({.learning_rate = 1, .clipnorm = longest}, scale, f32);
        CHECK(w[1] / scale == Approx(-1.5));
        CHECK(w[2] / scale == Approx(-2));
    }
    // More weights than an operation takes inputs.
    std::vector<Parameter> many;
    std::vector<Tensor> gradients;
    for (int i = 0; i < 300; ++i) {
        many.emplace_back("w", zeros({1}, f64));
        gradients.push_back(ones({1}, f64));
    }
    check_near(
        after_one_step(optim::SGD({.learning_rate = 1, .global_clipnorm = 1}), many, gradients),
        std::vector<double>(300, -1 / std::sqrt(300.0)));
}

TEST_CASE("PyTorch's momentum holds no learning rates, and its decay is part of the gradient",
          "[optim]") {
    for (const bool nesterov : {false, true}) {
        double b = 0;
        const double dampening = nesterov ? 0 : 0.3;
        check_rule(
            [&] {
                b = 0;
                return optim::torch::SGD({.learning_rate = optim::StepLR(0.1, 2, 0.5),
                                          .momentum = 0.9,
                                          .dampening = dampening,
                                          .nesterov = nesterov,
                                          .weight_decay = 0.2});
            },
            [&](double& w, double g, int t) {
                const double rate = t <= 2 ? 0.1 : t <= 4 ? 0.05 : 0.025;
                g += 0.2 * w;
                b = t == 1 ? g : 0.9 * b + (1 - dampening) * g;
                w -= rate * (nesterov ? g + 0.9 * b : b);
            });
    }
    check_near(after_one_step(optim::torch::SGD({.learning_rate = 1, .maximize = true}),
                              {Parameter("w", tensor({1.0}, f64))}, {tensor({0.5}, f64)}),
               {1.5});
}

TEST_CASE("a momentum may follow a schedule", "[optim]") {
    const auto momentum = optim::PiecewiseConstantDecay({1}, {0.9, 0.5});
    double v = 0;
    check_rule(
        [&] {
            v = 0;
            return optim::SGD({.learning_rate = 0.1, .momentum = momentum});
        },
        [&](double& w, double g, int t) {
            v = (t <= 2 ? 0.9 : 0.5) * v - 0.1 * g;
            w += v;
        });
    check_rule(
        [&] {
            v = 0;
            return optim::torch::SGD(
                {.learning_rate = 0.1, .momentum = momentum, .nesterov = true});
        },
        [&](double& w, double g, int t) {
            const double m = t <= 2 ? 0.9 : 0.5;
            v = m * v + g;
            w -= 0.1 * (g + m * v);
        });
}

TEST_CASE("PyTorch's Adam, AMSGrad, NAdam and Adamax", "[optim]") {
    double m = 0, v = 0, most = 0, product = 1;
    const auto reset = [&] { m = v = most = 0, product = 1; };
    const auto moments = [&](double g) {
        m = 0.9 * m + 0.1 * g;
        v = 0.8 * v + 0.2 * g * g;
        most = std::max(most, v);
    };
    for (const bool amsgrad : {false, true}) {
        check_rule(
            [&] {
                reset();
                return optim::torch::Adam({.learning_rate = 0.2,
                                           .beta_2 = 0.8,
                                           .epsilon = 0.1,
                                           .amsgrad = amsgrad,
                                           .weight_decay = 0.3});
            },
            [&](double& w, double g, int t) {
                moments(g + 0.3 * w);
                const double rest = 1 - std::pow(0.8, t);
                w -= 0.2 * m / (1 - std::pow(0.9, t)) /
                     (std::sqrt((amsgrad ? most : v) / rest) + 0.1);
            });
    }
    check_rule(
        [&] {
            reset();
            return optim::torch::NAdam({.learning_rate = 0.05,
                                        .beta_2 = 0.8,
                                        .epsilon = 1e-3,
                                        .momentum_decay = 0.2,
                                        .weight_decay = 0.1,
                                        .decoupled_weight_decay = true});
        },
        [&](double& w, double g, int t) {
            w -= 0.05 * 0.1 * w;
            moments(g);
            const auto u = [](int i) { return 0.9 * (1 - 0.5 * std::pow(0.96, 0.2 * i)); };
            product *= u(t);
            w -= 0.05 * (u(t + 1) * m / (1 - product * u(t + 1)) + (1 - u(t)) * g / (1 - product)) /
                 (std::sqrt(v / (1 - std::pow(0.8, t))) + 1e-3);
        });
    double u = 0;
    check_rule(
        [&] {
            reset(), u = 0;
            return optim::torch::Adamax({.learning_rate = 0.1, .beta_2 = 0.7, .epsilon = 0.1});
        },
        [&](double& w, double g, int t) {
            moments(g);
            u = std::max(0.7 * u, std::abs(g) + 0.1);
            w -= 0.1 / (1 - std::pow(0.9, t)) * m / u;
        });
}

TEST_CASE("PyTorch's RMSprop, Adagrad and Adadelta", "[optim]") {
    for (const bool centered : {false, true}) {
        for (const double momentum : {0.0, 0.7}) {
            double v = 0, mean = 0, b = 0;
            check_rule(
                [&] {
                    v = mean = b = 0;
                    return optim::torch::RMSprop({.learning_rate = 0.05,
                                                  .alpha = 0.8,
                                                  .momentum = momentum,
                                                  .epsilon = 0.1,
                                                  .centered = centered});
                },
                [&](double& w, double g, int) {
                    v = 0.8 * v + 0.2 * g * g;
                    mean = 0.8 * mean + 0.2 * g;
                    b = momentum * b + g / (std::sqrt(v - (centered ? mean * mean : 0)) + 0.1);
                    w -= 0.05 * b;
                });
        }
    }
    double a = 0, d = 0;
    check_rule(
        [&] {
            a = 0.2;
            return optim::torch::Adagrad({.learning_rate = 0.1,
                                          .lr_decay = 0.5,
                                          .initial_accumulator_value = 0.2,
                                          .epsilon = 0.1});
        },
        [&](double& w, double g, int t) {
            a += g * g;
            w -= 0.1 / (1 + 0.5 * (t - 1)) * g / (std::sqrt(a) + 0.1);
        });
    check_rule(
        [&] {
            a = d = 0;
            return optim::torch::Adadelta({.epsilon = 1e-2});
        },
        [&](double& w, double g, int) {
            a = 0.9 * a + 0.1 * g * g;
            const double step = g * std::sqrt(d + 1e-2) / std::sqrt(a + 1e-2);
            d = 0.9 * d + 0.1 * step * step;
            w -= step;
        });
}

TEST_CASE("RAdam, ASGD and Rprop", "[optim]") {
    double m = 0, v = 0;
    check_rule(
        [&] {
            m = v = 0;
            return optim::RAdam({.learning_rate = 0.05, .beta_2 = 0.8, .epsilon = 0.1});
        },
        [&](double& w, double g, int t) {
            m = 0.9 * m + 0.1 * g;
            v = 0.8 * v + 0.2 * g * g;
            const double most = 2 / 0.2 - 1, kept = std::pow(0.8, t);
            const double n = most - 2 * t * kept / (1 - kept), mean = m / (1 - std::pow(0.9, t));
            const double r = std::sqrt((n - 4) * (n - 2) * most / ((most - 4) * (most - 2) * n));
            w -= 0.05 * mean * (n > 5 ? r * std::sqrt(1 - kept) / (std::sqrt(v) + 0.1) : 1);
        });
    double a = 0;
    optim::Optimizer kept = optim::ASGD();
    check_rule(
        [&] {
            a = 0;
            return kept = optim::ASGD({.learning_rate = 0.1, .lambd = 0.5, .alpha = 0.6, .t0 = 2});
        },
        [&](double& w, double g, int t) {
            const double rate = 0.1 / std::pow(1 + 0.5 * 0.1 * (t - 1), 0.6);
            w = w * (1 - 0.5 * rate) - rate * g;
            a += (w - a) / std::max(1, t - 3);
        });
    CHECK(kept.slot("w_ax").value().item<double>() == Approx(a).epsilon(1e-5));

    const Parameter w("w", tensor({1.0, 1.0, 1.0}, f64));
    optim::Optimizer rprop = optim::Rprop({.learning_rate = 0.1, .max_step = 0.13});
    evaluate({}, rprop.updates({w}, {tensor({2.0, -3.0, 0.0}, f64)}));
    check_near(w.value().to_vector<double>(), {0.9, 1.1, 1});
    evaluate({}, rprop.updates({w}, {tensor({1.0, 1.0, 1.0}, f64)}));
    check_near(w.value().to_vector<double>(), {0.78, 1.1, 0.9});
    evaluate({}, rprop.updates({w}, {tensor({1.0, 1.0, -1.0}, f64)}));
    check_near(w.value().to_vector<double>(), {0.65, 1.05, 0.9});
}

TEST_CASE("Lamb's steps are as long as the weight, and plain where one has no length", "[optim]") {
    double m = 0, v = 0;
    check_rule(
        [&] {
            m = v = 0;
            return optim::Lamb({.learning_rate = 0.05, .beta_2 = 0.9, .epsilon = 0.1});
        },
        [&](double& w, double g, int t) {
            m = 0.9 * m + 0.1 * g;
            v = 0.9 * v + 0.1 * g * g;
            const double u =
                m / (1 - std::pow(0.9, t)) / (std::sqrt(v / (1 - std::pow(0.9, t))) + 0.1);
            w -= 0.05 * std::abs(w) / std::abs(u) * u;
        });
    const auto step = [](double w, double g) {
        return after_one_step(optim::Lamb({.learning_rate = 0.5, .epsilon = 0}),
                              {Parameter("w", tensor({w}, f64))}, {tensor({g}, f64)})[0];
    };
    CHECK(step(0, 2) == Approx(-0.5));
    CHECK(std::isnan(step(1, 0)));  // 0/0 without epsilon
    check_near(
        after_one_step(optim::Lamb(), {Parameter("w", tensor({1.0}, f64))}, {tensor({0.0}, f64)}),
        {1});
}

TEST_CASE("Adafactor keeps means of rows and columns", "[optim]") {
    const Parameter w("w", tensor({{3.0, 1.0}, {0.0, -1.0}, {2.0, 2.0}}, f64));
    const Tensor g = tensor({{1.0, 2.0}, {3.0, 4.0}, {0.5, 0.1}}, f64);
    optim::Optimizer adafactor = optim::Adafactor({.learning_rate = 0.05});
    const Tensor before = w;
    evaluate({}, adafactor.updates({w}, {g}));
    // After one step the means are those of the gradient alone.
    const Tensor rows = mean(square(g), 1), columns = mean(square(g), 0);
    const Tensor v = expand_dims(rows / mean(rows), 1) * columns;
    const Tensor u = g / sqrt(v), rms_u = sqrt(mean(square(u))), rms_w = sqrt(mean(square(before)));
    const Tensor expected = before - 0.05 * rms_w * u / maximum(rms_u, 1);
    check_near(w.value().to_vector<double>(), expected.to_vector<double>());
    CHECK(adafactor.slot(w, "r").shape() == Shape{3});
    CHECK(adafactor.slot(w, "c").shape() == Shape{2});
    // 1/√t limits a large rate; a small weight has the length epsilon_2.
    const Parameter small("small", tensor({0.0}, f64));
    optim::Optimizer large = optim::Adafactor({.learning_rate = 10});
    double expected_small = 0;
    for (int t = 1; t <= 4; ++t) {
        evaluate({}, large.updates({small}, {tensor({1.0}, f64)}));
        expected_small -= std::max(1e-3, std::abs(expected_small)) / std::sqrt(t);
        CHECK(small.value().item<double>() == Approx(expected_small));
    }
}

TEST_CASE("Muon makes the step of a matrix orthogonal and leaves the rest to Adam", "[optim]") {
    Generator rng(5);
    for (const Shape& shape : {Shape{4, 7}, Shape{7, 4}}) {
        const Parameter w("w", zeros(shape, f64));
        optim::Optimizer muon = optim::Muon({.learning_rate = 1, .ns_steps = 12, .rms_rate = {}});
        evaluate({}, muon.updates({w}, {random_normal(shape, rng, 0, 1, f64)}));
        const Tensor step = shape[0] < shape[1] ? w.value() : transpose(w.value());
        // The iteration brings singular values between 0.7 and 1.2 and not nearer to 1.
        const Tensor product = matmul(step, transpose(step));
        for (Index i = 0; i < 4; ++i) {
            for (Index j = 0; j < 4; ++j) {
                const double p = product[i][j].item<double>();
                CHECK(p == Approx(i == j ? 1 : 0).margin(0.5));
            }
        }
        CHECK(muon.state().size() == 3);
    }
    const std::vector<Tensor> gradients(3, full({2, 2}, 1, f64));
    const std::vector<Parameter> weights{Parameter("embedding/embeddings", ones({2, 2}, f64)),
                                         Parameter("head/kernel", ones({2, 2}, f64)),
                                         Parameter("body/kernel", ones({2, 2}, f64))};
    optim::Optimizer muon =
        optim::Muon({.learning_rate = 0.1, .exclude_layers = {"head"}, .adam_lr_ratio = 0.5});
    evaluate({}, muon.updates(weights, gradients));
    for (int i = 0; i < 2; ++i)
        CHECK(weights[static_cast<std::size_t>(i)].value()[0][0].item<double>() ==
              Approx(1 - 0.1 * 0.004 - 0.05).epsilon(1e-4));
    CHECK_NOTHROW(muon.slot(weights[1], "velocity"));
    REQUIRE_THROWS_AS(muon.slot(weights[2], "velocity"), ValueError);
}

TEST_CASE("ScheduleFreeAdamW's weight is the mean of where it has been", "[optim]") {
    double z = start, v = 0;
    check_rule(
        [&] {
            z = start, v = 0;
            return optim::ScheduleFreeAdamW({.learning_rate = 0.1,
                                             .beta_2 = 0.75,
                                             .epsilon = 0.1,
                                             .warmup_steps = 4,
                                             .weight_decay = 0.2});
        },
        [&](double& w, double g, int t) {
            w -= 0.1 * 0.2 * w;
            v = 0.75 * v + 0.25 * g * g;
            z -= 0.1 * std::min(1.0, t / 4.0) * g / (std::sqrt(v / (1 - std::pow(0.75, t))) + 0.1);
            w += (z - w) / t;
        });
}

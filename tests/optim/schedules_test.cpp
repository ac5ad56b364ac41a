// Schedules: values, ends, and what is refused.
#include <cmath>
#include <limits>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/optim.hpp>

#include "catch.hpp"

using namespace shikumi;
using shikumi_test::contains;

namespace {

double at(const optim::Scheduled& rate, double t) { return rate(scalar(t, f64)).item<double>(); }

}  // namespace

TEST_CASE("Keras's schedules", "[optim]") {
    const auto exponential = optim::ExponentialDecay(0.1, 10, 0.5);
    CHECK(at(exponential, 5) == Approx(0.1 * std::sqrt(0.5)));
    CHECK(at(optim::ExponentialDecay(0.1, 10, 0.5, true), 19) == Approx(0.05));
    CHECK(at(optim::InverseTimeDecay(0.1, 1, 0.5), 4) == Approx(0.1 / 3));

    const auto cosine = optim::CosineDecay(0.1, 100, {.alpha = 0.1});
    CHECK(at(cosine, 0) == Approx(0.1));
    CHECK(at(cosine, 50) == Approx(0.055));
    CHECK(at(cosine, 500) == Approx(0.01));
    const auto warm = optim::CosineDecay(0, 100, {.warmup_target = 0.2, .warmup_steps = 10});
    CHECK(at(warm, 5) == Approx(0.1));
    CHECK(at(warm, 10) == Approx(0.2));
    CHECK(at(warm, 60) == Approx(0.1));

    const auto piecewise = optim::PiecewiseConstantDecay({2, 4}, {1, 0.5, 0.1});
    CHECK(at(piecewise, 2) == 1);
    CHECK(at(piecewise, 3) == 0.5);
    CHECK(at(piecewise, 5) == 0.1);

    const auto line = optim::PolynomialDecay(1, 10, {.end_learning_rate = 0.5});
    CHECK(at(line, 4) == Approx(0.8));
    CHECK(at(line, 40) == Approx(0.5));
    const auto cycling = optim::PolynomialDecay(1, 10, {.end_learning_rate = 0, .cycle = true});
    CHECK(at(cycling, 0) == 1);
    CHECK(at(cycling, 10) == Approx(0).margin(1e-15));
    CHECK(at(cycling, 15) == Approx(0.25));
}

TEST_CASE("schedules that begin again", "[optim]") {
    const auto restarts = optim::CosineDecayRestarts(1, 10, {.m_mul = 0.5});
    CHECK(at(restarts, 5) == Approx(0.5));
    CHECK(at(restarts, 10) == Approx(0.5));
    CHECK(at(restarts, 20) == Approx(0.25));
    CHECK(at(restarts, 30) == Approx(0.25));
    // The first update of each period of whole numbers, however long.
    for (const Index growth : {1, 2, 3, 10}) {
        const auto warm = optim::CosineAnnealingWarmRestarts(1, 7, {.T_mult = growth});
        double begin = 0, length = 7;
        for (int period = 0; period < 8; ++period) {
            INFO(growth << ", period " << period << " begins at " << begin);
            CHECK(at(warm, begin) == Approx(1));
            CHECK(at(warm, begin + length - 1) < 0.06);
            begin += length;
            length *= static_cast<double>(growth);
        }
    }
}

TEST_CASE("PyTorch's schedules", "[optim]") {
    CHECK(at(optim::ExponentialLR(1, 0.5), 3) == 0.125);
    CHECK(at(optim::StepLR(1, 3, 0.5), 8) == 0.25);
    CHECK(at(optim::MultiStepLR(1, {2, 2, 5}, 0.5), 1) == 1);
    CHECK(at(optim::MultiStepLR(1, {2, 2, 5}, 0.5), 2) == 0.25);
    CHECK(at(optim::ConstantLR(3), 4) == Approx(1));
    CHECK(at(optim::ConstantLR(3), 5) == 3);
    CHECK(at(optim::LinearLR(3, {.total_iters = 4}), 2) == Approx(2));
    CHECK(at(optim::PolynomialLR(1, 4, 2), 2) == Approx(0.25));
    CHECK(at(optim::CosineAnnealingLR(1, 10), 20) == Approx(1));
    const auto cyclic =
        optim::CyclicLR(1, 3, {.step_size_up = 2, .step_size_down = 6, .gamma = 0.9});
    CHECK(at(cyclic, 2) == Approx(3));
    CHECK(at(cyclic, 5) == Approx(2));
    CHECK(at(cyclic, 8) == Approx(1));
    CHECK(at(optim::CyclicMomentum({.step_size_up = 2, .step_size_down = 6}), 2) == Approx(0.8));
    const auto range = optim::CyclicLR(
        1, 3, {.step_size_up = 2, .mode = optim::CycleMode::exp_range, .gamma = 0.5});
    CHECK(at(range, 2) == Approx(1.5));
    const auto one = optim::OneCycleLR(1, 11, {.pct_start = 0.4, .div_factor = 10});
    CHECK(at(one, 0) == Approx(0.1));
    CHECK(at(one, 3.4) == Approx(1));
    CHECK(at(one, 10) == Approx(1e-5));
    CHECK(at(one, 1000) == Approx(1e-5));
    CHECK(at(optim::OneCycleMomentum(11, {.pct_start = 0.4}), 3.4) == Approx(0.85));
}

TEST_CASE("schedules of schedules", "[optim]") {
    const auto both = optim::SequentialLR({0.5, optim::StepLR(1, 2, 0.1)}, {3});
    CHECK(at(both, 2) == 0.5);
    CHECK(at(both, 4) == 1);
    CHECK(at(both, 5) == Approx(0.1));
    const auto warm = optim::Warmup(optim::ExponentialLR(1, 0.5), 4, 0.2);
    CHECK(at(warm, 0) == Approx(0.2));
    CHECK(at(warm, 2) == Approx(0.6));
    CHECK(at(warm, 4) == 1);
    CHECK(at(warm, 5) == 0.5);
    CHECK(at(optim::Warmup(0.3, 3), 30) == 0.3);
}

TEST_CASE("schedules of no steps, negative rates and shares outside their range are refused",
          "[optim]") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    REQUIRE_THROWS_WITH(optim::ExponentialDecay(0.1, 0, 0.5),
                        contains("[ExponentialDecay] the number of steps must be positive, got 0"));
    REQUIRE_THROWS_AS(optim::ExponentialDecay(-0.1, 1, 0.5), ValueError);
    REQUIRE_THROWS_AS(optim::ExponentialDecay(0.1, nan, 0.5), ValueError);
    REQUIRE_THROWS_AS(optim::ExponentialDecay(0.1, 1, -0.5), ValueError);
    REQUIRE_THROWS_AS(optim::InverseTimeDecay(0.1, -1, 0.5), ValueError);
    REQUIRE_THROWS_AS(optim::CosineDecay(0.1, 0), ValueError);
    REQUIRE_THROWS_AS(optim::CosineDecay(0.1, 10, {.warmup_target = 1}), ValueError);
    REQUIRE_THROWS_AS(optim::CosineDecay(0.1, 10, {.warmup_target = -1, .warmup_steps = 2}),
                      ValueError);
    REQUIRE_THROWS_AS(optim::CosineDecayRestarts(0.1, 0), ValueError);
    REQUIRE_THROWS_AS(optim::CosineDecayRestarts(0.1, 1, {.t_mul = 0.5}), ValueError);
    REQUIRE_THROWS_AS(optim::PiecewiseConstantDecay({1}, {1}), ValueError);
    REQUIRE_THROWS_AS(optim::PiecewiseConstantDecay({2, 1}, {1, 2, 3}), ValueError);
    REQUIRE_THROWS_AS(optim::PiecewiseConstantDecay({1}, {1, -2}), ValueError);
    REQUIRE_THROWS_AS(optim::PolynomialDecay(0.1, 0), ValueError);
    REQUIRE_THROWS_AS(optim::PolynomialDecay(0.1, 1, {.power = 0}), ValueError);
    REQUIRE_THROWS_AS(optim::StepLR(0.1, 0), ValueError);
    REQUIRE_THROWS_AS(optim::MultiStepLR(0.1, {3, 2}), ValueError);
    REQUIRE_THROWS_AS(optim::ConstantLR(0.1, 2), ValueError);
    REQUIRE_THROWS_AS(optim::LinearLR(0.1, {.total_iters = 0}), ValueError);
    REQUIRE_THROWS_AS(optim::PolynomialLR(0.1, 0), ValueError);
    REQUIRE_THROWS_AS(optim::CosineAnnealingLR(0.1, 0), ValueError);
    REQUIRE_THROWS_AS(optim::CosineAnnealingWarmRestarts(0.1, 0), ValueError);
    REQUIRE_THROWS_AS(optim::CosineAnnealingWarmRestarts(0.1, 1, {.T_mult = 0}), ValueError);
    REQUIRE_THROWS_AS(optim::CyclicLR(0.1, 1, {.step_size_up = 0}), ValueError);
    REQUIRE_THROWS_AS(optim::CyclicLR(0.1, 1, {.step_size_down = 0}), ValueError);
    REQUIRE_THROWS_AS(optim::CyclicMomentum({.base_momentum = 2}), ValueError);
    REQUIRE_THROWS_AS(optim::OneCycleLR(0.1, 0), ValueError);
    REQUIRE_THROWS_WITH(optim::OneCycleLR(0.1, 3), contains("too few"));
    REQUIRE_THROWS_AS(optim::OneCycleLR(0.1, 100, {.pct_start = 1}), ValueError);
    REQUIRE_THROWS_AS(optim::OneCycleLR(0.1, 100, {.div_factor = 0}), ValueError);
    REQUIRE_THROWS_AS(optim::OneCycleLR(0.1, 100, {.pct_start = 0.6, .three_phase = true}),
                      ValueError);
    REQUIRE_THROWS_AS(optim::OneCycleMomentum(100, {.max_momentum = 2}), ValueError);
    REQUIRE_THROWS_AS(optim::SequentialLR({0.1}, {3}), ValueError);
    REQUIRE_THROWS_AS(optim::SequentialLR({0.1, 0.2, 0.3}, {3, 3}), ValueError);
    REQUIRE_THROWS_AS(optim::SequentialLR({0.1, 0.2}, {0}), ValueError);
    REQUIRE_THROWS_AS(optim::Warmup(0.1, 0), ValueError);
    REQUIRE_THROWS_AS(optim::Warmup(0.1, 1, -1), ValueError);
}

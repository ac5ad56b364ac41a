// Compares the GRU as one operation with its single steps.
#include <cmath>
#include <limits>
#include <tuple>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>
#include <shikumi/nn/layers/recurrent/detail/gru_sequence.hpp>

#include "catch.hpp"
#include "sequence_checks.hpp"

using namespace shikumi;
using namespace shikumi_test;
using nn::detail::gru_sequence;
using nn::detail::gru_steps;

namespace {

std::vector<Tensor> gru_inputs(Index time, Index batch, Index units, DType dtype) {
    return drawn({{time, batch, 3 * units}, {units, 3 * units}, {3 * units}, {batch, units}},
                 dtype);
}

}  // namespace

TEST_CASE("a GRU sequence equals its steps", "[recurrent]") {
    for (const DType dtype : {f32, f64}) {
        for (const auto& [time, batch, units] :
             std::vector<std::tuple<Index, Index, Index>>{{1, 1, 1}, {7, 5, 3}, {4, 70, 33}}) {
            const auto in = gru_inputs(time, batch, units, dtype);
            const double tolerance = dtype == f32 ? 5e-5 : 1e-12;
            const Tensor whole = gru_sequence(in[0], in[1], in[2], in[3]);
            const Tensor steps = gru_steps(in[0], in[1], in[2], in[3]);
            CHECK(largest_difference(whole, steps) < tolerance);

            const auto by_whole = grad(sum(square(whole)), in);
            const auto by_steps = grad(sum(square(steps)), in);
            for (std::size_t i = 0; i < in.size(); ++i)
                CHECK(largest_difference(by_whole[i], by_steps[i]) <
                      tolerance * (1 + max(abs(by_steps[i])).item<double>()));
        }
    }
}

TEST_CASE("second derivatives of a GRU sequence equal those of its steps", "[recurrent]") {
    const auto in = gru_inputs(3, 2, 2, f64);
    const auto second = [&](auto sequence) {
        Tensor squares;
        for (const Tensor& g :
             grad(sum(square(sequence(in[0], in[1], in[2], in[3], Tensor()))), in)) {
            const Tensor own = sum(square(g));
            squares = squares.defined() ? squares + own : own;
        }
        return grad(squares, in);
    };
    const auto whole = second(gru_sequence), steps = second(gru_steps);
    for (std::size_t i = 0; i < in.size(); ++i)
        CHECK(largest_difference(whole[i], steps[i]) <
              1e-10 * (1 + max(abs(steps[i])).item<double>()));
}

TEST_CASE("a GRU sequence leaves out masked steps, as its steps do", "[recurrent]") {
    check_masked(gru_sequence, gru_steps, gru_inputs(4, 3, 2, f64));
}

TEST_CASE("derivatives of a GRU sequence agree with finite differences", "[recurrent]") {
    const FunctionOfMany f = [](const std::vector<Tensor>& x) {
        return gru_sequence(x[0], x[1], x[2], x[3]);
    };
    CHECK_NOTHROW(check_gradients(f, gru_inputs(4, 3, 2, f64)));
    CHECK_NOTHROW(check_gradients(f, gru_inputs(1, 2, 3, f64)));
}

TEST_CASE("a GRU's gates saturate and pass on NaN", "[recurrent]") {
    for (const DType dtype : {f32, f64}) {
        const auto last = [&](double gates) {
            return gru_sequence(full({1, 1, 3}, gates, dtype), zeros({1, 3}, dtype),
                                zeros({3}, dtype), full({1, 1}, 0.5, dtype))
                .to_vector<double>()[0];
        };
        CHECK(last(1000) == Approx(0.5));  // the old state
        CHECK(last(-1000) == Approx(-1));  // the candidate
        CHECK(std::isnan(last(std::numeric_limits<double>::quiet_NaN())));
    }
}

TEST_CASE("a GRU keeps the slopes of saturated gates", "[recurrent]") {
    const Tensor a = full({1, 1, 3}, 20.0), half = full({1, 1}, 0.5);
    const Tensor y = nn::detail::gru_sequence(a, zeros({1, 3}), zeros({3}), half);
    const auto slopes = grad(sum(y), {a})[0].to_vector<double>();
    // σ'(20) (½ - 1) and σ(-20) tanh'(20), by mpmath
    CHECK(slopes[0] == Approx(-0.5 * 2.0611536139418493e-09));
    CHECK(slopes[1] == 0);
    CHECK(slopes[2] == Approx(2.0611536181902036e-09 * 1.6993417021166355e-17));
}

TEST_CASE("a GRU sequence has the same bits for any number of threads", "[recurrent]") {
    check_threads(gru_sequence, gru_inputs(5, 40, 130, f32));
}

TEST_CASE("a GRU sequence runs once in each direction, for all of its gradients", "[recurrent]") {
    check_runs_once(gru_sequence, gru_inputs(4, 3, 2, f64), "gru");
}

// Compares the LSTM as one operation with its single steps.
#include <cmath>
#include <limits>
#include <tuple>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>
#include <shikumi/nn/layers/recurrent/detail/lstm_sequence.hpp>

#include "catch.hpp"
#include "sequence_checks.hpp"

using namespace shikumi;
using namespace shikumi_test;
using nn::detail::lstm_sequence;
using nn::detail::lstm_steps;

namespace {

std::vector<Tensor> lstm_inputs(Index time, Index batch, Index units, DType dtype) {
    return drawn({{time, batch, 4 * units}, {units, 4 * units}, {batch, units}, {batch, units}},
                 dtype);
}

}  // namespace

TEST_CASE("an LSTM sequence equals its steps", "[recurrent]") {
    for (const DType dtype : {f32, f64}) {
        for (const auto& [time, batch, units] :
             std::vector<std::tuple<Index, Index, Index>>{{1, 1, 1}, {7, 5, 3}, {4, 70, 33}}) {
            const auto in = lstm_inputs(time, batch, units, dtype);
            const double tolerance = dtype == f32 ? 2e-5 : 1e-12;
            const Tensor whole = lstm_sequence(in[0], in[1], in[2], in[3]);
            const Tensor steps = lstm_steps(in[0], in[1], in[2], in[3]);
            CHECK(largest_difference(whole, steps) < tolerance);

            const auto by_whole = grad(sum(square(whole)), in);
            const auto by_steps = grad(sum(square(steps)), in);
            for (std::size_t i = 0; i < in.size(); ++i)
                CHECK(largest_difference(by_whole[i], by_steps[i]) <
                      tolerance * (1 + max(abs(by_steps[i])).item<double>()));
        }
    }
}

TEST_CASE("an LSTM's gates saturate and pass on NaN", "[recurrent]") {
    for (const DType dtype : {f32, f64}) {
        const auto last = [&](double gates) {
            const Tensor one = ones({1, 1}, dtype);
            return lstm_sequence(full({1, 1, 4}, gates, dtype), zeros({1, 4}, dtype), one, one)
                .to_vector<double>()[1];
        };
        CHECK(last(1000) == Approx(2));  // c' = 1·1 + 1·1
        CHECK(last(-1000) == Approx(0).margin(1e-30));
        CHECK(last(std::numeric_limits<double>::infinity()) == Approx(2));
        CHECK(std::isnan(last(std::numeric_limits<double>::quiet_NaN())));
    }
}

TEST_CASE("an LSTM keeps the slopes of saturated gates", "[recurrent]") {
    const Tensor z = full({1, 1, 4}, 20.0), one = ones({1, 1}), zero = zeros({1, 1});
    const Tensor y = lstm_sequence(z, zeros({1, 4}), zero, one);
    const auto slopes = grad(sum(slice(y, 0, {0, 1})), {z})[0].to_vector<double>();
    // c' = 2 and h' = tanh 2, to the precision of f32; σ'(20) and tanh'(20) by mpmath
    const double c = 1 / std::pow(std::cosh(2.0), 2), gate = 2.0611536139418493e-09;
    CHECK(slopes[0] == Approx(c * gate));
    CHECK(slopes[1] == Approx(c * gate));
    CHECK(slopes[2] == Approx(c * 1.6993417021166355e-17));
    CHECK(slopes[3] == Approx(std::tanh(2.0) * gate));
}

TEST_CASE("an LSTM sequence leaves out masked steps, as its steps do", "[recurrent]") {
    check_masked(lstm_sequence, lstm_steps, lstm_inputs(4, 3, 2, f64));
}

TEST_CASE("derivatives of an LSTM sequence agree with finite differences", "[recurrent]") {
    const FunctionOfMany f = [](const std::vector<Tensor>& x) {
        return lstm_sequence(x[0], x[1], x[2], x[3]);
    };
    CHECK_NOTHROW(check_gradients(f, lstm_inputs(4, 3, 2, f64)));
    CHECK_NOTHROW(check_gradients(f, lstm_inputs(1, 2, 3, f64)));
}

TEST_CASE("an LSTM sequence has the same bits for any number of threads", "[recurrent]") {
    check_threads(lstm_sequence, lstm_inputs(5, 40, 130, f32));
}

TEST_CASE("an LSTM sequence runs once in each direction, for all of its gradients", "[recurrent]") {
    check_runs_once(lstm_sequence, lstm_inputs(4, 3, 2, f64), "lstm");
}

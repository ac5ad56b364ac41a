// Derivatives of operations of several outputs: one rule for all, in both modes, of any order.
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "../graph/outputs.hpp"
#include "catch.hpp"

using namespace shikumi;
using namespace shikumi_test;

namespace {

Tensor sample(std::uint64_t seed) {
    Generator rng(seed);
    const Tensor t = random_uniform({3}, rng, 0.5, 2.0, f64);
    evaluate(t);
    return t;
}

// Rules that give too few results, or one that does not fit.
struct TooFew final : Polar {
    std::vector<Tensor> vjp_all(Tensors, Tensors, Tensors g) const override { return {g[0]}; }
};
struct Misfit final : Polar {
    std::vector<Tensor> vjp_all(Tensors, Tensors, Tensors) const override {
        return {ones({7}, f64), Tensor()};
    }
};
struct TooManyTangents final : Polar {
    std::vector<Tensor> jvp_all(Tensors, Tensors, Tensors t) const override {
        return {t[0], t[0], t[0]};
    }
};

template <class O>
Tensor both(const Tensor& x, const Tensor& y) {
    const auto out = record_all(O{}, x, y);
    return out[0] * out[1];
}

}  // namespace

TEST_CASE("derivatives of several outputs agree with differences, in both modes and twice") {
    const std::vector<Tensor> at{sample(1), sample(2)};
    const auto check = [&](auto op) {
        using O = decltype(op);
        check_gradients([](const std::vector<Tensor>& x) { return both<O>(x[0], x[1]); }, at);
        for (const std::size_t k : {0, 1}) {  // one output alone
            check_gradients(
                [&](const std::vector<Tensor>& x) { return record_all(O{}, x[0], x[1])[k]; }, at);
        }
        check_gradients([](const Tensor& x) { return both<O>(x, x); }, at[0]);  // the same input
        check_gradients(
            [](const std::vector<Tensor>& x) {  // one after the other
                const auto first = record_all(O{}, x[0], x[1]);
                const auto second = record_all(O{}, first[1], first[0]);
                return second[0] + second[1] * first[0];
            },
            at);
    };
    CHECK_NOTHROW(check(Polar{}));
    CHECK_NOTHROW(check(PolarForward{}));
    CHECK_NOTHROW(check_gradients(
        [](const Tensor& x) { return square(record_all(Extremes{}, x)[2]) * x; }, at[0]));
}

TEST_CASE("the rule of several outputs runs once for all inputs and outputs") {
    const Tensor x = sample(1), y = sample(2);
    const int before = Polar::derivatives;
    const auto g = grad(sum(both<Polar>(x, y)), {x, y});
    CHECK(Polar::derivatives == before + 1);
    CHECK(g.size() == 2);
}

TEST_CASE("one differentiates by an output, through it, or not at all") {
    const Tensor x = sample(1), y = sample(2);
    const auto out = record_all(Polar{}, x, y);
    const Tensor loss = sum(out[0] * out[0] + out[1]);
    const auto g = grad(loss, {out[0], out[1], x});
    CHECK(g[0].to_vector<double>() == (2.0 * out[0]).to_vector<double>());
    CHECK(g[1].to_vector<double>() == ones({3}, f64).to_vector<double>());
    CHECK(g[2].to_vector<double>()[0] ==
          Approx((2.0 * x - y / square(out[0])).to_vector<double>()[0]));

    const NoGrad constant;
    const auto frozen = record_all(Polar{}, x, y);
    CHECK(grad(sum(frozen[0] * frozen[1]), {x})[0].to_vector<double>() ==
          std::vector<double>{0, 0, 0});
}

TEST_CASE("backward goes through several outputs, also after they were looked at") {
    for (const bool look : {false, true}) {
        const Parameter p("p", sample(1)), q("q", sample(2));
        const auto out = record_all(Polar{}, p.value(), q.value());
        if (look) evaluate(out);
        sum(out[0]).backward();
        const double r = out[0].to_vector<double>()[0];
        CHECK(p.grad().to_vector<double>()[0] == Approx(p.value().to_vector<double>()[0] / r));
        CHECK(q.grad().to_vector<double>()[0] == Approx(q.value().to_vector<double>()[0] / r));
    }
}

TEST_CASE("eager operations of several outputs are differentiated like others") {
    const Eager debugging;
    const std::vector<Tensor> at{sample(1), sample(2)};
    CHECK_NOTHROW(check_gradients(
        [](const std::vector<Tensor>& x) { return both<Polar>(x[0], x[1]); }, at, {.order = 1}));
}

TEST_CASE("what a rule of several outputs gives is checked") {
    const Tensor x = sample(1), y = sample(2);
    CHECK_THROWS_WITH(grad(sum(both<TooFew>(x, y)), {x}),
                      "[polar] its rule gave 1 cotangents, wanted 2");
    CHECK_THROWS_WITH(grad(sum(both<Misfit>(x, y)), {x}),
                      "[polar] its rule gave a cotangent f64 (7,), wanted f64 (3,)");
    CHECK_THROWS_WITH(jvp(both<TooManyTangents>(x, y), {x}, {x}),
                      "[polar] its rule gave 3 tangents, wanted 2");
}

// A recording computes small values of constants at once.
#include <shikumi/autograd/evaluate/capture/fold_constants.hpp>
#include <shikumi/autograd/ops/ops.hpp>

#include "catch.hpp"

using namespace shikumi;
using namespace shikumi::detail;

namespace {

Tensor known_ones(const Shape& shape) { return Tensor(ones(shape).array()); }

// The recording of a function without arguments.
template <class F>
Recording recorded(F f) {
    return record_call({}, [&](std::span<const Tensor>) { return std::vector<Tensor>{f()}; });
}

}  // namespace

TEST_CASE("constants are folded, values that depend on arguments are not") {
    const Tensor x = known_ones({2});
    const std::array<const Node*, 1> arguments{x.node()};
    Tensor constant, varying;
    const Recording r = record_call(arguments, [&](std::span<const Tensor> in) {
        constant = exp(known_ones({2}));
        varying = exp(in[0]);
        return std::vector<Tensor>{constant * varying};
    });
    r.arguments[0].node()->data = r.arguments[0].node()->scalar;  // as if it had a value
    fold_constants(r);
    r.arguments[0].node()->data = nullptr;
    CHECK(constant.evaluated());
    CHECK_FALSE(varying.evaluated());
    CHECK_FALSE(r.results[0].evaluated());
}

TEST_CASE("parameters and random numbers are not constants") {
    const Parameter p("p", known_ones({2}));
    Generator rng(1);
    Tensor read, drawn;
    const Recording r = recorded([&] {
        read = exp(p.value());
        drawn = random_uniform({2}, rng);
        return read * drawn;
    });
    fold_constants(r);
    CHECK_FALSE(read.evaluated());
    CHECK_FALSE(drawn.evaluated());
}

TEST_CASE("results, large constants and broadcast operands stay pending") {
    Tensor large, stretched;
    const Recording r = recorded([&] {
        large = exp(known_ones({2000}));
        stretched = broadcast_to(known_ones({1}), {2000});
        return large * stretched;
    });
    fold_constants(r);
    CHECK_FALSE(large.evaluated());
    CHECK_FALSE(stretched.evaluated());
    CHECK_FALSE(r.results[0].evaluated());

    Tensor small;
    const Recording s = recorded([&] {
        small = broadcast_to(known_ones({1}), {4});
        return exp(small);
    });
    fold_constants(s);
    CHECK_FALSE(small.evaluated());
    const Recording result = recorded([] { return exp(known_ones({2})); });
    fold_constants(result);
    CHECK_FALSE(result.results[0].evaluated());
}

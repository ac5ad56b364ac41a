// A recording of one call of a function, and the state that it restores.
#include <shikumi/autograd/evaluate/capture/recording.hpp>
#include <shikumi/autograd/ops/ops.hpp>

#include "catch.hpp"

using namespace shikumi;
using namespace shikumi::detail;

TEST_CASE("a recording holds the graph of the function on leaves without values") {
    const Tensor x = ones({2});
    const std::array<const Node*, 2> arguments{x.node(), nullptr};
    const Recording r = record_call(arguments, [](std::span<const Tensor> in) {
        REQUIRE(in.size() == 2);
        CHECK_FALSE(in[0].evaluated());
        CHECK_FALSE(in[1].defined());
        return std::vector<Tensor>{in[0] + 1, Tensor()};
    });
    REQUIRE(r.arguments.size() == 2);
    CHECK(r.arguments[0].node() != x.node());
    CHECK(r.arguments[0].spec() == x.spec());
    CHECK_FALSE(r.arguments[1].defined());
    REQUIRE(r.results.size() == 2);
    CHECK(r.results[0].node()->inputs()[0].node() == r.arguments[0].node());
    CHECK_FALSE(r.results[1].defined());
}

TEST_CASE("a recording notes assignments and random keys and undoes them") {
    Parameter p("p", ones({2}));
    Generator rng(1);
    const auto stream = [&] { return Generator(rng).next().stream; };
    const std::uint64_t first = stream();
    const Recording r = record_call({}, [&](std::span<const Tensor>) {
        p.assign(p + random_uniform({2}, rng));
        p.assign(p * 2);
        return std::vector<Tensor>();
    });
    CHECK(p.value().to_vector<float>() == std::vector<float>{1, 1});
    CHECK(stream() == first);
    REQUIRE(r.assignments.size() == 1);
    CHECK(r.assignments[0].parameter == p);
    CHECK_FALSE(r.assignments[0].value.evaluated());
    REQUIRE(r.draws.size() == 1);
    CHECK(r.draws[0].generator == rng.shared());
}

TEST_CASE("a failed recording changes no parameter and no generator") {
    Parameter p("p", ones({2}));
    Generator rng(1);
    const std::uint64_t first = Generator(rng).next().stream;
    const auto fails = [&](std::span<const Tensor>) -> std::vector<Tensor> {
        p.assign(p + random_uniform({2}, rng));
        throw std::runtime_error("no");
    };
    CHECK_THROWS_AS(record_call({}, fails), std::runtime_error);
    CHECK(p.value().to_vector<float>() == std::vector<float>{1, 1});
    CHECK(Generator(rng).next().stream == first);
    CHECK_FALSE(capturing());
}

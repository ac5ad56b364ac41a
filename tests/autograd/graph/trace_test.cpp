// While a function is traced, nothing looks at values that are to come.
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/graph/trace.hpp>
#include <shikumi/autograd/ops/ops.hpp>

#include "catch.hpp"

using namespace shikumi;
using namespace shikumi::detail;
using shikumi_test::contains;

TEST_CASE("a trace leaves values that depend on placeholders alone") {
    const Tensor x = pending_leaf({Shape{2}, f64}), known = ones({2}, f64) * 2;
    const Eager eager;
    {
        const Trace trace("mine");
        CHECK(Trace::current() == &trace);
        CHECK_FALSE(Eager::active());
        const Tensor y = x + known;
        CHECK_FALSE(Trace::known(y));
        CHECK(Trace::known(known * 3));
        CHECK_NOTHROW(evaluate(y));
        CHECK_FALSE(y.evaluated());
        CHECK((known * 3).to_vector<double>()[0] == 6);
        CHECK_THROWS_WITH(y.to_vector<double>(), contains("[mine]"));
        CHECK_THROWS_AS(y.array(), StateError);
    }
    CHECK(Trace::current() == nullptr);
    CHECK(Eager::active());
}

TEST_CASE("long graphs above placeholders are not folded") {
    const NoGrad constant;
    const Tensor x = pending_leaf({Shape{}, i64});
    const Trace trace("mine");
    Tensor y = x;
    for (int i = 0; i < 20'000; ++i) y = y + 1;
    CHECK(y.node()->recorded());
}

TEST_CASE("every log takes down all draws") {
    Generator rng(1);
    DrawLog outer;
    const Tensor first = random_normal({2}, rng);
    {
        DrawLog inner;
        const Tensor second = random_normal({2}, rng);
        CHECK(inner.take().size() == 1);
        CHECK(inner.take().empty());
    }
    const auto draws = outer.take();
    REQUIRE(draws.size() == 2);
    CHECK(draws[0].generator == draws[1].generator);
    CHECK(DrawLog::active());
}

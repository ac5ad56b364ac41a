// CaptureContext: recording during a capture.
#include <shikumi/autograd/evaluate/capture/capture_context.hpp>
#include <shikumi/autograd/ops/ops.hpp>

#include "catch.hpp"
#include "support/elements.hpp"

using namespace shikumi;
using namespace shikumi::detail;
using shikumi_test::floats;

TEST_CASE("a context is the thread's current one while it lives") {
    CHECK(CaptureContext::current() == nullptr);
    {
        const CaptureContext context;
        CHECK(CaptureContext::current() == &context);
        CHECK(capturing());
    }
    CHECK(CaptureContext::current() == nullptr);
    CHECK_FALSE(capturing());
}

TEST_CASE("a context records an assignment and shows its value until it ends") {
    Parameter p("p", ones({2})), q("q", zeros({2}));
    {
        const CaptureContext context;
        p.assign(p + 1);
        q.assign(p * 3);
        p.assign(p * 5);
        REQUIRE(context.assignments().size() == 2);
        CHECK(context.assignments()[0].parameter == p);
        CHECK(context.assignments()[1].parameter == q);
        CHECK(context.assignments()[0].value.node() == p.value().node());
        CHECK_FALSE(p.value().evaluated());
    }
    CHECK(floats(p) == std::vector<float>{1, 1});
    CHECK(floats(q) == std::vector<float>{0, 0});
}

TEST_CASE("a context says why a value differs from call to call") {
    const Parameter p("weight", ones({2}));
    Generator rng(1);
    const CaptureContext context;
    CHECK(context.cause(exp(p.value())) == "parameter 'weight'");
    CHECK(context.cause(random_uniform({2}, rng) + 1) == "random numbers");
    CHECK(context.cause(exp(ones({2}))).empty());
}

TEST_CASE("random numbers of a value made once are not drawn again") {
    Generator rng(1);
    const std::uint64_t first = Generator(rng).next().stream;
    {
        CaptureContext context;
        const Tensor weight = random_uniform({2}, rng), noise = random_uniform({2}, rng);
        REQUIRE(context.draws().size() == 2);
        context.evaluate_once(weight);
        REQUIRE(context.draws().size() == 1);
        CHECK(context.draws()[0].generator == rng.shared());
        CHECK(context.cause(weight).empty());
        CHECK(context.cause(noise) == "random numbers");
    }
    CHECK(Generator(rng).next().stream == first + 1);
}

// Fused updates are found by their structure.
#include <array>

#include <shikumi/autograd/evaluate/plan/make_plan.hpp>
#include <shikumi/autograd/evaluate/plan/match_fused_updates.hpp>
#include <shikumi/autograd/kernels/fused_updates.hpp>

#include "catch.hpp"
#include "plan_testing.hpp"

using namespace shikumi;
using namespace shikumi::detail;
using namespace shikumi_test;

namespace {

struct Momentum {
    Parameter w{"w", known({10})}, v{"v", known({10})};
    Tensor g = known({10}, 3), rate = known({}, 0.1), momentum = known({}, 0.9);

    // The loops in the plan for an update by `rule(weights, velocity)`, which returns the new
    // values.
    template <class Rule>
    std::size_t loops(Rule rule) const {
        const auto [weights, velocity] = rule(w.value(), v.value());
        const std::vector<Assignment> assignments{{w, weights}, {v, velocity}};
        const Plan plan = make_plan(PendingGraph({}, assignments));
        return static_cast<std::size_t>(std::ranges::count_if(
            plan.instructions, [](const Instruction& i) { return i.fused != nullptr; }));
    }
};

using Next = std::pair<Tensor, Tensor>;

}  // namespace

TEST_CASE("an update is one loop if its operations match a pattern") {
    const Momentum m;
    CHECK(m.loops([&](const Tensor& w, const Tensor& v) {
        const Tensor next = v * m.momentum - m.rate * m.g;
        return Next{w + next, next};
    }) == 1);
    CHECK(m.loops([&](const Tensor& w, const Tensor& v) {
        const Tensor step = m.rate * m.g;
        const Tensor next = v * m.momentum - step;
        return Next{w + next * m.momentum - step, next};
    }) == 1);
}

TEST_CASE("a similar formula does not match a pattern") {
    const Momentum m;
    SECTION("another operation") {
        CHECK(m.loops([&](const Tensor& w, const Tensor& v) {
            const Tensor next = v * m.momentum + m.rate * m.g;
            return Next{w + next, next};
        }) == 0);
    }
    SECTION("swapped operands") {
        CHECK(m.loops([&](const Tensor& w, const Tensor& v) {
            const Tensor next = m.rate * m.g - v * m.momentum;
            return Next{w + next, next};
        }) == 0);
    }
    SECTION("one value in two places of the pattern") {
        CHECK(m.loops([&](const Tensor& w, const Tensor& v) {
            const Tensor next = v * m.momentum - m.momentum * m.g;
            return Next{w + next, next};
        }) == 0);
        CHECK(m.loops([&](const Tensor& w, const Tensor& v) {
            const Tensor next = v * m.momentum - m.rate * v;
            return Next{w + next, next};
        }) == 0);
    }
    SECTION("an array instead of a number") {
        CHECK(m.loops([&](const Tensor& w, const Tensor& v) {
            const Tensor next = v * m.momentum - known({10}) * m.g;
            return Next{w + next, next};
        }) == 0);
    }
}

TEST_CASE("patterns state their values once, and each operation reads earlier ones") {
    for (const kernels::FusedPattern& pattern : kernels::fused_patterns()) {
        std::vector<bool> written(pattern.values.size());
        for (const kernels::PatternOperation& operation : pattern.operations) {
            for (std::size_t i = 0; i < operation.inputs; ++i)
                CHECK(operation.in[i] < operation.out);
            CHECK_FALSE(written[operation.out]);
            CHECK_FALSE(pattern.values[operation.out].number);
            written[operation.out] = true;
        }
        for (std::size_t v = 0; v < pattern.values.size(); ++v)
            CHECK((written[v] || !pattern.values[v].stored));
        CHECK(pattern.values[pattern.operations.back().out].stored);
        CHECK(pattern.loop(f32));
        CHECK(pattern.loop(f64));
        CHECK(pattern.loop(i32) == nullptr);
    }
}

// The choice of parameters that are overwritten.
#include <shikumi/autograd/evaluate/plan/make_plan.hpp>

#include "catch.hpp"
#include "plan_testing.hpp"

using namespace shikumi;
using namespace shikumi::detail;
using namespace shikumi_test;

namespace {

// The assignments whose old values may be overwritten.
std::vector<std::uint32_t> in_place(std::span<const Tensor> roots,
                                    const std::vector<Assignment>& assignments) {
    std::vector<std::uint32_t> found;
    const Plan plan = make_plan(PendingGraph(roots, assignments));
    for (const OutputBuffer& output : plan.output_buffers) {
        if (output.in_place_of != ~0U) found.push_back(output.in_place_of);
    }
    return found;
}

using Numbers = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("a new value overwrites an old one without later readers") {
    const Parameter w("w", known({4}));
    CHECK(in_place({}, {{w, w.value() * 2.0}}) == Numbers{0});
    CHECK(in_place({}, {{w, exp(known({4}))}}) == Numbers{0});
    const Tensor before = matmul(reshape(w.value(), {1, 4}), known({4, 2}));
    CHECK(in_place({&before, 1}, {{w, w.value() * 2.0}}) == Numbers{0});
}

TEST_CASE("an old value with a later reader or a view is not overwritten") {
    const Parameter w("w", known({4, 4})), v("v", known({4, 4}));
    const Tensor next = matmul(w.value(), known({4, 4}));
    CHECK(in_place({}, {{w, next}}).empty());  // a product would overwrite its own input
    CHECK(in_place({}, {{v, w.value() + 1.0}, {w, w.value() * 2.0}}).size() == 2);
    const Tensor shown = reshape(w.value(), {16});
    CHECK(in_place({&shown, 1}, {{w, w.value() * 2.0}}).empty());
    const Tensor later = matmul(w.value(), w.value() * 2.0);
    CHECK(in_place({&later, 1}, {{w, exp(known({4, 4}))}}).empty());
}

TEST_CASE("a value is not overwritten before a step that may throw, or by a reduction") {
    const Parameter w("w", known({4}));
    const Tensor value = w.value() * 2.0;
    const Tensor picked = take(value, Tensor(tensor(std::array<std::int64_t, 1>{1})));
    CHECK(in_place({&picked, 1}, {{w, value}}).empty());
    CHECK(in_place({}, {{w, sum(known({4, 3}) * w.value().reshape({4, 1}), 1)}}).empty());
}

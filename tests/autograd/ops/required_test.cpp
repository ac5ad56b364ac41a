// Values that an evaluation may not go on without: when they are refused, nothing has changed.
#include <limits>
#include <string>
#include <vector>

#include <shikumi/autograd/evaluate/capture/capture.hpp>
#include <shikumi/autograd/evaluate/plan/make_plan.hpp>
#include <shikumi/autograd/ops/detail/required.hpp>
#include <shikumi/autograd/ops/detail/rows.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "catch.hpp"

using namespace shikumi;
using shikumi_test::contains;

namespace {

Tensor finite(const Tensor& x) {
    return detail::required<ValueError>(x, isfinite(x), "fit", "the loss became");
}

}  // namespace

TEST_CASE("a required value is itself or an error that shows it", "[ops]") {
    const Tensor x = tensor({3.0}, f64);
    CHECK(finite(sum(x)).item<double>() == 3);
    CHECK(grad([](const Tensor& t) { return finite(sum(square(t))); })(x).item<double>() == 6);
    const Tensor bad = finite(sum(x / 0));
    REQUIRE_THROWS_WITH(bad.item<double>(), contains("[fit] the loss became inf"));
    REQUIRE_THROWS_AS(finite(log(sum(-x))).item<double>(), ValueError);
    const Tensor n = scalar(7, i64);
    REQUIRE_THROWS_WITH(
        detail::required<ShapeError>(n, equal(n, 8), "here", "wanted 8, got").item<int>(),
        contains("[here] wanted 8, got 7"));
    CHECK_THROWS_AS(finite(x), ShapeError);  // not a scalar
}

TEST_CASE("where a required value is refused no parameter has changed", "[ops]") {
    // Large enough for blocks, small enough for one; some values are assigned and read as well.
    for (const Index n : {3, 5000}) {
        const Parameter w("w", full({n}, 2)), v("v", full({n}, 5)), s("s", scalar(1.0, f32));
        const auto step = [&](const Tensor& x) {
            const Tensor loss = sum(square(w.value() * x));
            const Tensor next = w.value() - grad(loss, {w.value()})[0];
            const std::vector<Assignment> all{{w, next}, {v, v.value() * 2 + next}, {s, s + 1}};
            const Tensor checked = finite(loss);
            evaluate({&checked, 1}, all);
            return checked;
        };
        auto captured = capture(step);
        const auto all_as_before = [&](double was_w, double was_v, double was_s) {
            CHECK(all(equal(w, was_w)).item<bool>());
            CHECK(all(equal(v, was_v)).item<bool>());
            CHECK(s.value().item<double>() == was_s);
        };
        const Tensor good = full({n}, 1), bad = full({n}, 1e30);
        const Tensor nan = full({n}, std::numeric_limits<double>::quiet_NaN());
        for (int round = 0; round < 3; ++round) {
            CHECK_THROWS_AS(step(bad), ValueError);
            CHECK_THROWS_AS(captured(nan), ValueError);
            CHECK_THROWS_AS(captured(bad), ValueError);
            all_as_before(2, 5, 1);
        }
        captured(good);  // w: 2 − 2·2 = −2; v: 10 − 2
        all_as_before(-2, 8, 2);
        CHECK_THROWS_AS(captured(bad), ValueError);
        all_as_before(-2, 8, 2);
    }
}

TEST_CASE("a plan overwrites parameters only behind its last required value", "[ops]") {
    const Parameter w("w", full({4}, 1));
    const Tensor loss = sum(square(w.value()));
    const Tensor checked = finite(loss);
    const std::vector<Assignment> update{{w, w.value() - grad(loss, {w.value()})[0]}};
    const detail::Plan plan = detail::make_plan(detail::PendingGraph({&checked, 1}, update));
    std::size_t refusing = 0;
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        const detail::Step& step = plan.steps[i];
        if (step.kind == detail::Step::Kind::call && plan.calls[step.index].op->can_fail())
            refusing = i;
    }
    bool in_place = false;
    for (const detail::OutputBuffer& output : plan.output_buffers)
        in_place = in_place || output.in_place_of == 0;
    CHECK(in_place);  // the check costs no copy of the weights
    CHECK(refusing + 1 < plan.steps.size());
}

TEST_CASE("indices are whole numbers inside the axis", "[ops]") {
    const auto checked = [](const Tensor& indices, bool from_end = false) {
        return detail::checked_indices("words", indices, 3, from_end).to_vector<int>();
    };
    CHECK(checked(tensor({0.0, 2.0, 1.0}, f64)) == std::vector{0, 2, 1});
    CHECK(checked(tensor({-1.0, 2.0}, f32), true) == std::vector{2, 2});
    for (const double wrong :
         {0.5, 3.0, -1.0, 1e300, -1e300, -0.25, std::numeric_limits<double>::infinity(),
          std::numeric_limits<double>::quiet_NaN()}) {
        INFO(wrong);
        REQUIRE_THROWS_AS(checked(full({2}, wrong, f64)), ValueError);
        REQUIRE_THROWS_AS(checked(full({2}, wrong, f32)), ValueError);
    }
    REQUIRE_THROWS_WITH(checked(tensor({1.5})), contains("[words]") && contains("1.5"));
    REQUIRE_THROWS_AS(detail::checked_indices("words", ones({2}, bool_), 3), DTypeError);
}

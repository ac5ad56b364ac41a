// Operations of several outputs: computed once, whichever outputs are asked for, in whichever way.
#include "outputs.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <shikumi/autograd/evaluate/capture/capture.hpp>
#include <shikumi/autograd/evaluate/profile/profile.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/node.hpp>
#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "catch.hpp"
#include "support/elements.hpp"

using namespace shikumi;
using namespace shikumi_test;
using shikumi_test::doubles;

namespace {

std::vector<double> close_to(std::initializer_list<double> wanted, const Tensor& t) {
    std::vector<double> got = doubles(t);
    REQUIRE(got.size() == wanted.size());
    auto at = got.begin();
    for (const double w : wanted) {
        CHECK(*at == Approx(w).margin(1e-6));
        ++at;
    }
    return got;
}

Tensor numbers(std::initializer_list<double> all) {
    return tensor(std::span<const double>(all.begin(), all.size()));
}

// How often Polar computes while f runs.
template <class F>
int evaluations(F f) {
    const int before = Polar::evaluations;
    f();
    return Polar::evaluations - before;
}

// Large enough to need a plan at once, or small enough to be interpreted first.
Tensor ramp(Index size, double from) { return cast(arange(size), f64) / 100.0 + from; }

template <class O>
concept CanBeRecordedAlone = requires(O op, const Tensor& x) {
    record(std::move(op), x, x);
};
static_assert(!CanBeRecordedAlone<Polar>);  // a pack is nobody's business

}  // namespace

TEST_CASE("outputs have their own shapes and dtypes, and are computed together") {
    for (const bool eager : {false, true}) {
        for (const bool no_grad : {false, true}) {
            std::optional<Eager> debugging;
            if (eager) debugging.emplace();
            std::optional<NoGrad> constant;
            if (no_grad) constant.emplace();
            for (int run = 0; run < 3; ++run) {  // interpreted, planned, recognised
                const auto out = record_all(Extremes{}, numbers({3, -1, 7, 0.5}));
                REQUIRE(out.size() == 3);
                CHECK(out[0].spec() == Spec{Shape{2}, i64});
                CHECK(out[1].spec() == Spec{Shape{4}, bool_});
                CHECK(out[2].spec() == Spec{Shape{}, f64});
                CHECK(out[2].item<double>() == 7);
                CHECK(out[0].to_vector<Index>() == std::vector<Index>{1, 2});
                CHECK(out[1].to_vector<bool>() == std::vector<bool>{true, false, true, true});
            }
        }
    }
}

TEST_CASE("outputs are computed once, however many are looked at, one after the other") {
    for (const Index size : {4, 5000}) {
        for (int run = 0; run < 3; ++run) {
            const Tensor x = ramp(size, 3), y = ramp(size, 4);
            evaluate({x, y});
            CHECK(evaluations([&] {
                      const auto out = record_all(Polar{}, x, y);
                      CHECK(doubles(out[0])[0] == 5);
                      CHECK(doubles(out[1])[0] == Approx(std::atan2(4, 3)));
                      CHECK(doubles(out[0] + out[1])[0] == Approx(5 + std::atan2(4, 3)));
                      CHECK(doubles(out[0] * 2.0)[0] == 10);
                  }) == 1);
            CHECK(evaluations([&] { CHECK(doubles(record_all(Polar{}, x, y)[1] * 2.0).size()); }) ==
                  1);
            CHECK(evaluations([&] { evaluate(record_all(Polar{}, x, y)); }) == 1);
        }
    }
}

TEST_CASE("an unused operation of several outputs computes nothing") {
    CHECK(evaluations([] {
              const auto out = record_all(Polar{}, numbers({1}), numbers({2}));
              CHECK_FALSE(out[0].evaluated());
          }) == 0);
}

TEST_CASE("outputs of outputs, and operations of all forms on them") {
    for (const Index size : {6, 6000}) {
        for (int run = 0; run < 3; ++run) {
            const Tensor x = ramp(size, 1), y = ramp(size, 2);
            const auto polar = record_all(Polar{}, x, y);
            const auto again = record_all(Polar{}, polar[1], polar[0]);
            const Tensor column = reshape(polar[1], {-1, 2});
            const double angle = std::atan2(2, 1), next = std::atan2(2.01, 1.01);
            CHECK(doubles(column)[1] == Approx(next));
            CHECK(doubles(sum(column, {1}))[0] == Approx(angle + next));
            CHECK(doubles(again[0])[0] == Approx(std::hypot(angle, std::sqrt(5))));
            CHECK(doubles(matmul(transpose(column), column))[0] > 0);
            CHECK(doubles(again[1] - polar[1])[0] ==
                  Approx(std::atan2(std::sqrt(5), angle) - angle));
            const auto extremes = record_all(Extremes{}, polar[1]);
            CHECK(doubles(extremes[2] + polar[0]).size() == static_cast<std::size_t>(size));
            CHECK(doubles(take(polar[0], extremes[0])).size() == 2);
        }
    }
}

TEST_CASE("a captured function computes and gives outputs") {
    int recordings = 0;
    auto f = capture([&](const Tensor& x, const Tensor& y) {
        ++recordings;
        const auto out = record_all(Polar{}, x, y);
        return std::array{out[0], out[1], sum(out[1] * 2.0)};
    });
    for (int run = 1; run < 4; ++run) {
        CHECK(evaluations([&] {
                  const auto [r, a, s] = f(numbers({3.0 * run, 1}), numbers({4.0 * run, 0}));
                  close_to({5.0 * run, 1}, r);
                  close_to({std::atan2(4, 3), 0}, a);
                  close_to({2 * std::atan2(4, 3)}, s);
              }) == 1);
    }
    CHECK(recordings == 1);
}

TEST_CASE("outputs become weights, in place or not") {
    Parameter p("p", numbers({3, 6, 9})), q("q", numbers({4, 8, 12}));
    for (int run = 0; run < 4; ++run) {
        const auto out = record_all(Polar{}, p.value(), q.value());
        const Assignment both[] = {{p, out[1]}, {q, out[0]}};
        const std::vector<double> x = doubles(p.value()), y = doubles(q.value());
        evaluate({}, both);
        for (std::size_t i = 0; i < x.size(); ++i) {
            CHECK(doubles(p.value())[i] == Approx(std::atan2(y[i], x[i])));
            CHECK(doubles(q.value())[i] == Approx(std::hypot(x[i], y[i])));
        }
        // A new value over the old one: only the parameter holds it now.
        const Assignment doubled{p, p.value() * 2.0};
        const std::vector<double> before = doubles(p.value()), other = doubles(q.value());
        evaluate({}, {&doubled, 1});
        for (std::size_t i = 0; i < x.size(); ++i) CHECK(doubles(p.value())[i] == 2 * before[i]);
        CHECK(doubles(q.value()) == other);
    }
}

TEST_CASE("an output can be looked at after the graph was consumed") {
    Parameter p("p", numbers({3}));
    const auto out = record_all(Polar{}, p.value(), numbers({4}));
    CHECK(evaluations([&] {
              const Assignment step{p, out[0] * 2.0};
              evaluate({}, {&step, 1});
              CHECK(p.value().item<double>() == 10);
              CHECK(out[1].item<double>() == Approx(std::atan2(4, 3)));
              CHECK(out[0].item<double>() == 5);
          }) == 1);
}

TEST_CASE("values of an output as an array are its own") {
    const auto out = record_all(Polar{}, numbers({3, 6}), numbers({4, 8}));
    const Array angles = out[1].array(), radii = out[0].array();
    CHECK(angles.data<double>()[0] == Approx(std::atan2(4, 3)));
    CHECK(radii.data<double>()[1] == 10);
    const Parameter p("p", out[1]);
    CHECK(doubles(p.value()) == doubles(out[1]));
}

TEST_CASE("outputs are computed again within a memory budget, with the same bits") {
    const auto run = [](std::size_t budget) {
        const Tensor start = identity(reshape(ramp(4000, 100) / 100.0, {40, 100}));
        Tensor h = start;
        for (int n = 0; n < 12; ++n) {
            const auto out = record_all(Polar{}, h, h * 0.5 + 1.0);
            h = softmax(out[1] + out[0]);
        }
        const Tensor g = grad(sum(square(h)), {start})[0];
        Parameter p("p", zeros({40, 100}, f64));
        const Assignment step{p, g};
        evaluate({}, {&step, 1}, {.memory_budget = budget});
        return doubles(p.value());
    };
    std::vector<double> free, bound;
    CHECK(evaluations([&] { free = run(EvaluationOptions().memory_budget); }) == 12);
    CHECK(evaluations([&] { bound = run(900 * 1024); }) > 12);
    CHECK(bound == free);
}

TEST_CASE("a profile names the operation, once for all outputs") {
    const Profile profile;
    const auto out = record_all(Polar{}, numbers({3, 6}), numbers({4, 8}));
    evaluate(out);
    const auto rows = profile.by_operation();
    const auto row =
        std::find_if(rows.begin(), rows.end(), [](const auto& r) { return r.name == "polar"; });
    REQUIRE(row != rows.end());
    CHECK(row->calls == 1);
    CHECK(std::none_of(rows.begin(), rows.end(), [](const auto& r) { return r.name == "output"; }));
}

TEST_CASE("packs go with the last of their outputs") {
    const std::int64_t before = shikumi::detail::live_nodes();
    {
        const Tensor x = numbers({3}), y = numbers({4});
        auto out = record_all(Polar{}, x, y);
        evaluate(out[0]);
        out[0] = Tensor();
        CHECK(out[1].item<double>() == Approx(std::atan2(4, 3)));
    }
    CHECK(shikumi::detail::live_nodes() == before);
}

TEST_CASE("an operation has one to eight outputs, and checks its inputs") {
    const Spec spec{Shape{1}, f32};
    CHECK_THROWS_AS(OutputSpecs({}), ValueError);
    CHECK_NOTHROW(OutputSpecs({spec, spec, spec, spec, spec, spec, spec, spec}));
    CHECK_THROWS_AS(OutputSpecs({spec, spec, spec, spec, spec, spec, spec, spec, spec}),
                    ValueError);
    CHECK_THROWS_AS(record_all(Polar{}, arange(3), arange(3)), DTypeError);
    CHECK_THROWS_AS(record_all(Polar{}, ones({2}), ones({3})), ShapeError);
    CHECK_THROWS_AS(record_all(Polar{}, ones({2}), Tensor()), StateError);
}

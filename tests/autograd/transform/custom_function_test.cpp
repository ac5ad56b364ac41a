// Functions with derivatives that the user states.
#include <tuple>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "catch.hpp"
#include "support/elements.hpp"

using namespace shikumi;
using shikumi_test::contains;
using shikumi_test::doubles;

namespace {

const auto cube =
    custom_function([](const Tensor& x) { return x * x * x; },
                    [](const Tensor& x, const Tensor&, const Tensor& g) { return 3 * x * x * g; });

// log Σ eˣ as two arguments, with both rules.
const auto two =
    custom_function([](const Tensor& a, const Tensor& b) { return log(exp(a) + exp(b)); },
                    [](const Tensor& a, const Tensor& b, const Tensor& y, const Tensor& g) {
                        return std::tuple(g * exp(a - y), g * exp(b - y));
                    },
                    [](const Tensor& a, const Tensor& b, const Tensor& y, const Tensor& ta,
                       const Tensor& tb) { return ta * exp(a - y) + tb * exp(b - y); });

}  // namespace

TEST_CASE("stated derivatives serve both modes and every order") {
    const Tensor x = tensor({1, -2}, f64), y = tensor({0.5, 3}, f64);
    check_gradients([](const Tensor& t) { return cube(t); }, x, {.order = 3});
    check_gradients([](const std::vector<Tensor>& t) { return two(t[0], t[1]); }, {x, y},
                    {.order = 3});
    CHECK(doubles(grad([](const Tensor& t) { return sum(cube(t)); })(x)) ==
          std::vector<double>{3, 12});
    CHECK(doubles(jvp(cube, x, ones({2}, f64)).second) == std::vector<double>{3, 12});
    const auto by_jvp =
        custom_function([](const Tensor& t) { return t * t; }, nullptr,
                        [](const Tensor& t, const Tensor&, const Tensor& v) { return 2 * t * v; });
    check_gradients([&](const Tensor& t) { return by_jvp(t); }, x, {.order = 3});
}

TEST_CASE("the stated derivative counts, not that of the function") {
    const Tensor x = tensor({0.2, 5}, f64);
    const auto straight =
        custom_function([](const Tensor& t) { return round(t); },
                        [](const Tensor&, const Tensor&, const Tensor& g) { return g; });
    CHECK(doubles(grad([&](const Tensor& t) { return sum(straight(t) * t); })(x)) ==
          std::vector<double>{0.2, 10});
    const auto none =
        custom_function([](const Tensor& t) { return t * t; },
                        [](const Tensor&, const Tensor&, const Tensor&) { return Tensor(); });
    CHECK(doubles(grad([&](const Tensor& t) { return sum(none(t)); })(x)) ==
          std::vector<double>{0, 0});
}

TEST_CASE("rules are mapped with the function") {
    const Tensor x = reshape(arange(6).cast(f64), {3, 2}), b = tensor({1, 2}, f64);
    const auto norms = custom_function([](const Tensor& t, const Tensor& w) { return sum(t * w); },
                                       [](const Tensor& t, const Tensor& w, const Tensor&,
                                          const Tensor& g) { return std::pair(g * w, g * t); });
    const auto f = [&](const Tensor& t, const Tensor& w) { return square(norms(t, w)); };
    const auto [by_x, by_b] = vmap(grad<0, 1>(f), {.in_axes = {0, not_mapped}})(x, b);
    const Tensor total = sum(x * b, 1, true);
    CHECK(doubles(by_x) == doubles(2 * total * b));
    CHECK(doubles(by_b) == doubles(2 * total * x));
    const auto summed = grad([&](const Tensor& w) {
        return sum(vmap(f, {.in_axes = {0, not_mapped}})(x, w));
    })(b);
    CHECK(doubles(summed) == doubles(sum(2 * total * x, 0)));
}

TEST_CASE("trees, integers and several results") {
    struct In {
        Tensor table, ids;
    };
    const auto rows = custom_function(
        [](const In& in) { return std::pair(take(in.table, in.ids), sum(in.table)); },
        [](const In& in, const std::pair<Tensor, Tensor>&, const std::pair<Tensor, Tensor>& g) {
            const Tensor picked =
                matmul(transpose(one_hot(in.ids, in.table.shape()[0], f64)), g.first);
            return In{picked + g.second, Tensor()};
        });
    const In in{reshape(arange(6).cast(f64), {3, 2}), tensor({2, 0}, i64)};
    const auto loss = [&](const Tensor& t) {
        const auto [picked, total] = rows(In{t, in.ids});
        return sum(square(picked)) + square(total);
    };
    check_gradients(loss, in.table);
}

TEST_CASE("a rule that gives something else is named") {
    const Tensor x = ones({3}, f64);
    const auto giving = [&](const Tensor& wrong) {
        return custom_function(
            [](const Tensor& t) { return t; },
            [wrong](const Tensor&, const Tensor&, const Tensor&) { return wrong; }, nullptr,
            "mine");
    };
    const auto slope = [&](const auto& f) {
        return grad([&](const Tensor& t) { return sum(f(t)); })(x);
    };
    CHECK_THROWS_WITH(slope(giving(ones({2}, f64))),
                      contains("[mine]") && contains("(2,)") && contains("(3,)"));
    CHECK_THROWS_WITH(slope(giving(ones({3}, f32))), contains("f32") && contains("f64"));
    CHECK_THROWS_AS(slope(giving(ones({3}, f32))), GradientError);
    const auto many = custom_function(
        [](const Tensor& t) { return t; },
        [](const Tensor&, const Tensor&, const Tensor& g) { return std::pair(g, g); }, nullptr,
        "mine");
    CHECK_THROWS_WITH(slope(many), contains("2 cotangents, wanted 1"));
    const auto pushing = custom_function(
        [](const Tensor& t) { return t; }, nullptr,
        [](const Tensor&, const Tensor&, const Tensor& t) { return sum(t); }, "mine");
    CHECK_THROWS_WITH(jvp(pushing, x, x), contains("tangent") && contains("wanted f64 (3,)"));
}

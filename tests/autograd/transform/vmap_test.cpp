// A mapped function gives what a loop over the examples gives.
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include <shikumi/autograd/evaluate/capture/capture.hpp>
#include <shikumi/autograd/evaluate/profile/profile.hpp>
#include <shikumi/autograd/graph/multi_output.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "../graph/outputs.hpp"
#include "../ops/op_table.hpp"
#include "../ops/row_checks.hpp"
#include "catch.hpp"
#include "support/elements.hpp"

using namespace shikumi;
using shikumi_test::contains;
using shikumi_test::derived_draws;
using shikumi_test::doubles;
using shikumi_test::first_draw;
using shikumi_test::Inputs;
using shikumi_test::near;
using shikumi_test::Row;

TEST_CASE("every operation gives for a batch what a loop over its examples gives") {
    constexpr Index size = 3;
    for (const Row& row : shikumi_test::op_table()) {
        if (row.inputs.empty() || row.inputs.size() > 4 || row.looks) continue;
        if (row.accepts == shikumi_test::Accepts::counts) continue;
        for (unsigned mapped = 1; mapped < 1U << row.inputs.size(); ++mapped) {
            INFO(row.title() << ", inputs " << mapped);
            for (std::uint64_t more = 0; more < derived_draws; ++more) {
                const Inputs in = batch_of(row, mapped, size, first_draw + more);
                Tensor got, wanted;
                CHECK_NOTHROW(wanted = looped(row, in, mapped, size));
                CHECK_NOTHROW(got = mapped_row(row, in, mapped));
                if (got.defined() && wanted.defined()) CHECK(near(got, wanted));
            }
        }
    }
}

TEST_CASE("derivatives of every operation are mapped as a loop takes them") {
    constexpr Index size = 2;
    for (const Row& row : shikumi_test::op_table()) {
        if (row.inputs.empty() || row.inputs.size() > 3 || row.order < 1 || row.looks) continue;
        if (row.inputs[0].dtype != f64) continue;
        INFO(row.title());
        const auto slope = [&](const Inputs& in) {
            return grad([&](const Tensor& x) {
                Inputs all = in;
                all[0] = x;
                return sum(sin(row.call(all, f64)));
            })(in[0]);
        };
        const auto all = (1U << row.inputs.size()) - 1;
        for (const unsigned mapped : std::set<unsigned>{1, all}) {
            Row derived = row;
            derived.call = [&](const Inputs& in, DType) { return slope(in); };
            const Inputs in = batch_of(row, mapped, size);
            CHECK(near(mapped_row(derived, in, mapped), looped(derived, in, mapped, size)));
        }
    }
}

TEST_CASE("axes of arguments and results are chosen") {
    const Tensor x = reshape(arange(24).cast(f64), {2, 3, 4}), w = ones({4}, f64);
    const auto f = [](const Tensor& a, const Tensor& b) { return matmul(a, b); };
    const Tensor first = vmap(f, {.in_axes = {0, not_mapped}})(x, w);
    CHECK(first.shape() == Shape{2, 3});
    const Tensor second = vmap(f, {.in_axes = {1, not_mapped}})(x, w);
    CHECK(doubles(second) == doubles(transpose(first)));
    CHECK(vmap(f, {.in_axes = {-2, not_mapped}, .out_axes = {1}})(x, w).shape() == Shape{2, 3});
    CHECK(vmap(f, {.in_axes = {2, 1}})(x, ones({3, 4}, f64)).shape() == Shape{4, 2});
}

TEST_CASE("trees go in and come out") {
    struct Point {
        Tensor x, y;
    };
    const auto turned = [](const Point& p, double angle) {
        return Point{p.x * std::cos(angle) - p.y * std::sin(angle), p.y * 2};
    };
    const Point p{tensor({1, 2, 3}, f64), tensor({4, 5, 6}, f64)};
    const auto moved = vmap([&](const Point& one) { return turned(one, 0); })(p);
    CHECK(doubles(moved.x) == std::vector<double>{1, 2, 3});
    CHECK(doubles(moved.y) == std::vector<double>{8, 10, 12});
    const auto listed = vmap([](const std::vector<Tensor>& in) {
        return std::pair(in[0] + in[1], std::vector{in[0] * in[1]});
    })({p.x, p.y});
    CHECK(doubles(listed.first) == std::vector<double>{5, 7, 9});
    CHECK(doubles(listed.second[0]) == std::vector<double>{4, 10, 18});
}

TEST_CASE("results that are the same for every example have the axis, too") {
    const Tensor x = ones({3, 2}, f64), c = tensor({1, 2}, f64);
    const auto [same, other] = vmap([&](const Tensor& t) { return std::pair(c, t + c); })(x);
    CHECK(doubles(same) == std::vector<double>{1, 2, 1, 2, 1, 2});
    CHECK(other.shape() == Shape{3, 2});
    CHECK(vmap([](const Tensor& t) { return sum(t * t); })(zeros({0, 5}, f64)).shape() == Shape{0});
}

TEST_CASE("maps nest in maps and derivatives, also in captured functions") {
    const Tensor x = reshape(arange(6).cast(f64), {2, 3}) / 5;
    const auto f = [](const Tensor& t) { return sum(sin(t) * t); };
    const Tensor per_sample = vmap(grad(f))(x);
    CHECK(near(per_sample, sin(x) + x * cos(x)));
    const Tensor curvatures = vmap(vmap(grad(grad([](const Tensor& t) { return sin(t) * t; }))))(x);
    CHECK(near(curvatures, 2 * cos(x) - x * sin(x)));
    const Tensor through = grad([&](const Tensor& t) { return sum(square(vmap(f)(t))); })(x);
    CHECK(near(through, 2 * expand_dims(vmap(f)(x), 1) * per_sample));
    auto captured = capture([&](const Tensor& t) { return vmap(hessian(f))(t); });
    for (int i = 0; i < 2; ++i) CHECK(near(captured(x), vmap(hessian(f))(x)));
    const Eager eager;
    CHECK(near(vmap(grad(f))(x), per_sample));
}

TEST_CASE("per-sample gradients of parameters") {
    Parameter w("w", tensor({1, 2}, f64));
    const Tensor x = reshape(arange(6).cast(f64), {3, 2});
    const Tensor slopes =
        vmap([&](const Tensor& one) { return grad(square(sum(one * w)), {w.value()})[0]; })(x);
    const Tensor wanted = 2 * sum(x * w, 1, true) * x;
    CHECK(near(slopes, wanted));
}

TEST_CASE("operations of several outputs without a rule run in a loop that a profile shows") {
    const Tensor x = tensor({3, 6}, f64), y = tensor({4, 8}, f64);
    Profile profile;
    const auto polar = vmap([](const Tensor& a, const Tensor& b) {
        return record_all(shikumi_test::Polar{}, a, b)[0];
    })(x, y);
    CHECK(doubles(polar) == std::vector<double>{5, 10});
    bool shown = false;
    for (const Profile::Row& row : profile.rows())
        shown = shown || row.layer.find("vmap: loop over") != std::string::npos;
    CHECK(shown);
}

TEST_CASE("each example draws numbers of its own, as calls one by one do") {
    const Tensor x = zeros({4, 2}, f64);
    Generator rng(3), again(3), third(3);
    const auto noisy = [](Generator& g) {
        return [&g](const Tensor& t) { return t + random_normal({2}, g, 0, 1, f64); };
    };
    const Tensor mapped = vmap(noisy(rng))(x);
    std::vector<Tensor> loop;
    for (Index k = 0; k < 4; ++k) loop.push_back(noisy(again)(x[k]));
    CHECK(doubles(mapped) == doubles(stack(loop)));
    CHECK(rng.peek().stream == again.peek().stream);
    const Tensor same = vmap(noisy(third), {.randomness = Randomness::same})(x);
    CHECK(doubles(same[0]) == doubles(same[3]));
    // A generator that begins in the function gives every call the same.
    const Tensor own = vmap([](const Tensor& t) {
        Generator g(5);
        return t + random_normal({2}, g, 0, 1, f64);
    })(x);
    CHECK(doubles(own[0]) == doubles(own[3]));
}

TEST_CASE("a replay draws again for each example") {
    Generator rng(3);
    auto captured = capture([&](const Tensor& x) {
        return vmap([&](const Tensor& t) { return t + random_normal({}, rng, 0, 1, f64); })(x);
    });
    const Tensor x = zeros({3}, f64);
    const auto first = doubles(captured(x)), second = doubles(captured(x));
    CHECK(std::set<double>(first.begin(), first.end()).size() == 3);
    CHECK(first != second);
}

TEST_CASE("what can't be mapped is refused in words") {
    const Tensor x = ones({3, 2}, f64), y = ones({4, 2}, f64);
    const auto add = [](const Tensor& a, const Tensor& b) { return a + b; };
    CHECK_THROWS_WITH(vmap(add)(x, y),
                      contains("[vmap]") && contains("4 examples") && contains("argument 0 has 3"));
    CHECK_THROWS_AS(vmap(add, {.in_axes = {0, 0, 0}})(x, x), ValueError);
    CHECK_THROWS_WITH(vmap(add, {.in_axes = {not_mapped}})(x, x), contains("no argument"));
    CHECK_THROWS_AS(vmap(add, {.in_axes = {2, 0}})(x, x), ShapeError);
    CHECK_THROWS_WITH(vmap(add)(x, scalar(1, f64)), contains("scalar"));
    CHECK_THROWS_AS(vmap(add, {.out_axes = {0, 1}})(x, x), ValueError);
    CHECK_THROWS_AS(vmap(add, {.out_axes = {2}})(x, x), ShapeError);
    const auto looking = [](const Tensor& t) { return t[0].item<double>() > 0 ? t : -t; };
    CHECK_THROWS_WITH(vmap(looking)(x), contains("[vmap]") && contains("looked at"));
    CHECK_THROWS_WITH(vmap([](const Tensor&) { return Tensor(); })(x), contains("empty"));
    Parameter w("w", ones({2}, f64));
    CHECK_THROWS_AS(vmap([&](const Tensor& t) {
                        w.assign(t);
                        return t;
                    })(x),
                    StateError);
    CHECK_THROWS_WITH(vmap([&](const Tensor& t) {
                          sum(t * w).backward();
                          return t;
                      })(x),
                      contains("backward"));
    CHECK_THROWS_AS(vmap(std::vector{sum(x)}, {x}, {y}), ShapeError);
    CHECK_THROWS_AS(vmap(std::vector{sum(x)}, {x}, {ones({2, 3, 2}, f32)}), DTypeError);
    CHECK_THROWS_AS(vmap(std::vector{sum(x)}, {}, {}), ValueError);
    CHECK(doubles(vmap(add)(x, x)) == doubles(x + x));  // nothing of all that stays
}

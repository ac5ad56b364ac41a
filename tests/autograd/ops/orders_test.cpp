// Ties, NaN, infinities and bad arguments of running sums, orders, statistics and norms.
#include <cmath>
#include <limits>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "catch.hpp"

using namespace shikumi;
using shikumi_test::contains;
using Numbers = std::vector<double>;
using Indices = std::vector<Index>;

namespace {

const double inf = std::numeric_limits<double>::infinity();

Numbers values(const Tensor& x) { return x.to_vector<double>(); }

// The gradient of Σ weight · f(x).
Numbers gradient(const Tensor& x, const Tensor& y, const Numbers& weights) {
    return values(grad(sum(y * tensor(weights, y.shape())), {x})[0]);
}
// The tangent of f(x) along `direction`.
Numbers tangent(const Tensor& x, const Tensor& y, const Numbers& direction) {
    return values(jvp(y, {x}, {tensor(direction, x.shape())}));
}

bool all_nan(const Numbers& x) {
    for (const double v : x) {
        if (!std::isnan(v)) return false;
    }
    return true;
}

}  // namespace

TEST_CASE("sorting is stable and puts NaN last, whichever way it runs", "[ops]") {
    const Tensor x = tensor({2., NAN, 5., 5., -inf, NAN, 5., inf}, f64);
    CHECK(argsort(x).to_vector<Index>() == Indices{4, 0, 2, 3, 6, 7, 1, 5});
    CHECK(argsort(x, 0, true).to_vector<Index>() == Indices{7, 2, 3, 6, 0, 4, 1, 5});
    const Numbers rising = values(sort(x));
    CHECK(rising[0] == -inf);
    CHECK(rising[5] == inf);
    CHECK(std::isnan(rising[6]));
    CHECK(topk(x, 3).indices.to_vector<Index>() == Indices{7, 2, 3});
    CHECK(topk(x, 2, 0, false).indices.to_vector<Index>() == Indices{4, 0});
    // -0 and 0 are equal.
    CHECK(argsort(tensor({0., -0., 0.}, f64)).to_vector<Index>() == Indices{0, 1, 2});
    const Tensor ties = tensor({2., 5., 5.}, f64);
    CHECK(gradient(ties, sort(ties, 0, true), {1, 10, 100}) == Numbers{100, 1, 10});
    CHECK(tangent(ties, sort(ties, 0, true), {1, 10, 100}) == Numbers{10, 100, 1});
    CHECK(gradient(ties, topk(ties, 1).values, {7}) == Numbers{0, 7, 0});
    CHECK(sort(zeros({2, 0})).shape() == Shape{2, 0});
    CHECK(topk(ties, 0).values.shape() == Shape{0});
    CHECK_THROWS_WITH(topk(ties, 4), contains("[topk]") && contains("0 to 3"));
    CHECK_THROWS_WITH(topk(ties, -1), contains("got -1"));
    CHECK_THROWS_WITH(sort(scalar(1)), contains("[sort]"));
    CHECK_THROWS_WITH(argsort(ties, 1), contains("[argsort]"));
}

TEST_CASE("long lines are sorted as well as short ones", "[ops]") {
    Generator rng(3);
    const Tensor x = cast(random_uniform({3, 5000}, rng, 0, 50, f64), i32);
    const auto line = x.to_vector<std::int32_t>();
    const auto order = argsort(x, 1, true).to_vector<Index>();
    const auto best = topk(x, 40, 1).indices.to_vector<Index>();
    for (std::size_t row = 0; row < 3; ++row) {
        for (std::size_t i = 1; i < 5000; ++i) {
            const auto a = static_cast<std::size_t>(order[row * 5000 + i - 1]),
                       b = static_cast<std::size_t>(order[row * 5000 + i]);
            const auto u = line[row * 5000 + a], v = line[row * 5000 + b];
            REQUIRE((u > v || (u == v && a < b)));
        }
        CHECK(std::equal(best.begin() + static_cast<std::ptrdiff_t>(row) * 40,
                         best.begin() + static_cast<std::ptrdiff_t>(row) * 40 + 40,
                         order.begin() + static_cast<std::ptrdiff_t>(row) * 5000));
    }
}

TEST_CASE("running sums carry infinities and NaN, and no zero harms them", "[ops]") {
    const Tensor x = tensor({-inf, -inf, 1., 2.}, f64);
    const Tensor y = logcumsumexp(x);
    CHECK(values(y)[1] == -inf);
    CHECK(values(y)[3] == Approx(2 + std::log1p(std::exp(-1))));
    const double share = 1 / (1 + std::exp(-1));
    const Numbers g = gradient(x, y, {10, 20, 1, 1});
    CHECK(g[0] == 0);
    CHECK(g[1] == 0);
    CHECK(g[2] == Approx(2 - share));
    CHECK(g[3] == Approx(share));
    const Numbers t = tangent(x, y, {1, 1, 1, 1});
    CHECK(t[0] == 0);
    CHECK(t[3] == Approx(1));
    const Tensor far = logcumsumexp(tensor({1000., -1000., 1000.}, f64));
    CHECK(values(far)[2] == Approx(1000 + std::log(2)));
    CHECK(values(logcumsumexp(tensor({0., inf, 1.}, f64)))[2] == inf);
    const Numbers broken = values(logcumsumexp(tensor({-inf, NAN, 1.}, f64)));
    CHECK(broken[0] == -inf);
    CHECK(all_nan({broken[1], broken[2]}));

    // A million terms of f32 don't lose the later ones.
    CHECK(values(cumsum(full({1 << 20}, 0.1F)))[(1 << 20) - 1] ==
          Approx((1 << 20) * static_cast<double>(0.1F)).epsilon(1e-6));
    CHECK(cumsum(ones({3}, u8)).dtype() == i64);
    CHECK(cumprod(full({3}, 100, u8)).to_vector<Index>() == Indices{100, 10000, 1000000});
    CHECK(cumsum(zeros({0, 3}), 0).shape() == Shape{0, 3});
    CHECK(cumprod(zeros({0, 3}), 0).shape() == Shape{0, 3});
    CHECK(cumprod(scalar(3)).shape() == Shape{1});
    CHECK_THROWS_WITH(cumsum(ones({2}), 1), contains("[cumsum]"));
    CHECK_THROWS_WITH(cumprod(ones({2}), 1), contains("[cumprod]"));
    CHECK_THROWS_WITH(cummax(ones({2}), -2), contains("[cummax]"));
    CHECK_THROWS_WITH(logcumsumexp(ones({2}, i64)), contains("[logcumsumexp]"));
}

TEST_CASE("running extremes give the gradient to the last of equal elements", "[ops]") {
    const Tensor x = tensor({1., 1., 0., 2., 2.}, f64);
    CHECK(gradient(x, cummax(x), {1, 10, 100, 1000, 10000}) == Numbers{1, 110, 0, 1000, 10000});
    CHECK(tangent(x, cummax(x), {1, 2, 3, 4, 5}) == Numbers{1, 2, 2, 4, 5});
    CHECK(gradient(x, cummin(x), {1, 10, 100, 1000, 10000}) == Numbers{1, 10, 11100, 0, 0});
    const Numbers broken = values(cummax(tensor({1., NAN, 3.}, f64)));
    CHECK(broken[0] == 1);
    CHECK(all_nan({broken[1], broken[2]}));
    CHECK(all_nan(values(cummin(tensor({NAN, 3.}, f64)))));
}

TEST_CASE("unique collects equal elements and NaN", "[ops]") {
    const UniqueResult u = unique(tensor({{3., NAN, 1.}, {1., NAN, 3.}}, f64));
    const Numbers v = values(u.values);
    REQUIRE(v.size() == 3);
    CHECK(v[0] == 1);
    CHECK(v[1] == 3);
    CHECK(std::isnan(v[2]));
    CHECK(u.inverse.shape() == Shape{2, 3});
    CHECK(u.inverse.to_vector<Index>() == Indices{1, 2, 0, 0, 2, 1});
    CHECK(u.counts.to_vector<Index>() == Indices{2, 2, 2});
    const Tensor x = tensor({4., 2., 4.}, f64);
    CHECK(gradient(x, unique(x).values, {1, 10}) == Numbers{10, 1, 0});
    CHECK(unique(zeros({0})).values.shape() == Shape{0});
    CHECK(unique(tensor({1, 0, 1}, bool_)).values.dtype() == bool_);
}

TEST_CASE("quantiles hand on NaN, or leave it out", "[ops]") {
    const Tensor x = tensor({{1., NAN, 3., 2.}, {4., 0., 2., 1.}}, f64);
    const Numbers with = values(median(x, 1)), without = values(nanmedian(x, 1));
    CHECK(std::isnan(with[0]));
    CHECK(with[1] == 1.5);
    CHECK(without == Numbers{2, 1.5});
    CHECK(std::isnan(nanmedian(tensor({NAN, NAN}, f64)).item<double>()));
    CHECK(nanquantile(x, 0.5, 1, QuantileMethod::lower).to_vector<double>() == Numbers{2, 1});
    CHECK(nanquantile(x, 1, 1, QuantileMethod::nearest).to_vector<double>() == Numbers{3, 4});
    CHECK(values(quantile(tensor({-inf, 1., inf}, f64), std::vector<double>{0, 0.5, 1})) ==
          Numbers{-inf, 1, inf});
    const Tensor ties = tensor({1., 2., 2., 5.}, f64);
    CHECK(gradient(ties, median(ties), {2}) == Numbers{0, 1, 1, 0});
    CHECK(median(tensor({7.}, f64)).item<double>() == 7);
    CHECK(quantile(zeros({0, 3}), 0.5, 1).shape() == Shape{0});
    CHECK(quantile(ones({2, 3}), std::vector<double>{}, 1).shape() == Shape{0, 2});
    CHECK_THROWS_WITH(quantile(x, 1.5), contains("[quantile]") && contains("got 1.5"));
    CHECK_THROWS_WITH(quantile(x, std::vector<double>{0.5, -1}), contains("got -1"));
    CHECK_THROWS_WITH(quantile(x, NAN), contains("[quantile]"));
    CHECK_THROWS_WITH(nanquantile(x, 2), contains("[nanquantile]"));
    CHECK_THROWS_WITH(median(zeros({0})), contains("[median]") && contains("no order"));
    CHECK_THROWS_WITH(median(x, 2), contains("[median]"));
    CHECK_THROWS_WITH(nanmedian(ones({2}, i32)), contains("[nanmedian]"));
}

TEST_CASE("counting refuses what can't be counted", "[ops]") {
    CHECK(bincount(zeros({0}, i64), 2).to_vector<Index>() == Indices{0, 0});
    CHECK(bincount(tensor({3, 1}, u8)).to_vector<Index>() == Indices{0, 1, 0, 1});
    CHECK_THROWS_WITH(bincount(tensor({1, -2}, i64)), contains("got -2"));
    CHECK_THROWS_WITH(bincount(ones({2})), contains("[bincount]"));
    CHECK_THROWS_WITH(bincount(ones({2}, i64), -1), contains("minlength"));
    CHECK_THROWS_WITH(bincount(ones({2}, i64), ones({3})), contains("(2,)") && contains("(3,)"));
    const HistogramResult h = histogram(tensor({0., 0.5, 1., 2., -1., NAN}, f64), 2, 0, 1);
    CHECK(h.counts.to_vector<Index>() == Indices{1, 2});
    CHECK(values(h.edges) == Numbers{0, 0.5, 1});
    CHECK_THROWS_WITH(histogram(ones({2}), 0, 0, 1), contains("got 0"));
    CHECK_THROWS_WITH(histogram(ones({2}), 2, 1, 1), contains("low < high"));
    CHECK_THROWS_WITH(histogram(ones({2}), ones({1})), contains("two edges"));
    CHECK_THROWS_WITH(digitize(ones({2}), ones({2, 2})), contains("[digitize]"));
}

TEST_CASE("nothing but NaN is NaN, save for sums and products", "[ops]") {
    const Tensor none = full({2}, NAN, f64);
    CHECK(nansum(none).item<double>() == 0);
    CHECK(nanprod(none).item<double>() == 1);
    CHECK(all_nan({nanmean(none).item<double>(), nanvar(none).item<double>(),
                   nanstd(none).item<double>(), nanmax(none).item<double>(),
                   nanmin(none).item<double>()}));
    CHECK(nanargmax(none).item<Index>() == 0);
    const Tensor x = tensor({NAN, 2., 2.}, f64);
    CHECK(gradient(x, nanmax(x), {1}) == Numbers{0, 0.5, 0.5});
    CHECK(gradient(x, nanmean(x), {1}) == Numbers{0, 0.5, 0.5});
    CHECK(gradient(x, nanstd(x), {1}) == Numbers{0, 0, 0});
    CHECK(nanmax(tensor({NAN, -inf}, f64)).item<double>() == -inf);
    CHECK_THROWS_WITH(nanmax(zeros({0})), contains("[nanmax]"));
    CHECK_THROWS_WITH(nanargmin(zeros({2, 0}), 1), contains("[nanargmin]"));
    CHECK_THROWS_WITH(nansum(x, 1), contains("[nansum]"));
}

TEST_CASE("norms neither overflow nor underflow, and have derivatives at 0", "[ops]") {
    const Tensor large = tensor({3e200, -4e200}, f64), small = tensor({3e-200, -4e-200}, f64);
    for (const double p : {1.5, 2., 3., 10., 0.5}) {
        const double unit = std::pow(std::pow(0.75, p) + 1, 1 / p);
        CHECK(vector_norm(large, p).item<double>() == Approx(4e200 * unit).epsilon(1e-12));
        CHECK(vector_norm(small, p).item<double>() / 4e-200 == Approx(unit).epsilon(1e-12));
    }
    CHECK(vector_norm(large, -3).item<double>() / 3e200 ==
          Approx(std::pow(1 + std::pow(0.75, 3), -1.0 / 3)));
    CHECK(vector_norm(tensor({1., inf}, f64), 3).item<double>() == inf);
    CHECK(vector_norm(tensor({2., inf}, f64), -1).item<double>() == 2);
    CHECK(vector_norm(tensor({inf, -inf}, f64), -1).item<double>() == inf);
    CHECK(std::isnan(vector_norm(tensor({1., NAN}, f64), 3).item<double>()));
    CHECK(vector_norm(tensor({0., 5.}, f64), -1).item<double>() == 0);
    CHECK(vector_norm(zeros({0}), 3).item<double>() == 0);
    for (const double p : {0.5, 1., 2., 3., -1.}) {
        const Tensor nothing = zeros({2}, f64), some = tensor({2., 0.}, f64);
        CHECK(gradient(nothing, vector_norm(nothing, p), {1}) == Numbers{0, 0});
        const Numbers g = gradient(some, vector_norm(some, p), {1});
        CHECK(g[0] == Approx(p < 0 ? 0 : 1));
        CHECK(g[1] == 0);
        CHECK(tangent(some, vector_norm(some, p), {1, 1})[0] == Approx(p < 0 ? 0 : 1));
    }
    const Tensor ties = tensor({2., -2., 1.}, f64);
    CHECK(gradient(ties, vector_norm(ties, inf), {1}) == Numbers{0.5, -0.5, 0});
    CHECK_THROWS_WITH(vector_norm(ties, NAN), contains("[vector_norm]"));
    CHECK_THROWS_WITH(vector_norm(zeros({0}), inf), contains("[vector_norm]"));
    CHECK_THROWS_WITH(vector_norm(ones({2}, i64)), contains("[vector_norm]"));
    CHECK_THROWS_WITH(vector_norm(ties, 3, 1), contains("[vector_norm]"));
}

TEST_CASE("statistics refuse other shapes", "[ops]") {
    const Tensor x = ones({2, 3});
    CHECK_THROWS_WITH(average(x, ones({2})), contains("[average]"));
    CHECK_THROWS_WITH(average(x, ones({2}), 1), contains("[average]") && contains("axis 1"));
    CHECK_THROWS_WITH(average(x, ones({3}, f64), 1), contains("[average]"));
    CHECK_THROWS_WITH(cov(ones({3})), contains("[cov]"));
    CHECK_THROWS_WITH(corrcoef(ones({3})), contains("[corrcoef]"));
    CHECK_THROWS_WITH(trapezoid(x, ones({2})), contains("[trapezoid]"));
    CHECK_THROWS_WITH(ptp(zeros({0})), contains("[ptp]"));
    CHECK_THROWS_WITH(ptp(ones({2}, bool_)), contains("[ptp]"));
    CHECK_THROWS_WITH(interp(x, ones({0}), ones({0})), contains("[interp]"));
    CHECK_THROWS_WITH(interp(x, ones({2}), ones({3})), contains("(2,)") && contains("(3,)"));
    CHECK(values(interp(tensor({-1., 0., 5.}, f64), tensor({0.}, f64), tensor({7.}, f64))) ==
          Numbers{7, 7, 7});
    CHECK(values(interp(tensor({-1., 1., 9.}, f64), tensor({0., 1., 3.}, f64),
                        tensor({2., 4., 0.}, f64))) == Numbers{2, 4, 0});
}

TEST_CASE("arrangements refuse what doesn't fit", "[ops]") {
    const Tensor x = ones({2, 3});
    const std::vector<std::pair<const char*, std::function<void()>>> mistakes{
        {"[roll]",
         [&] {
             roll(x, {1, 2}, 0);
         }},
        {"[roll]",
         [&] {
             roll(x, {1, 2});
         }},
        {"[roll]", [&] { roll(x, 1, 2); }},
        {"[moveaxis]",
         [&] {
             moveaxis(x, {0, 1}, 0);
         }},
        {"[moveaxis]",
         [&] {
             moveaxis(x, {0, 0}, {0, 1});
         }},
        {"[moveaxis]", [&] { moveaxis(x, 0, 2); }},
        {"[swapaxes]", [&] { swapaxes(x, 0, 2); }},
        {"[rot90]", [&] { rot90(x, 1, 0, -2); }},
        {"[rot90]", [&] { rot90(ones({3})); }},
        {"[repeat]",
         [&] {
             repeat(x, {1, 2}, 1);
         }},
        {"[repeat]",
         [&] {
             repeat(x, {1, -2}, 0);
         }},
        {"[repeat]",
         [&] {
             repeat(x, std::vector<Index>{Index{1} << 60, 1}, 0);
         }},
        {"[meshgrid]", [&] { meshgrid({x}); }},
        {"[meshgrid]", [&] { meshgrid(std::vector<Tensor>(9, ones({1}))); }},
        {"[hstack]", [&] { hstack({}); }},
        {"[hstack]",
         [&] {
             hstack({ones({2}), x});
         }},
        {"[vstack]",
         [&] {
             vstack({x, ones({2})});
         }},
        {"[dstack]",
         [&] {
             dstack({x, ones({3, 2})});
         }},
        {"[column_stack]",
         [&] {
             column_stack({x, ones({3})});
         }},
        {"[column_stack]",
         [&] {
             column_stack({x, ones({2}, f64)});
         }},
        {"[diff]", [&] { diff(x, -1); }},
        {"[diff]", [&] { diff(x > 0); }},
        {"[diff]", [&] { diff(x, 1, 2); }},
        {"[sliding_window]", [&] { sliding_window(x, 4); }},
        {"[sliding_window]", [&] { sliding_window(x, 0); }},
        {"[sliding_window]", [&] { sliding_window(x, 1, 0, 0); }},
        {"[vander]", [&] { vander(x); }},
        {"[vander]", [&] { vander(ones({2}), -1); }},
        {"[pad]",
         [&] {
             pad(x, {{1, 1}}, PadMode::edge);
         }},
        {"[pad]",
         [&] {
             pad(x, {{0, 0}, {-1, 0}}, PadMode::wrap);
         }},
        {"[pad]",
         [&] {
             pad(zeros({0}), {{1, 0}}, PadMode::reflect);
         }},
        {"[pad]",
         [&] {
             pad(x, {{-2, -1}, {0, 0}});
         }},
        {"[pad]",
         [&] {
             pad(x, {{std::numeric_limits<Index>::min(), 0}, {0, 0}});
         }},
    };
    for (std::size_t i = 0; i < mistakes.size(); ++i) {
        CAPTURE(i);
        CHECK_THROWS_WITH(mistakes[i].second(), contains(mistakes[i].first));
    }
    CHECK(diff(ones({2}), 5).shape() == Shape{0});
    CHECK(roll(zeros({0, 2}), 1, 0).shape() == Shape{0, 2});
    CHECK(repeat(ones({2}), std::vector<Index>{0, 0}, 0).shape() == Shape{0});
    CHECK(meshgrid({}).empty());
    CHECK(meshgrid({scalar(1), ones({3})})[0].shape() == Shape{3, 1});
    CHECK(vander(ones({3}), 0).shape() == Shape{3, 0});
    CHECK(values(pad(tensor({1., 2.}, f64), {{1, 1}}, PadMode::constant)) == Numbers{0, 1, 2, 0});
    CHECK(values(pad(tensor({7.}, f64), {{2, 1}}, PadMode::reflect)) == Numbers{7, 7, 7, 7});
}

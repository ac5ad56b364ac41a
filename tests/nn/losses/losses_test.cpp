// Compares losses with plain doubles; conversion of targets.
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using shikumi_test::check_values;
using shikumi_test::contains;

namespace {

using Row = std::vector<double>;

const Tensor targets = tensor({{0.2, 0.7, 0.1}, {1, 0, 0}}, f64);
const Tensor predictions = tensor({{0.5, 0.3, 0.2}, {0.1, 0.6, 2.5}}, f64);

void check_rows(const nn::Loss& loss,
                const std::function<double(const Row& t, const Row& p)>& reference) {
    INFO(loss.name());
    const Tensor each = loss(targets, predictions);
    REQUIRE(each.shape() == Shape{2});
    const auto got = each.to_vector<double>();
    const auto t = targets.to_vector<double>(), p = predictions.to_vector<double>();
    for (std::size_t i = 0; i < 2; ++i) {
        const auto row = [&](const Row& all) {
            return Row(all.begin() + static_cast<std::ptrdiff_t>(3 * i),
                       all.begin() + static_cast<std::ptrdiff_t>(3 * i + 3));
        };
        CHECK(got[i] == Approx(reference(row(t), row(p))).epsilon(1e-12));
    }
    check_gradients([&](const Tensor& x) { return loss(targets, x); }, predictions);
    REQUIRE_THROWS_AS(loss(zeros({2, 4}, f64), predictions), ShapeError);
}

// The mean of f over a row.
auto each_of(const std::function<double(double t, double p)>& f) {
    return [f](const Row& t, const Row& p) {
        double sum = 0;
        for (std::size_t i = 0; i < t.size(); ++i) sum += f(t[i], p[i]);
        return sum / static_cast<double>(t.size());
    };
}

}  // namespace

TEST_CASE("losses that average over the last axis", "[nn]") {
    check_rows(nn::mean_squared_logarithmic_error, each_of([](double t, double p) {
                   return std::pow(std::log1p(std::max(t, 1e-7)) - std::log1p(p), 2);
               }));
    const auto huber_of = [](double delta) {
        return each_of([=](double t, double p) {
            const double d = std::abs(t - p);
            return d <= delta ? d * d / 2 : delta * d - delta * delta / 2;
        });
    };
    check_rows(nn::huber, huber_of(1));
    check_rows(nn::Huber({.delta = 0.35}), huber_of(0.35));
    check_rows(nn::log_cosh,
               each_of([](double t, double p) { return std::log(std::cosh(p - t)); }));
    check_rows(nn::poisson, each_of([](double t, double p) { return p - t * std::log(p + 1e-7); }));
    check_rows(nn::hinge, each_of([](double t, double p) { return std::max(1 - t * p, 0.0); }));
    check_rows(nn::squared_hinge,
               each_of([](double t, double p) { return std::pow(std::max(1 - t * p, 0.0), 2); }));
    REQUIRE_THROWS_AS(nn::Huber({.delta = 0}), ValueError);
}

TEST_CASE("log_cosh doesn't overflow", "[nn]") {
    const Tensor far = nn::log_cosh(tensor({{-1000.0}, {1000.0}}), zeros({2, 1}));
    for (const double v : far.to_vector<double>()) CHECK(v == Approx(1000 - std::log(2)));
}

TEST_CASE("losses have their limits, and their slopes there", "[nn]") {
    const double infinity = std::numeric_limits<double>::infinity();
    struct Case {
        const nn::Loss* loss;
        double target, prediction, value, slope;
    };
    const std::vector<Case> cases{
        {&nn::huber, 0, infinity, infinity, 1},
        {&nn::huber, 0, -infinity, infinity, -1},
        {&nn::huber, 0, 1e200, 1e200, 1},
        {&nn::log_cosh, 0, infinity, infinity, 1},
        {&nn::log_cosh, 0, -infinity, infinity, -1},
        {&nn::mean_absolute_error, 0, -infinity, infinity, -1},
        {&nn::poisson, 2, infinity, infinity, 1},
        {&nn::poisson, 0, infinity, infinity, 1},
        {&nn::hinge, 1, infinity, 0, 0},
        {&nn::hinge, 1, -infinity, infinity, -1},
        {&nn::binary_crossentropy_from_logits, 0, -infinity, 0, 0},
        {&nn::binary_crossentropy_from_logits, 1, infinity, 0, 0},
        {&nn::binary_crossentropy_from_logits, 0, infinity, infinity, 1},
    };
    for (const Case& c : cases) {
        INFO(c.loss->name() << " of " << c.target << ", " << c.prediction);
        const Tensor t = tensor({{c.target}}, f64), p = tensor({{c.prediction}}, f64);
        const Tensor loss = sum((*c.loss)(t, p));
        CHECK(loss.item<double>() == c.value);
        CHECK(grad(loss, {p})[0].item<double>() == c.slope);
    }
    const Tensor t = tensor({{1, 0}}, f64), p = tensor({{infinity, 0}}, f64);
    CHECK(nn::categorical_hinge(t, p).item<double>() == 0);
}

TEST_CASE("log_cosh keeps small distances", "[nn]") {
    for (const DType dtype : {f32, f64}) {
        for (const double d : {0x1p-20, -0x1p-13, 0x1p-6}) {
            // d²/2 - d⁴/12 + …
            const double wanted = d * d / 2 - d * d * d * d / 12;
            const Tensor p = tensor({{d}}, f64).cast(dtype), t = zeros({1, 1}, dtype);
            const Tensor loss = sum(nn::log_cosh(t, p));
            CHECK(loss.item<double>() == Approx(wanted).epsilon(1e-6));
            CHECK(grad(loss, {p})[0].item<double>() == Approx(std::tanh(d)).epsilon(1e-6));
        }
    }
}

TEST_CASE("hinge losses take targets 0 and 1 as -1 and 1", "[nn]") {
    const Tensor p = tensor({{0.4, -0.3}}, f64);
    for (const nn::Loss* loss : {&nn::hinge, &nn::squared_hinge}) {
        const double signs = (*loss)(tensor({{1, -1}}, f64), p).item<double>();
        CHECK((*loss)(tensor({{1, 0}}, f64), p).item<double>() == signs);
        CHECK((*loss)(tensor({{1, 0}}, i64), p).item<double>() == signs);
    }
}

TEST_CASE("losses over whole rows", "[nn]") {
    check_rows(nn::kl_divergence, [](const Row& t, const Row& p) {
        double sum = 0;
        for (std::size_t i = 0; i < t.size(); ++i) {
            const double a = std::clamp(t[i], 1e-7, 1.0), b = std::clamp(p[i], 1e-7, 1.0);
            sum += a * std::log(a / b);
        }
        return sum;
    });
    const auto cosine = [](const Row& t, const Row& p) {
        double tp = 0, tt = 0, pp = 0;
        for (std::size_t i = 0; i < t.size(); ++i) {
            tp += t[i] * p[i];
            tt += t[i] * t[i];
            pp += p[i] * p[i];
        }
        return -tp / std::sqrt(tt * pp);
    };
    check_rows(nn::cosine_similarity, cosine);
    check_rows(nn::CosineSimilarity({.axis = 1}), cosine);
    check_rows(nn::categorical_hinge, [](const Row& t, const Row& p) {
        double right = 0, wrong = -1e9;
        for (std::size_t i = 0; i < t.size(); ++i) {
            right += t[i] * p[i];
            wrong = std::max(wrong, (1 - t[i]) * p[i]);
        }
        return std::max(wrong - right + 1, 0.0);
    });
}

TEST_CASE("losses with options have Keras's names and want targets like the predictions", "[nn]") {
    CHECK(nn::Huber({.delta = 2}).name() == "huber");
    CHECK(nn::CosineSimilarity().name() == "cosine_similarity");
    CHECK(nn::Huber().targets() == nn::Targets::like_predictions);
}

TEST_CASE("a loss brings targets into the form that it works on, and names itself", "[nn]") {
    const nn::Loss squares(
        [](const Tensor& t, const Tensor& p) { return nn::mean_per_sample(square(p - t)); }, "own",
        nn::Targets::like_predictions);
    const Tensor p = tensor({{1}, {2}}, f64);
    CHECK(squares(tensor({3, 2}, i64), p).to_vector<double>() == std::vector{4.0, 0.0});
    REQUIRE_THROWS_WITH(squares(zeros({3}, f64), p), contains("[own]"));

    const nn::Loss first_class([](const Tensor& t, const Tensor&) { return t.cast(f64); }, "first",
                               nn::Targets::class_indices);
    CHECK(first_class(tensor({{1}, {0}}, i64), zeros({2, 2}, f64)).shape() == Shape{2});
    REQUIRE_THROWS_AS(first_class(zeros({2}, f64), zeros({2, 2}, f64)), DTypeError);

    const nn::Loss as_given = [](const Tensor& t, const Tensor&) { return t; };
    CHECK(as_given.name() == "loss");
    CHECK(as_given(zeros({7}), p).shape() == Shape{7});
    REQUIRE_THROWS_WITH(nn::hinge(zeros({3}, f64), p), contains("[hinge]"));
}

TEST_CASE("distances average over the last axes", "[nn]") {
    const Tensor t = tensor({{{1, 2}, {3, 4}}, {{0, 0}, {0, 0}}}),
                 p = tensor({{{1, 1}, {1, 1}}, {{0, 0}, {0, -4}}});
    check_values(nn::mean_squared_error(t, p), {(0 + 1 + 4 + 9) / 4.0, 4});
    check_values(nn::mean_absolute_error(t, p), {6 / 4.0, 1});
}

TEST_CASE("targets take the predictions' shape and dtype, or are refused", "[nn]") {
    const Tensor p = tensor({{0.5}, {0.25}});
    check_values(nn::mean_squared_error(tensor({1, 0}).cast(i64), p), {0.25, 0.0625});
    check_values(nn::mean_squared_error(tensor({{1}, {0}}), flatten(p)), {0.25, 0.0625});
    REQUIRE_THROWS_AS(nn::mean_squared_error(tensor({1, 0, 0}), p), ShapeError);
    REQUIRE_THROWS_WITH(nn::categorical_crossentropy(tensor({0, 1}), tensor({{1, 2}, {3, 4}})),
                        contains("(2,)") && contains("(2, 2)") && contains("to_categorical"));
    REQUIRE_THROWS_AS(nn::sparse_categorical_crossentropy(tensor({{0, 1}}), tensor({{1, 2}})),
                      DTypeError);
    REQUIRE_THROWS_AS(
        nn::sparse_categorical_crossentropy(tensor({0, 1}).cast(i64), tensor({{1, 2}})),
        ShapeError);
    check_values(nn::sparse_categorical_crossentropy(tensor({{0}}).cast(i32), tensor({{0.5, 0.5}})),
                 {std::log(2)});
}

TEST_CASE("cosines of vectors of any length", "[nn]") {
    for (const double length : {1e-30, 1e-10, 1e-4, 1.0, 1e20, 1e38}) {
        INFO(length);
        const Tensor x = tensor({{length, 0.0}}), y = tensor({{0.6 * length, 0.8 * length}});
        CHECK(nn::cosine_similarity(x, x).item<double>() == Approx(-1));
        CHECK(nn::cosine_similarity(x, y).item<double>() == Approx(-0.6));
        CHECK(nn::cosine_similarity(y, tensor({{1.0, 0.0}})).item<double>() == Approx(-0.6));
        // d cos/dx of (1, 0) with (.6, .8) is (0, .8), divided by the length.
        const Tensor g = grad([&](const Tensor& t) { return sum(nn::cosine_similarity(y, t)); })(x);
        CHECK(g.to_vector<double>()[0] * length == Approx(0).margin(1e-6));
        if (length < 1e37) CHECK(g.to_vector<double>()[1] * length == Approx(-0.8));
    }
    CHECK(nn::cosine_similarity(zeros({1, 2}), ones({1, 2})).item<double>() == 0);
    CHECK(grad([](const Tensor& t) {
              return sum(nn::cosine_similarity(ones({1, 2}), t));
          })(zeros({1, 2}))
              .to_vector<double>() == std::vector<double>{0, 0});
}

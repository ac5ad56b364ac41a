// Labels, class weights and shapes that would be taken for something else.
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/losses/detail/paired_targets.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using shikumi_test::contains;
using shikumi_test::numbers;

namespace {

// Outputs are uniform: each class of `outputs` gets 1/outputs, a single output 1/2.
nn::Sequential uniform(Index outputs, const Shape& input) {
    return nn::Sequential{
        nn::Dense(outputs, {.activation = outputs == 1 ? nn::sigmoid : nn::softmax,
                            .kernel_initializer = nn::zeros_init(),
                            .input_shape = input})};
}

double weighted(nn::Sequential m, const nn::Loss& loss, const Tensor& y,
                std::map<int, double> weights, const Tensor& x) {
    m.compile({.optimizer = optim::SGD({.learning_rate = 0}), .loss = loss});
    return m.fit(x, y, {.verbose = 0, .class_weight = std::move(weights)}).history.at("loss")[0];
}

const std::map<int, double> one_and_ten{{0, 1}, {1, 10}};

}  // namespace

TEST_CASE("class_weight weighs classes, or is refused by its name", "[nn]") {
    const double mean = 5.5 * std::log(2);
    const Tensor two = ones({2, 1});
    const auto refused = [](auto&& f) { REQUIRE_THROWS_WITH(f(), contains("class_weight")); };
    const auto own = nn::Loss([](const Tensor& t, const Tensor& p) {
        return nn::mean_per_sample(-log(p)) + 0 * nn::mean_per_sample(t.cast(f32));
    });
    // One number a sample.
    for (const Tensor& y : {tensor({0, 1}, i64), tensor({{0}, {1}}, i64), tensor({0, 1}, i32)})
        CHECK(weighted(uniform(2, {1}), nn::sparse_categorical_crossentropy, y, one_and_ten, two) ==
              Approx(mean));
    CHECK(weighted(uniform(1, {1}), nn::binary_crossentropy, tensor({0.F, 1.F}), one_and_ten,
                   two) == Approx(mean));
    for (const Tensor& y : {tensor({{0}, {1}}, i32), tensor({0, 1}, i64), tensor({{0}, {1}}, u8),
                            tensor({{0.0}, {1.0}}, f64)})
        CHECK(weighted(uniform(1, {1}), own, y, one_and_ten, two) == Approx(mean));
    CHECK(weighted(uniform(1, {1}), nn::mean_squared_error, tensor({0.F, 2.F}), {{2, 4}}, two) ==
          Approx((0.25 + 4 * 2.25) / 2));  // class 2, not "more than a half"
    // One row a sample.
    CHECK(weighted(uniform(2, {1}), nn::categorical_crossentropy, tensor({{1, 0}, {0, 1}}, i64),
                   one_and_ten, two) == Approx(mean));
    CHECK(weighted(uniform(2, {1}), own, tensor({{1.F, 0.F}, {0.F, 1.F}}), one_and_ten, two) ==
          Approx(mean));

    const Tensor steps = ones({2, 2, 1}), classes = tensor({{0, 1}, {0, 1}}, i64);
    refused([&] {
        weighted(uniform(2, {2, 1}), nn::sparse_categorical_crossentropy, classes, one_and_ten,
                 steps);
    });
    refused([&] { weighted(uniform(2, {2, 1}), own, classes, one_and_ten, steps); });
    refused([&] { weighted(uniform(2, {1}), own, classes, one_and_ten, two); });
    refused([&] { weighted(uniform(2, {1}), nn::binary_crossentropy, classes, one_and_ten, two); });
    refused([&] {
        weighted(uniform(2, {1}), nn::categorical_crossentropy, tensor({{.5F, .5F}, {0.F, 1.F}}),
                 one_and_ten, two);
    });
    refused([&] {
        weighted(uniform(2, {1}), nn::categorical_crossentropy, tensor({{0.F, 0.F}, {0.F, 1.F}}),
                 one_and_ten, two);
    });
    refused([&] {
        weighted(uniform(1, {1}), nn::mean_squared_error, tensor({0.5F, 1.F}), one_and_ten, two);
    });
    refused([&] { weighted(uniform(1, {1}), nn::hinge, tensor({-1.F, 1.F}), one_and_ten, two); });
    // No class 1 modulo 2³².
    refused([&] {
        weighted(uniform(1, {1}), own, tensor({0, (std::int64_t{1} << 32) + 1}, i64), {{1, 10}},
                 two);
    });
}

TEST_CASE("a label is a class, wherever it enters", "[nn]") {
    const Tensor p = tensor({{0.25F, 0.75F}, {0.5F, 0.5F}}), logits = log(p);
    for (const std::int64_t wrong : {-1, 2, -2, 100}) {
        INFO(wrong);
        const Tensor y = tensor({std::int64_t{0}, wrong}, i64);
        CHECK_THROWS_AS(numbers(nn::sparse_categorical_crossentropy(y, p)), ValueError);
        CHECK_THROWS_AS(numbers(nn::sparse_categorical_crossentropy(y, softmax(logits))),
                        ValueError);
        CHECK_THROWS_AS(numbers(nn::sparse_categorical_crossentropy_from_logits(y, logits)),
                        ValueError);
        CHECK_THROWS_AS(numbers(nn::sparse_categorical_accuracy(y, p)), ValueError);
        CHECK_THROWS_AS(numbers(nn::accuracy(y, p)), ValueError);
        CHECK_THROWS_AS(numbers(one_hot(y, 2)), ValueError);
        CHECK_THROWS_AS(numbers(cross_entropy_each(logits, y)), ValueError);
        CHECK_THROWS_AS(numbers(nn::Embedding(2, 1)(reshape(y, {1, 2}))), ValueError);
        CHECK_THROWS_AS(numbers(nn::accuracy(y, tensor({0.25F, 0.75F}))), ValueError);
        CHECK_THROWS_AS(numbers(nn::binary_accuracy(reshape(y, {2, 1}), ones({2, 1}))), ValueError);
    }
    REQUIRE_THROWS_WITH(numbers(nn::sparse_categorical_crossentropy(tensor({-1, 0}, i64), p)),
                        contains("[sparse_categorical_crossentropy]") && contains("-1"));
    REQUIRE_THROWS_WITH(numbers(nn::sparse_categorical_accuracy(tensor({-1, 0}, i64), p)),
                        contains("[sparse_categorical_accuracy]"));
    for (const double wrong : {0.5, 1.25, -0.5}) {
        CHECK_THROWS_AS(numbers(nn::Embedding(3, 1)(full({1, 1}, wrong))), ValueError);
        CHECK_THROWS_AS(numbers(nn::binary_accuracy(full({2}, wrong), full({2}, 0.4))), ValueError);
    }
    CHECK_THROWS_AS(nn::sparse_categorical_crossentropy(tensor({0.F, 1.F}), p), DTypeError);
    CHECK_THROWS_AS(nn::sparse_categorical_accuracy(tensor({0.F, 1.F}), p), DTypeError);
    CHECK(numbers(nn::Embedding(3, 1)(tensor({{2.0}}, f64))).size() == 1);
}

TEST_CASE("one column is no choice between classes", "[nn]") {
    const Tensor p = tensor({{0.25F}, {0.5F}}), rows = ones({2, 1}), labels = zeros({2}, i64);
    CHECK_THROWS_AS(nn::categorical_crossentropy(rows, p), ShapeError);
    CHECK_THROWS_AS(nn::categorical_crossentropy_from_logits(rows, p), ShapeError);
    CHECK_THROWS_AS(nn::categorical_hinge(rows, p), ShapeError);
    CHECK_THROWS_AS(nn::sparse_categorical_crossentropy(labels, p), ShapeError);
    CHECK_THROWS_AS(nn::sparse_categorical_crossentropy_from_logits(labels, p), ShapeError);
    CHECK_THROWS_AS(nn::categorical_accuracy(rows, p), ShapeError);
    CHECK_THROWS_AS(nn::sparse_categorical_accuracy(labels, p), ShapeError);
    nn::Sequential m = uniform(1, {1});
    m.compile({.loss = nn::categorical_crossentropy});
    REQUIRE_THROWS_WITH(m.fit(ones({2, 1}), rows, {.verbose = 0}),
                        contains("[categorical_crossentropy]") && contains("(2, 1)"));
    m.compile({.loss = nn::sparse_categorical_crossentropy});
    CHECK_THROWS_AS(m.fit(ones({2, 1}), labels, {.verbose = 0}), ShapeError);
}

TEST_CASE("functions of one's own meet targets and predictions in pairs", "[nn]") {
    const Tensor x = tensor({{0.F}, {1.F}, {2.F}});
    const auto square_error = [](const Tensor& t, const Tensor& p) {
        return mean(square(t - p), 1);
    };
    const auto squeezing = [](const Tensor& t, const Tensor& p) {
        return square(t - squeeze(p, 1));
    };
    const auto per_sample = [](const Tensor& t, const Tensor& p) {
        return nn::mean_per_sample(abs(t - squeeze(p, 1)));
    };
    const auto loss_of = [&](nn::Loss loss, const Tensor& y, nn::Metrics metrics = {}) {
        nn::Sequential m{nn::Dense(1, {.kernel_initializer = nn::ones_init(), .input_dim = 1})};
        m.compile({.loss = std::move(loss), .metrics = std::move(metrics)});
        return m.evaluate(x, y);
    };
    const Tensor y = tensor({0.F, 1.F, 2.F}), off = tensor({1.F, 2.F, 3.F});
    CHECK(loss_of(square_error, y)["loss"] == 0);
    CHECK(loss_of(square_error, off)["loss"] == 1);
    CHECK(loss_of(square_error, reshape(off, {3, 1}))["loss"] == 1);
    CHECK(loss_of(squeezing, off)["loss"] == 1);  // brings them together itself
    CHECK(loss_of(per_sample, off)["loss"] == 1);
    CHECK(loss_of(nn::mean_squared_error, y, {{"own", square_error}})["own"] == 0);
    CHECK(loss_of(nn::mean_squared_error, off, {{"own", per_sample}})["own"] == 1);
    // By hand, and the other way round.
    CHECK(numbers(nn::Loss(square_error)(y, x)) == std::vector<double>{0, 0, 0});
    CHECK(numbers(nn::Loss(squeezing)(y, x)) == std::vector<double>{0, 0, 0});
    const auto mixed = [](const Tensor& t, const Tensor& p) { return nn::mean_per_sample(t - p); };
    CHECK(numbers(nn::Loss(mixed)(x, y)) == std::vector<double>{0, 0, 0});
    // As many steps as samples, with and without a mask.
    const Tensor steps = reshape(arange(4).cast(f32), {2, 2, 1});
    for (const bool with_mask : {false, true}) {
        nn::Sequential m;
        m.add(nn::Input({2, 1}));
        if (with_mask) m.add(nn::Masking(-1));
        m.add(nn::Dense(1, {.kernel_initializer = nn::ones_init()}));
        m.compile({.loss = nn::Loss([](const Tensor& t, const Tensor& p) {
                       return nn::mean_per_sample(square(t - p));
                   }),
                   .metrics = {{"own", [](const Tensor& t, const Tensor& p) {
                                    return nn::mean_per_sample(abs(t - p));
                                }}}});
        const nn::Logs logs = m.evaluate(steps, reshape(steps, {2, 2}) + 2);
        CHECK(logs["loss"] == Approx(4));
        CHECK(logs["own"] == Approx(2));
    }
    // Without targets in it.
    CHECK(loss_of([](const Tensor&, const Tensor& p) { return nn::mean_per_sample(p); },
                  y)["loss"] == 1);
    CHECK(nn::detail::differ_by_a_column({2}, {2, 1}));
    CHECK(nn::detail::differ_by_a_column({2, 3, 1}, {2, 3}));
    CHECK_FALSE(nn::detail::differ_by_a_column({2}, {2, 2}));
    CHECK_FALSE(nn::detail::differ_by_a_column({}, {1}));
    CHECK_FALSE(nn::detail::differ_by_a_column({2, 1}, {2, 1}));
}

TEST_CASE("weights of samples are one number each", "[nn]") {
    nn::Sequential m{nn::Dense(1, {.input_dim = 1})};
    m.compile({.loss = nn::mean_squared_error});
    const Tensor x = ones({3, 1});
    for (const Shape& right : {Shape{3}, Shape{3, 1}})
        CHECK_NOTHROW(m.train_step({{x}, {x}, ones(right)}));
    for (const Shape& wrong : {Shape{1}, Shape{2}, Shape{1, 3}, Shape{}})
        CHECK_THROWS_AS(m.test_step({{x}, {x}, ones(wrong)}), ShapeError);
}

TEST_CASE("errors about validation data say so", "[nn]") {
    nn::Sequential m = uniform(2, {1});
    m.compile({.loss = nn::sparse_categorical_crossentropy});
    const Tensor x = ones({4, 1}), y = zeros({4}, i64);
    const auto validate = [&](const Tensor& vx, const Tensor& vy) {
        m.fit(x, y,
              {.verbose = 0, .validation_data = std::pair{nn::TensorList(vx), nn::TensorList(vy)}});
    };
    REQUIRE_THROWS_WITH(validate(ones({3, 1}), zeros({2}, i64)),
                        contains("validation") && contains("3") && contains("2"));
    REQUIRE_THROWS_WITH(validate(ones({2, 1}), full({2}, 5, i64)), contains("validation"));
    REQUIRE_THROWS_WITH(validate(ones({2, 7}), zeros({2}, i64)), contains("validation"));
    REQUIRE_THROWS_WITH(validate(ones({0, 1}), zeros({0}, i64)), contains("validation"));
    REQUIRE_THROWS_WITH(validate(ones({2, 1}, f64), zeros({2}, i64)), contains("validation"));
    CHECK_NOTHROW(validate(ones({2, 1}), zeros({2}, i64)));
}

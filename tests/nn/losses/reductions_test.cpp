// From values to one number: reductions, weights, masks, values that don't count.
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using nn::Reduction;
using shikumi_test::check_values;
using shikumi_test::contains;

namespace {

// Distances (N, T) = {{1, 2}, {3, 6}} from zeros.
const Tensor wanted = zeros({2, 2, 1}, f64);
const Tensor predicted = tensor({{{1}, {2}}, {{3}, {6}}}, f64);
const Tensor mask = tensor({{1, 1}, {1, 0}}, bool_);

double reduced(const nn::Loss& loss, Reduction how, const Tensor& weights = {},
               const Tensor& shown = {}) {
    return loss.with(how).reduced(wanted, predicted, weights, shown).item<double>();
}

}  // namespace

TEST_CASE("a loss has a value for each step", "[nn]") {
    const nn::Loss& loss = nn::mean_absolute_error;
    CHECK(loss.values(wanted, predicted).shape() == Shape{2, 2});
    check_values(loss.values(wanted, predicted), {1, 2, 3, 6});
    check_values(loss(wanted, predicted), {1.5, 4.5});
    check_values(loss.with(Reduction::none).reduced(wanted, predicted), {1, 2, 3, 6});
}

TEST_CASE("reductions with and without weights", "[nn]") {
    const nn::Loss& loss = nn::mean_absolute_error;
    CHECK(reduced(loss, Reduction::sum_over_batch_size) == 3);
    CHECK(reduced(loss, Reduction::sum) == 12);
    CHECK(reduced(loss, Reduction::mean_with_sample_weight) == 3);
    const Tensor steps = tensor({{1, 0}, {2, 1}}, f64);
    CHECK(reduced(loss, Reduction::sum, steps) == 13);
    CHECK(reduced(loss, Reduction::sum_over_batch_size, steps) == 13.0 / 4);
    CHECK(reduced(loss, Reduction::mean_with_sample_weight, steps) == 13.0 / 4);
    CHECK(reduced(loss, Reduction::sum, tensor({{2}, {1}}, f64)) == 15);
    CHECK(reduced(loss, Reduction::sum, scalar(2)) == 24);
    CHECK(reduced(loss, Reduction::mean_with_sample_weight, zeros({2, 2})) == 0);
}

TEST_CASE("weights of samples are none of the steps", "[nn]") {
    const nn::Loss& loss = nn::mean_absolute_error;
    REQUIRE_THROWS_WITH(reduced(loss, Reduction::sum, ones({2})),
                        contains("[mean_absolute_error]") && contains("(2,)") &&
                            contains("(2, 1)") && contains("(2, 2)"));
    REQUIRE_THROWS_AS(reduced(loss, Reduction::sum, ones({2, 3})), ShapeError);
    REQUIRE_THROWS_AS(reduced(loss, Reduction::sum, {}, ones({2, 3}, bool_)), ShapeError);
    const Tensor one = nn::MeanAbsoluteError({.reduction = Reduction::sum})
                           .reduced(zeros({2, 1}), ones({2, 1}), tensor({{1.F}, {3.F}}));
    CHECK(one.item<double>() == 4);
}

TEST_CASE("masked steps count nowhere", "[nn]") {
    const nn::Loss own([](const Tensor& t, const Tensor& p) {
        return nn::mean_per_sample(abs(p - t));  // (N,): asked for each step under a mask
    });
    for (const nn::Loss& loss : {nn::mean_absolute_error, own}) {
        INFO(loss.name());
        CHECK(reduced(loss, Reduction::sum_over_batch_size, {}, mask) == Approx(2));
        CHECK(reduced(loss, Reduction::sum, {}, mask) == 6);
        const Tensor weights = tensor({{1, 0}, {2, 5}}, f64);
        CHECK(reduced(loss, Reduction::sum_over_batch_size, weights, mask) == Approx(7.0 / 3));
        CHECK(reduced(loss, Reduction::mean_with_sample_weight, weights, mask) == Approx(7.0 / 3));
        CHECK(reduced(loss, Reduction::sum_over_batch_size, {}, zeros({2, 2}, bool_)) == 0);
    }
}

TEST_CASE("an ignored class counts nowhere", "[nn]") {
    const Tensor p = tensor({{0.5, 0.25, 0.25}, {0.1, 0.1, 0.8}, {0.2, 0.2, 0.6}}, f64);
    const Tensor labels = tensor({0, -1, 2}, i64);
    const nn::Loss loss = nn::SparseCategoricalCrossentropy({.ignore_class = -1});
    check_values(loss.values(labels, p), {-std::log(0.5), 0, -std::log(0.6)});
    const Tensor mean = loss.reduced(labels, p);
    CHECK(mean.item<double>() == Approx((-std::log(0.5) - std::log(0.6)) / 2));
    check_values(slice(grad(mean, {p})[0], 0, {1, 2}), {0, 0, 0});
    nn::RunningMetric metric{nn::Metric(loss)};
    metric.update(labels, p);
    CHECK(metric.result().item<double>() == Approx((-std::log(0.5) - std::log(0.6)) / 2));
    REQUIRE_THROWS_AS(shikumi_test::numbers(nn::SparseCategoricalCrossentropy().values(labels, p)),
                      ValueError);
    // In a training, too, where labels are checked before it begins.
    nn::Sequential m{nn::Dense(3, {.activation = nn::softmax, .input_shape = {3}})};
    m.compile({.optimizer = optim::SGD({.learning_rate = 0}), .loss = loss});
    CHECK(std::isfinite(m.fit(p.cast(f32), labels, {.verbose = 0}).history.at("loss")[0]));
}

TEST_CASE("classes may lie along any axis", "[nn]") {
    const Tensor p = tensor({{{0.5, 0.25}, {0.5, 0.75}}}, f64), t = tensor({{{1, 0}, {0, 1}}}, f64);
    const nn::Loss loss = nn::CategoricalCrossentropy({.axis = 1});
    check_values(loss.values(t, p), {-std::log(0.5), -std::log(0.75)});
    const nn::Loss sparse = nn::SparseCategoricalCrossentropy({.axis = 1});
    check_values(sparse.values(tensor({{0, 1}}, i64), p), {-std::log(0.5), -std::log(0.75)});
    REQUIRE_THROWS_AS(nn::CategoricalCrossentropy({.axis = 0}).values(t, p), ShapeError);
    REQUIRE_THROWS_AS(nn::CategoricalCrossentropy({.axis = 3}).values(t, p), ShapeError);
}

TEST_CASE("label smoothing spreads a share over the classes", "[nn]") {
    const Tensor p = tensor({{0.5, 0.25, 0.25}}, f64), t = tensor({{1, 0, 0}}, f64);
    const double a = 0.3;
    check_values(nn::CategoricalCrossentropy({.label_smoothing = a}).values(t, p),
                 {-(1 - a + a / 3) * std::log(0.5) - 2 * a / 3 * std::log(0.25)});
    check_values(nn::BinaryCrossentropy({.label_smoothing = a})
                     .values(tensor({{1}}, f64), full({1, 1}, 0.25)),
                 {-(1 - a / 2) * std::log(0.25) - a / 2 * std::log(0.75)}, 1e-6);
    REQUIRE_THROWS_AS(nn::BinaryCrossentropy({.label_smoothing = 1.5}), ValueError);
    REQUIRE_THROWS_AS(nn::CategoricalCrossentropy({.label_smoothing = -0.1}), ValueError);
}

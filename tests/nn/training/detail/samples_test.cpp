// Samples and their batches.
#include <limits>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>
#include <shikumi/nn/training/detail/samples.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using nn::detail::Batches;
using nn::detail::checked_samples;
using nn::detail::fit_samples;
using nn::detail::Samples;
using shikumi_test::contains;
using shikumi_test::numbers;

namespace {

Samples five() {
    return {{tensor({0, 1, 2, 3, 4}).array()}, {tensor({0, 10, 20, 30, 40}).array()}, {}, {}};
}

nn::Sequential classifier() {
    return nn::Sequential{nn::Dense(2, {.activation = nn::softmax, .input_dim = 1})};
}

}  // namespace

TEST_CASE("batches take the rows in order", "[nn]") {
    Samples samples = five();
    samples.rows = {4, 0, 3};
    samples.weights = {tensor({1, 2, 3, 4, 5}).array()};
    Batches batches(samples, 2);
    CHECK(batches.count() == 2);
    for (int round = 0; round < 2; ++round) {
        REQUIRE(batches.next());
        CHECK(numbers(batches.batch().x[0]) == std::vector<double>{4, 0});
        CHECK(numbers(batches.batch().y[0]) == std::vector<double>{40, 0});
        CHECK(numbers(batches.batch().weights_of(0)) == std::vector<double>{5, 1});
        REQUIRE(batches.next());
        CHECK(batches.batch().size() == 1);
        CHECK(numbers(batches.batch().x[0]) == std::vector<double>{3});
        CHECK_FALSE(batches.next());
        batches.restart();
    }
}

TEST_CASE("a batch names the sample with NaN or infinity", "[nn]") {
    Samples samples = five();
    samples.y = {tensor({0.0, 1.0, 2.0, std::numeric_limits<double>::infinity(), 4.0}).array()};
    samples.rows = {2, 1, 0, 4, 3};
    Batches batches(samples, 2);
    batches.next();
    CHECK_NOTHROW(batches.check_finite());
    batches.next();
    batches.next();
    REQUIRE_THROWS_WITH(batches.check_finite(), contains("y holds NaN or infinity in sample 3"));
}

TEST_CASE("fit holds out the last samples and weights classes", "[nn]") {
    nn::Sequential model = classifier();
    const nn::CompileOptions how{.loss = nn::sparse_categorical_crossentropy};
    const Tensor x = reshape(arange(5).cast(f32), {5, 1}), y = tensor({0, 1, 1, 0, 1}, i64);
    const auto samples =
        fit_samples(model, &how, x, y, {.validation_split = 0.3, .class_weight = {{1, 0.5}}});
    CHECK(samples.training.rows == std::vector<Index>{0, 1, 2});
    REQUIRE(samples.training.weights.size() == 1);
    CHECK(numbers(Tensor(*samples.training.weights[0])) ==
          std::vector<double>{1, 0.5, 0.5, 1, 0.5});
    REQUIRE(samples.validation);
    CHECK(samples.validation->rows == std::vector<Index>{3, 4});
    CHECK(samples.validation->weights.empty());

    const auto given = fit_samples(model, &how, x, y, {.validation_data = std::pair(x, y)});
    CHECK(given.training.rows.size() == 5);
    CHECK(given.validation->rows.size() == 5);
    REQUIRE_THROWS_WITH(checked_samples("here", model, &how, x, tensor({0, 1, 2, 0, 1}, i64)),
                        contains("[here]") && contains("label 2 of sample 2"));
    CHECK(checked_samples("here", model, nullptr, x, std::vector<Tensor>{}).y.empty());
}

TEST_CASE("sample weights are those of the samples or of the steps of sequences", "[nn]") {
    nn::Sequential model = classifier();
    const nn::CompileOptions how{.loss = nn::sparse_categorical_crossentropy};
    const Tensor x = reshape(arange(5).cast(f32), {5, 1}), y = tensor({0, 1, 1, 0, 1}, i64);
    const auto refused = [&](const Tensor& weights, const char* why) {
        REQUIRE_THROWS_WITH(checked_samples("fit", model, &how, x, y, weights), contains(why));
    };
    CHECK(checked_samples("fit", model, &how, x, y, ones({5, 1})).weights.size() == 1);
    refused(ones({4}), "is (5,), got (4,)");
    refused(ones({5, 2}), "fits neither the samples nor the steps");
    refused(full({5}, std::numeric_limits<double>::quiet_NaN()), "NaN or infinity for sample 0");
    REQUIRE_THROWS_WITH(checked_samples("fit", model, &how, x, y, {ones({5}), ones({5})}),
                        contains("2 sample_weights for the 1 outputs"));

    nn::Sequential steps{nn::Dense(2, {.activation = nn::softmax, .input_shape = {3, 1}})};
    const Tensor sequences = ones({4, 3, 1}), labels = zeros({4, 3}, i64);
    REQUIRE_THROWS_WITH(checked_samples("fit", steps, &how, sequences, labels, ones({4})),
                        contains("(4, 1) for samples or (4, 3) for steps"));
    CHECK_NOTHROW(checked_samples("fit", steps, &how, sequences, labels, ones({4, 3})));
}

TEST_CASE("class weights belong to classes that are there", "[nn]") {
    nn::Sequential model = classifier();
    const nn::CompileOptions how{.loss = nn::sparse_categorical_crossentropy};
    const Tensor x = reshape(arange(5).cast(f32), {5, 1}), y = tensor({0, 1, 1, 0, 1}, i64);
    REQUIRE_THROWS_WITH(fit_samples(model, &how, x, y, {.class_weight = {{2, 1.0}}}),
                        contains("names class 2, the classes are 0 to 1"));
    REQUIRE_THROWS_WITH(
        fit_samples(model, &how, x, y, {.class_weight = {{1, 2.0}}, .sample_weight = ones({5})}),
        contains("class_weight and sample_weight"));
}

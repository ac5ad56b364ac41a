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
    samples.weights = tensor({1, 2, 3, 4, 5}).array();
    Batches batches(samples, 2);
    CHECK(batches.count() == 2);
    for (int round = 0; round < 2; ++round) {
        REQUIRE(batches.next());
        CHECK(numbers(batches.batch().x[0]) == std::vector<double>{4, 0});
        CHECK(numbers(batches.batch().y[0]) == std::vector<double>{40, 0});
        CHECK(numbers(batches.batch().weights) == std::vector<double>{5, 1});
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
    REQUIRE(samples.training.weights);
    CHECK(numbers(Tensor(*samples.training.weights)) == std::vector<double>{1, 0.5, 0.5, 1, 0.5});
    REQUIRE(samples.validation);
    CHECK(samples.validation->rows == std::vector<Index>{3, 4});
    CHECK_FALSE(samples.validation->weights);

    const auto given = fit_samples(model, &how, x, y, {.validation_data = std::pair(x, y)});
    CHECK(given.training.rows.size() == 5);
    CHECK(given.validation->rows.size() == 5);
    REQUIRE_THROWS_WITH(checked_samples("here", model, &how, x, tensor({0, 1, 2, 0, 1}, i64)),
                        contains("[here]") && contains("label 2 of sample 2"));
    CHECK(checked_samples("here", model, nullptr, x, std::vector<Tensor>{}).y.empty());
}

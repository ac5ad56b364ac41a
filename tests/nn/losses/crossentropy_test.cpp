// Compares cross-entropies with formulas, also after softmax and sigmoid.
#include <cmath>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using shikumi_test::check_values;
using shikumi_test::contains;

TEST_CASE("categorical cross-entropy normalises, clips and sums", "[nn]") {
    const Tensor t = tensor({{0, 1, 0}, {0.5, 0.5, 0}}, f64);
    const Tensor p = tensor({{1, 2, 1}, {0.2, 0.3, 0.5}}, f64);  // the first row sums to 4
    check_values(nn::categorical_crossentropy(t, p),
                 {-std::log(0.5), -0.5 * std::log(0.2) - 0.5 * std::log(0.3)}, 1e-12);
    // The loss of an entirely wrong sample is clipped to -log 1e-7; its gradient is zero.
    const Tensor wrong = tensor({{1, 0}}, f64), sure = tensor({{0, 1}}, f64);
    check_values(nn::categorical_crossentropy(wrong, sure), {-std::log(1e-7)}, 1e-9);
    check_values(
        grad([&](const Tensor& q) { return sum(nn::categorical_crossentropy(wrong, q)); })(sure),
        {0, 0});
}

TEST_CASE("a loss looks through a softmax, looked at or not", "[nn]") {
    const Tensor x = tensor({{0.0, 200.0}}, f64), t = tensor({{1, 0}}, f64);
    check_values(nn::categorical_crossentropy(t, softmax(x)), {200}, 1e-9);
    check_values(nn::sparse_categorical_crossentropy(tensor({0}).cast(i64), softmax(x)), {200},
                 1e-9);
    check_values(nn::binary_crossentropy(tensor({{0}}, f64), sigmoid(tensor({{50.0}}, f64))), {50},
                 1e-9);
    const Tensor seen = softmax(x);
    evaluate(seen);
    check_values(nn::categorical_crossentropy(t, seen), {200}, 1e-9);
    // An array has no softmax to look through.
    CHECK(nn::categorical_crossentropy(t, Tensor(seen.array())).item<double>() < 17);
}

TEST_CASE("losses from logits and from probabilities agree", "[nn]") {
    const Tensor x = tensor({{0.3, -1, 2}, {1, 1, 0}}, f64);
    const Tensor p = Tensor(softmax(x).array()), s = Tensor(sigmoid(x).array());
    const Tensor t = tensor({{0.2, 0.5, 0.3}, {0, 0, 1}}, f64), labels = tensor({2, 0}).cast(i64);
    const auto same = [](const Tensor& a, const Tensor& b) {
        check_values(a, b.to_vector<double>(), 1e-12);
    };
    same(nn::categorical_crossentropy(t, p), nn::categorical_crossentropy_from_logits(t, x));
    same(nn::sparse_categorical_crossentropy(labels, p),
         nn::sparse_categorical_crossentropy_from_logits(labels, x));
    same(nn::binary_crossentropy(t, s), nn::binary_crossentropy_from_logits(t, x));
    same(nn::categorical_crossentropy(t, p), nn::CategoricalCrossentropy()(t, p));
    CHECK(nn::CategoricalCrossentropy({.from_logits = true}).from_logits());
    CHECK(nn::BinaryCrossentropy({.from_logits = true}).from_logits());
    CHECK(nn::SparseCategoricalCrossentropy({.from_logits = true}).targets() ==
          nn::Targets::class_indices);
}

TEST_CASE("a second softmax is refused", "[nn]") {
    const Tensor x = tensor({{0.3, -1, 2}}), t = tensor({{0, 0, 1}});
    REQUIRE_THROWS_AS(nn::categorical_crossentropy_from_logits(t, softmax(x)), ValueError);
    REQUIRE_THROWS_AS(
        nn::sparse_categorical_crossentropy_from_logits(tensor({0}).cast(i64), softmax(x)),
        ValueError);
    REQUIRE_THROWS_WITH(nn::binary_crossentropy_from_logits(t, sigmoid(x)),
                        contains("leave it out"));
}

// Attention: scores, masks, heads.
#include <cmath>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/difference.hpp"

using namespace shikumi;
using nn::Mode;
using shikumi_test::contains;
using shikumi_test::difference;

namespace {

Tensor normal(const Shape& shape, std::uint64_t seed = 3) {
    Generator rng(seed);
    return random_normal(shape, rng, 0, 1, f64);
}

}  // namespace

TEST_CASE("scaled_dot_product_attention mixes values", "[nn]") {
    const Tensor q = normal({2, 3, 4}), k = normal({2, 5, 4}, 4), v = normal({2, 5, 6}, 5);
    const Tensor expected = matmul(softmax(matmul(q, transpose(k, {0, 2, 1})) / 2), v);
    CHECK(difference(nn::scaled_dot_product_attention(q, k, v), expected) < 1e-12);
    CHECK(difference(nn::scaled_dot_product_attention(q * 0.5, k, v, {.scale = 1.0}), expected) <
          1e-12);
    const auto f = [](const std::vector<Tensor>& in) {
        return nn::scaled_dot_product_attention(in[0], in[1], in[2], {.causal = true});
    };
    check_gradients(FunctionOfMany(f), {q, k, v});
    REQUIRE_THROWS_AS(nn::scaled_dot_product_attention(q, v, v), ShapeError);
    REQUIRE_THROWS_AS(nn::scaled_dot_product_attention(q, k, q), ShapeError);
    REQUIRE_THROWS_AS(nn::scaled_dot_product_attention(q, k, v, {.mask = ones({3, 5})}),
                      DTypeError);
}

TEST_CASE("a masked key has weight 0, and a query without keys gives 0", "[nn]") {
    const Tensor q = normal({1, 3, 4}), k = normal({1, 2, 4}, 4), v = normal({1, 2, 5}, 5);
    const Tensor mask = tensor({{1, 0}, {0, 0}, {1, 1}}, bool_);
    for (const DType dtype : {f32, f64}) {
        const Tensor y = nn::scaled_dot_product_attention(q.cast(dtype), k.cast(dtype),
                                                          v.cast(dtype), {.mask = mask});
        CHECK(difference(slice(y, 1, {0, 1}), slice(v.cast(dtype), 1, {0, 1})) < 1e-6);
        CHECK(max(abs(slice(y, 1, {1, 2}))).item<double>() == 0);
    }
    const auto f = [&](const Tensor& x) {
        return nn::scaled_dot_product_attention(x, k, v, {.mask = mask});
    };
    const Tensor gradient = vjp(f, q, ones({1, 3, 5}, f64)).second;
    CHECK(all(isfinite(gradient)).item<bool>());
    // The first query sees the first key only.
    const Tensor causal = nn::scaled_dot_product_attention(q, k, v, {.causal = true});
    CHECK(difference(slice(causal, 1, {0, 1}), slice(v, 1, {0, 1})) < 1e-12);
}

TEST_CASE("Attention takes query, value, key and a mask", "[nn]") {
    nn::Attention attention({.dtype = f64});
    const Tensor q = normal({2, 3, 4}), v = normal({2, 5, 4}, 4), k = normal({2, 5, 4}, 5);
    const auto plain = [](const Tensor& a, const Tensor& b, const Tensor& c) {
        return nn::scaled_dot_product_attention(a, b, c, {.scale = 1.0});
    };
    CHECK(difference(attention({q, v}).front(), plain(q, v, v)) < 1e-12);
    CHECK(difference(attention({q, v, k}).front(), plain(q, k, v)) < 1e-12);
    CHECK(difference(attention(q), plain(q, q, q)) < 1e-12);
    const Tensor nothing = zeros({2, 3, 5}, bool_);
    CHECK(max(abs(attention({q, v, nothing}).front())).item<double>() == 0);

    REQUIRE_THROWS_WITH(attention({q, v, zeros({2, 5, 3}, bool_)}), contains("mask"));
    REQUIRE_THROWS_AS(attention({q, normal({3, 5, 4})}), ShapeError);
    REQUIRE_THROWS_AS(attention({q, normal({2, 5, 3})}), ShapeError);
    nn::check_layer(nn::Attention({.use_scale = true}), {2, 3, 2});
    nn::check_layer(nn::Attention({.use_scale = true, .score_mode = nn::Score::concat}), {2, 3, 2});
    nn::check_layer(nn::Attention({.dropout = 0.3, .use_causal_mask = true}), {2, 3, 2});
}

TEST_CASE("masks of values hide steps", "[nn]") {
    nn::Embedding words(5, 4, {.mask_zero = true, .dtype = f64});
    nn::Attention attention({.dtype = f64});
    const nn::CallContext context;
    const Tensor short_text = attention(words(tensor({{1, 2}}, i64)));
    const Tensor padded = attention(words(tensor({{1, 2, 0}}, i64)));
    CHECK(difference(short_text, slice(padded, 1, {0, 2})) < 1e-12);
}

TEST_CASE("MultiHeadAttention projects, attends head by head, joins", "[nn]") {
    nn::MultiHeadAttention layer(2, 3, {.dtype = f64});
    const Tensor q = normal({2, 4, 5}), v = normal({2, 6, 7}, 4);
    const Tensor y = layer({q, v}).front();
    CHECK(y.shape() == Shape{2, 4, 5});
    const std::vector<Parameter> w = layer.weights();
    REQUIRE(w.size() == 8);
    CHECK(w[0].shape() == Shape{5, 2, 3});
    CHECK(w[1].shape() == Shape{2, 3});
    CHECK(w[2].shape() == Shape{7, 2, 3});
    CHECK(w[6].shape() == Shape{2, 3, 5});
    CHECK(w[7].shape() == Shape{5});
    CHECK(w[6].name() == "multi_head_attention/attention_output/kernel");

    Tensor expected = zeros({2, 4, 5}, f64);
    for (Index head = 0; head < 2; ++head) {
        const auto of_head = [&](const Parameter& kernel) {
            return squeeze(slice(kernel.value(), 1, {head, head + 1}), 1);
        };
        const Tensor mixed = nn::scaled_dot_product_attention(
            matmul(q, of_head(w[0])), matmul(v, of_head(w[2])), matmul(v, of_head(w[4])));
        expected = expected + matmul(mixed, squeeze(slice(w[6].value(), 0, {head, head + 1}), 0));
    }
    CHECK(difference(y, expected) < 1e-12);

    nn::check_layer(nn::MultiHeadAttention(2, 2), {2, 3, 4});
    nn::check_layer(
        nn::MultiHeadAttention(2, 2, {.value_dim = 3, .output_shape = 2, .use_causal_mask = true}),
        {2, 3, 4});
    REQUIRE_THROWS_AS(nn::MultiHeadAttention(0, 2), ValueError);
    nn::MultiHeadAttention penalised(2, 2, {.kernel_regularizer = nn::L2()});
    penalised(zeros({1, 2, 3}));
    for (const nn::Weight& weight : penalised.described_weights())
        CHECK(static_cast<bool>(weight.options.regularizer) ==
              (weight.parameter.shape().rank() == 3));
    REQUIRE_THROWS_WITH(layer({q, normal({2, 6, 5})}), contains("7 features"));
}

// Figures of Keras's own tests.
TEST_CASE("Attention also returns its scores", "[nn]") {
    const Tensor query = tensor({{{1, 0}, {0, 1}}}), key = tensor({{{0, 1}, {1, 0}}}),
                 value = tensor({{{1, 2}, {3, 4}}});
    const auto check = [&](nn::Score mode, const Tensor& outputs, const Tensor& shares) {
        nn::Attention layer({.score_mode = mode, .return_attention_scores = true});
        const std::vector<Tensor> got = layer({query, value, key});
        REQUIRE(got.size() == 2);
        CHECK(difference(got[0], outputs) < 1e-3);
        CHECK(difference(got[1], shares) < 1e-3);
    };
    check(nn::Score::dot, tensor({{{2.462, 3.462}, {1.538, 2.538}}}),
          tensor({{{0.269, 0.731}, {0.731, 0.269}}}));
    check(nn::Score::concat, tensor({{{1.727, 2.727}, {2.272, 3.272}}}),
          tensor({{{0.636, 0.363}, {0.363, 0.636}}}));

    const nn::CallContext context;
    const Tensor q = tensor({{{1, 0}, {0, 1}}}), v = ones({1, 2, 2});
    nn::CallContext::current()->set_mask(q, tensor({{1, 0}}, bool_));
    nn::CallContext::current()->set_mask(v, tensor({{1, 0}}, bool_));
    nn::Attention layer({.return_attention_scores = true});
    const std::vector<Tensor> got = layer({q, v});
    CHECK(difference(got[0], tensor({{{1, 1}, {0, 0}}})) == 0);
    CHECK(difference(got[1], tensor({{{1, 0}, {1, 0}}})) == 0);
    CHECK(nn::mask_of(got[0]).to_vector<bool>() == std::vector{true, false});
}

TEST_CASE("MultiHeadAttention attends over chosen axes", "[nn]") {
    const Tensor x = normal({2, 3, 4, 5}), v = normal({2, 3, 2, 5}, 4);
    nn::MultiHeadAttention rows(
        2, 3, {.attention_axes = {2}, .return_attention_scores = true, .dtype = f64});
    const Tensor mask = normal({2, 4, 2}, 6) > 0;
    const std::vector<Tensor> got = rows({x, v, mask});
    CHECK(got[0].shape() == Shape{2, 3, 4, 5});
    CHECK(got[1].shape() == Shape{2, 3, 2, 4, 2});
    // Equals the same layer on each row alone.
    nn::MultiHeadAttention plain(2, 3, {.return_attention_scores = true, .dtype = f64});
    plain(squeeze(slice(x, 1, {0, 1}), 1));
    for (std::size_t i = 0; i < 8; ++i) plain.weights()[i].assign(rows.weights()[i]);
    for (Index row = 0; row < 3; ++row) {
        const auto of_row = [&](const Tensor& t) {
            return squeeze(slice(t, 1, {row, row + 1}), 1);
        };
        const std::vector<Tensor> expected = plain({of_row(x), of_row(v), mask});
        CHECK(difference(of_row(got[0]), expected[0]) < 1e-12);
        CHECK(difference(of_row(got[1]), expected[1]) < 1e-12);
    }
    // Negative axes; the first of two; all of them at once.
    nn::MultiHeadAttention columns(2, 3, {.attention_axes = {-3}, .dtype = f64}),
        all(2, 3, {.return_attention_scores = true, .dtype = f64});
    const Tensor turned = transpose(x, {0, 2, 1, 3});
    CHECK(columns(x).shape() == x.shape());
    for (std::size_t i = 0; i < 8; ++i) columns.weights()[i].assign(rows.weights()[i]);
    CHECK(difference(columns(x), transpose(rows(turned), {0, 2, 1, 3})) < 1e-12);
    all(x);
    for (std::size_t i = 0; i < 8; ++i) all.weights()[i].assign(rows.weights()[i]);
    CHECK(difference(all(x), reshape(plain(reshape(x, {2, 12, 5})), x.shape())) < 1e-12);
    CHECK(all(std::vector{x}).at(1).shape() == Shape{2, 2, 3, 4, 3, 4});

    nn::check_layer(nn::MultiHeadAttention(2, 2, {.attention_axes = {1}}), {2, 3, 2, 4});
    REQUIRE_THROWS_AS(rows({x, normal({2, 4, 2, 5})}), ShapeError);
    nn::MultiHeadAttention features(1, 2, {.attention_axes = {3}, .dtype = f64});
    REQUIRE_THROWS_AS(features(x), ShapeError);
}

TEST_CASE("AdditiveAttention scores by a sum of tanh", "[nn]") {
    nn::check_layer(nn::AdditiveAttention(), {2, 3, 2});
    nn::check_layer(nn::AdditiveAttention({.use_scale = false, .use_causal_mask = true}),
                    {2, 3, 2});
    const Tensor q = normal({2, 3, 4}), v = normal({2, 5, 4}, 4), k = normal({2, 5, 4}, 5);
    nn::AdditiveAttention layer({.use_scale = false, .return_attention_scores = true});
    const auto all = layer(std::vector{q, v, k});
    const Tensor scores = sum(tanh(expand_dims(q, 2) + expand_dims(k, 1)), -1);
    CHECK(difference(all[1], softmax(scores)) < 1e-12);
    CHECK(difference(all[0], matmul(softmax(scores), v)) < 1e-12);

    // The mask of values hides them; where the query's hides a step, there are zeros.
    nn::CallContext context;
    context.set_mask(v, tensor({{1, 1, 0, 0, 0}, {1, 1, 1, 1, 0}}, bool_));
    context.set_mask(q, tensor({{1, 1, 0}, {1, 1, 1}}, bool_));
    const auto hidden = layer(std::vector{q, v, k});
    CHECK(max(slice(hidden[1], {{0, 1}, {}, {2, 5}})).item<double>() == 0);
    CHECK(max(abs(slice(hidden[0], {{0, 1}, {2, 3}}))).item<double>() == 0);

    nn::AdditiveAttention scaled({.dtype = f64});
    scaled(std::vector{q, v});
    REQUIRE_THROWS_AS(scaled(std::vector{normal({2, 3, 2}), normal({2, 5, 2})}), ShapeError);
    REQUIRE_THROWS_AS(layer(std::vector{q, normal({2, 5, 3})}), ShapeError);
    REQUIRE_THROWS_AS(nn::AdditiveAttention()(ones({2, 3})), ShapeError);
    REQUIRE_THROWS_AS(nn::AdditiveAttention({.dropout = 2}), ValueError);
}

TEST_CASE("GroupQueryAttention shares keys and values among heads", "[nn]") {
    nn::check_layer(nn::GroupQueryAttention(2, 4, 2), {2, 3, 4});
    nn::check_layer(nn::GroupQueryAttention(2, 2, 1, {.dropout = 0.3, .use_bias = false}),
                    {2, 3, 4});
    const Tensor q = normal({2, 3, 4}), v = normal({2, 5, 4}, 4);
    nn::GroupQueryAttention grouped(3, 4, 2, {.return_attention_scores = true, .dtype = f64});
    nn::MultiHeadAttention plain(4, 3, {.return_attention_scores = true, .dtype = f64});
    grouped(std::vector{q, v});
    plain(std::vector{q, v});
    // Each head of keys and values, once for each query head that it serves.
    const std::vector<Parameter> from = grouped.weights();
    std::vector<Parameter> to = plain.weights();
    for (std::size_t i = 0; i < to.size(); ++i) {
        const bool shared = to[i].shape() != from[i].shape();
        const int axis = from[i].shape().rank() - 2;
        to[i].assign(shared ? repeat(from[i], 2, axis) : from[i].value());
    }
    const Tensor mask = normal({2, 3, 5}, 9) >= -0.5;
    const auto got = grouped(std::vector{q, v, mask}), expected = plain(std::vector{q, v, mask});
    CHECK(got[1].shape() == Shape{2, 4, 3, 5});
    for (std::size_t i = 0; i < 2; ++i) CHECK(difference(got[i], expected[i]) < 1e-12);

    REQUIRE_THROWS_WITH(nn::GroupQueryAttention(2, 4, 3), contains("3 heads") && contains("4"));
    REQUIRE_THROWS_AS(nn::GroupQueryAttention(0, 4, 2), ValueError);
    REQUIRE_THROWS_AS(grouped(std::vector{normal({2, 3, 5}), v}), ShapeError);
}

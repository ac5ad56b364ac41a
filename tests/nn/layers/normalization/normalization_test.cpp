// The normalising layers.
#include <cmath>
#include <limits>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"

using namespace shikumi;
using nn::Mode;
using shikumi_test::contains;

namespace {

Tensor normal(const Shape& shape, double mean = 0, double stddev = 1) {
    Generator rng(3);
    return random_normal(shape, rng, mean, stddev, f64);
}

// Checks mean 0 and variance σ²/(σ² + ε) over the axes.
void check_standardized(const Tensor& y, const Axes& axes) {
    CHECK(max(abs(mean(y, axes))).item<double>() < 1e-9);
    CHECK(max(abs(var(y, axes) - 1)).item<double>() < 1e-2);
}

std::vector<std::string> weight_names(const nn::Layer& layer) {
    std::vector<std::string> names;
    for (const Parameter& w : layer.weights())
        names.push_back(w.name().substr(w.name().rfind('/') + 1));
    return names;
}

}  // namespace

TEST_CASE("BatchNormalization uses the batch in training, else moving statistics", "[nn]") {
    nn::BatchNormalization layer({.momentum = 0.9, .dtype = f64});
    const Tensor x = normal({50, 4, 3}, 2, 3);
    CHECK(max(abs(layer(x) - x / std::sqrt(1.001))).item<double>() < 1e-12);
    CHECK(weight_names(layer) ==
          std::vector<std::string>{"gamma", "beta", "moving_mean", "moving_variance"});
    CHECK(layer.weights()[0].trainable());
    CHECK_FALSE(layer.weights()[2].trainable());

    check_standardized(layer(x, Mode::train), {0, 1});
    // The statistics move by a tenth; the variance has no Bessel correction.
    const auto moved = layer.weights()[3].value().to_vector<double>();
    const auto batch = var(x, {0, 1}).to_vector<double>();
    for (std::size_t i = 0; i < 3; ++i) CHECK(moved[i] == Approx(0.9 + 0.1 * batch[i]));
    const auto mean_moved = layer.weights()[2].value().to_vector<double>();
    CHECK(mean_moved[0] == Approx(0.1 * mean(x, {0, 1}).to_vector<double>()[0]));

    layer.set_trainable(false);
    const Tensor frozen = layer(x, Mode::train);
    CHECK(frozen.to_vector<double>() == layer(x).to_vector<double>());
    CHECK(layer.weights()[3].value().to_vector<double>() == moved);
}

// As PyTorch keeps it: n/(n − 1) times the variance of a batch of n.
TEST_CASE("BatchNormalization can keep the variance of the population", "[nn]") {
    nn::BatchNormalization layer({.momentum = 0, .unbiased = true, .dtype = f64});
    const Tensor x = normal({5, 4, 3}, 2, 3);
    check_standardized(layer(x, Mode::train), {0, 1});
    const auto kept = layer.weights()[3].value().to_vector<double>();
    const auto batch = var(x, {0, 1}).to_vector<double>();
    for (std::size_t i = 0; i < 3; ++i) CHECK(kept[i] == Approx(batch[i] * 20 / 19));
    layer(zeros({1, 1, 3}, f64), Mode::train);  // one alone has none
    CHECK(layer.weights()[3].value().to_vector<double>() == std::vector<double>(3, 0.0));
}

// Figures of Keras's own test of masks.
TEST_CASE("BatchNormalization leaves out masked steps", "[nn]") {
    const Tensor sample = tensor({{{1, 5}, {2, 5}, {0, 0}, {0, 0}}});
    nn::Masking masking;
    nn::BatchNormalization layer({.momentum = 0});
    const nn::CallContext context;
    const Tensor y = layer(masking(tile(sample, {10, 1, 1})), Mode::train);
    std::vector<Tensor> moved;
    for (const Assignment& update : context.updates()) moved.push_back(update.value);
    REQUIRE(moved.size() == 2);
    CHECK(max(abs(moved[0] - tensor({1.5, 5}))).item<double>() < 1e-5);
    CHECK(max(abs(moved[1] - tensor({0.25, 0}))).item<double>() < 1e-5);
    CHECK(slice(y, 1, {0, 1}).to_vector<double>()[0] ==
          Approx(-0.5 / std::sqrt(0.25 + 1e-3)).epsilon(1e-5));

    const Tensor hidden = zeros({4, 2, 5});
    nn::BatchNormalization other;
    CHECK(max(abs(other(masking(hidden), Mode::train))).item<double>() == 0);
    // The mask broadcasts over the remaining axes.
    const Tensor pictures = normal({2, 3, 4, 2});
    nn::BatchNormalization last({.dtype = f64});
    nn::CallContext::current()->set_mask(pictures, tensor({{1, 1, 0}, {0, 0, 0}}, bool_));
    const Tensor seen = slice(pictures, {{0, 1}, {0, 2}});
    CHECK(max(abs(slice(last(pictures, Mode::train), {{0, 1}, {0, 2}}) -
                  nn::BatchNormalization({.dtype = f64})(identity(seen), Mode::train)))
              .item<double>() < 1e-7);
}

TEST_CASE("BatchNormalization along another axis, without gamma or beta", "[nn]") {
    nn::BatchNormalization layer({.axis = 1, .center = false, .scale = false, .dtype = f64});
    check_standardized(layer(normal({20, 3, 5}), Mode::train), {0, 2});
    CHECK(weight_names(layer) == std::vector<std::string>{"moving_mean", "moving_variance"});
    REQUIRE_THROWS_WITH(layer(zeros({2, 4, 5}, f64)),
                        contains("(2, 4, 5)") && contains("batch_normalization"));
    nn::check_layer(nn::BatchNormalization(), {4, 3});
    nn::check_layer(nn::BatchNormalization(), {2, 3, 2, 2});
    nn::check_layer(nn::BatchNormalization({.axis = 1, .center = false}), {3, 2, 2});
    nn::BatchNormalization over_batch({.axis = 0});
    REQUIRE_THROWS_WITH(over_batch(zeros({2, 3})), contains("batch"));
    REQUIRE_THROWS_AS(nn::BatchNormalization({.momentum = 2}), ValueError);
    REQUIRE_THROWS_AS(nn::BatchNormalization({.epsilon = 0}), ValueError);
}

TEST_CASE("a model's training moves the statistics", "[nn]") {
    nn::Sequential model(nn::BatchNormalization({.momentum = 0.5}), nn::Dense(1));
    model.compile(
        {.optimizer = optim::SGD({.learning_rate = 0.0}), .loss = nn::mean_squared_error});
    const Tensor x = tensor({{1.0}, {3.0}}), y = zeros({2, 1});
    model.fit(x, y, {.epochs = 2, .verbose = 0});
    CHECK(model.get_weights()[2].item<double>() == Approx(0.5 * 1 + 0.5 * 2));
    model.evaluate(x, y);
    CHECK(model.get_weights()[2].item<double>() == Approx(1.5));
}

TEST_CASE("LayerNormalization standardises each sample", "[nn]") {
    nn::LayerNormalization layer({.dtype = f64});
    check_standardized(layer(normal({6, 4, 20}, 3, 2)), -1);
    nn::LayerNormalization both({.axis = {1, 2}, .dtype = f64});
    check_standardized(both(normal({6, 4, 5}, 3, 2)), {1, 2});
    CHECK(both.weights()[0].shape() == Shape{4, 5});
    nn::check_layer(nn::LayerNormalization(), {3, 4});
    nn::check_layer(nn::LayerNormalization({.axis = {1, 3}, .scale = false}), {2, 3, 2, 2});
    nn::LayerNormalization over_batch({.axis = 0});
    REQUIRE_THROWS_WITH(over_batch(zeros({2, 3})), contains("batch"));
    REQUIRE_THROWS_WITH(layer(zeros({2, 4, 3}, f64)), contains("(2, 4, 3)"));
}

TEST_CASE("GroupNormalization standardises groups of channels", "[nn]") {
    nn::GroupNormalization layer({.groups = 2, .dtype = f64});
    const Tensor x = normal({3, 5, 4, 6}, 1, 3);
    const Tensor y = layer(x);
    check_standardized(reshape(y, {3, 5, 4, 2, 3}), {1, 2, 4});
    CHECK(layer.weights()[0].shape() == Shape{6});
    // One group gives a LayerNormalization over all axes, a group per channel an instance
    // normalisation.
    nn::GroupNormalization one({.groups = 1, .dtype = f64});
    check_standardized(one(x), {1, 2, 3});
    nn::GroupNormalization instance({.groups = -1, .dtype = f64});
    check_standardized(instance(x), {1, 2});
    nn::GroupNormalization first({.groups = 2, .axis = 1, .dtype = f64});
    check_standardized(reshape(first(transpose(x, {0, 3, 1, 2})), {3, 2, 3, 5, 4}), {2, 3, 4});

    nn::check_layer(nn::GroupNormalization({.groups = 2}), {2, 3, 4});
    nn::GroupNormalization odd({.groups = 4});
    REQUIRE_THROWS_WITH(odd(zeros({2, 6})), contains("4 groups") && contains("6 channels"));
    REQUIRE_THROWS_AS(nn::GroupNormalization({.groups = 0}), ValueError);
}

TEST_CASE("UnitNormalization gives vectors the length 1", "[nn]") {
    nn::UnitNormalization layer;
    CHECK(layer(tensor({{3, 4}, {0, 0}}, f64)).to_vector<double>() ==
          std::vector<double>{0.6, 0.8, 0, 0});
    CHECK(layer(tensor({{3e38, 4e37}})).to_vector<double>()[0] == Approx(0.991228));
    nn::check_layer(nn::UnitNormalization(), {3, 4});
    nn::check_layer(nn::UnitNormalization({.axis = {1, 2}}), {3, 2, 2});
    const Tensor zero = zeros({1, 3}, f64);
    CHECK(sum(abs(grad(sum(layer(zero)), {zero})[0])).item<double>() == 0);
    REQUIRE_THROWS_AS(nn::UnitNormalization({.axis = 0})(ones({2, 3})), ShapeError);
    REQUIRE_THROWS_AS(nn::UnitNormalization({.axis = 2})(ones({2, 3})), ShapeError);
}

TEST_CASE("RMSNormalization divides by the root of the mean square", "[nn]") {
    nn::RMSNormalization layer({.dtype = f64});
    const auto y = layer(tensor({{3, 4}}, f64)).to_vector<double>();
    CHECK(y[0] == Approx(3 / std::sqrt(12.5)));
    CHECK(y[1] == Approx(4 / std::sqrt(12.5)));
    nn::check_layer(nn::RMSNormalization(), {3, 4});
    nn::check_layer(nn::RMSNormalization({.axis = {1, 2}}), {3, 2, 2});
}

namespace {

void check_near(const Tensor& got, const std::vector<double>& wanted) {
    const std::vector<double> values = got.to_vector<double>();
    REQUIRE(values.size() == wanted.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        CHECK(values[i] == Approx(wanted[i]).margin(1e-5));
}

// The gradient of Σ c layer(x) by x, times a scale.
std::vector<double> scaled_gradient(nn::Layer& layer, const Tensor& x, const Tensor& c,
                                    double scale) {
    const Tensor g = grad([&](const Tensor& t) { return sum(layer(t, Mode::train) * c); })(x);
    return (g.cast(f64) * scale).to_vector<double>();
}

}  // namespace

TEST_CASE("normalising layers take numbers whose squares overflow", "[nn]") {
    for (const double scale : {1e10, 1e20, 1e30, 1e38, 3e38}) {
        INFO(scale);
        const std::vector<double> signs{-1, 1};
        const Tensor x = tensor({{-scale, scale}});
        check_near(nn::LayerNormalization()(x), signs);
        check_near(nn::RMSNormalization()(x), signs);
        check_near(nn::GroupNormalization({.groups = 1})(x), signs);
        nn::BatchNormalization batch;
        check_near(batch(transpose(x), Mode::train), signs);
        const Tensor wide = tensor({{-1e200, 1e200}}, f64);
        check_near(nn::LayerNormalization({.dtype = f64})(wide), signs);
        check_near(nn::RMSNormalization({.dtype = f64})(wide), signs);
    }
}

// dy/dx doesn't depend on x's scale but for the factor 1/scale, as long as ε is small beside x².
TEST_CASE("gradients of normalising layers of numbers whose squares overflow", "[nn]") {
    const Tensor x = tensor({{-1.5, 2.0, 0.25, 1.0}}), c = tensor({{0.5, -1.0, 2.0, 0.75}});
    const auto check = [&](nn::Layer&& layer, const Tensor& in, const Tensor& weights) {
        const auto wanted = scaled_gradient(layer, in * 1e4, weights, 1e4);
        for (const double scale : {1e20, 1e30}) {
            const auto got = scaled_gradient(layer, in * scale, weights, scale);
            for (std::size_t i = 0; i < got.size(); ++i)
                CHECK(got[i] == Approx(wanted[i]).margin(1e-5));
        }
    };
    check(nn::LayerNormalization(), x, c);
    check(nn::RMSNormalization(), x, c);
    check(nn::GroupNormalization({.groups = 2}), x, c);
    check(nn::BatchNormalization(), transpose(x), transpose(c));
}

TEST_CASE("equal numbers deviate from their mean by nothing", "[nn]") {
    for (Index n = 1; n < 300; ++n) {
        INFO(n);
        const Tensor x = full({1, n}, 1e6);
        CHECK(max(abs(nn::LayerNormalization()(x))).item<double>() == 0);
        CHECK(max(abs(nn::GroupNormalization({.groups = 1})(x))).item<double>() == 0);
        nn::BatchNormalization batch;
        CHECK(max(abs(batch(transpose(x), Mode::train))).item<double>() == 0);
    }
}

TEST_CASE("BatchNormalization keeps its statistics where a batch is empty", "[nn]") {
    nn::BatchNormalization layer;
    layer(tensor({{1., 2.}, {3., 5.}}), Mode::train);
    const auto statistics = [&] {
        std::vector<double> all = layer.weights()[2].value().to_vector<double>();
        for (const double v : layer.weights()[3].value().to_vector<double>()) all.push_back(v);
        return all;
    };
    const std::vector<double> before = statistics();
    const Tensor y = layer(zeros({0, 2}), Mode::train);
    CHECK(y.shape() == Shape{0, 2});
    CHECK(statistics() == before);
    CHECK(grad(sum(y), {layer.weights()[0].value()})[0].to_vector<double>() ==
          std::vector<double>{0, 0});
}

TEST_CASE("BatchNormalization takes infinities in masked steps for nothing", "[nn]") {
    const double inf = std::numeric_limits<double>::infinity();
    const Tensor x = tensor({{{1.}, {3.}, {inf}}});
    const nn::CallContext context;
    nn::CallContext::current()->set_mask(x, tensor({{1, 1, 0}}, bool_));
    nn::BatchNormalization layer;
    CHECK(layer(x, Mode::train).to_vector<double>()[0] == Approx(-1).epsilon(1e-3));
}

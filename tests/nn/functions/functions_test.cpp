// Compares activations, initialisers, losses and metrics with formulas.
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"

using namespace shikumi;
using shikumi_test::contains;

namespace {

double relative(const std::vector<double>& values, double power) {
    double sum = 0;
    for (const double v : values) sum += std::pow(v, power);
    return sum / static_cast<double>(values.size());
}

void check_values(const Tensor& got, const std::vector<double>& expected, double margin = 1e-6) {
    const auto values = got.to_vector<double>();
    REQUIRE(values.size() == expected.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        INFO("element " << i);
        CHECK(values[i] == Approx(expected[i]).margin(margin));
    }
}

}  // namespace

TEST_CASE("activations are found by Keras's names", "[nn]") {
    const double x = -0.8, sigmoid = 1 / (1 + std::exp(-x));
    const std::map<std::string, double> expected{
        {"linear", x},
        {"relu", 0},
        {"relu6", 0},
        {"leaky_relu", 0.2 * x},
        {"elu", std::expm1(x)},
        {"selu", 1.0507009873554805 * 1.6732632423543772 * std::expm1(x)},
        {"gelu", x / 2 * (1 + std::erf(x / std::sqrt(2)))},
        {"gelu_tanh",
         x / 2 * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x * x * x)))},
        {"silu", x * sigmoid},
        {"swish", x * sigmoid},
        {"mish", x * std::tanh(std::log1p(std::exp(x)))},
        {"sigmoid", sigmoid},
        {"hard_sigmoid", 0.2 * x + 0.5},
        {"tanh", std::tanh(x)},
        {"softplus", std::log1p(std::exp(x))},
        {"softsign", x / (1 + std::abs(x))},
        {"exponential", std::exp(x)},
        {"softmax", 1},
    };
    for (const auto& [name, value] : expected) {
        INFO(name);
        CHECK(nn::activation(name).name() == name);
        CHECK(nn::activation(name)(tensor({x}, f64)).item<double>() == Approx(value).epsilon(1e-9));
    }
    REQUIRE_THROWS_AS(nn::activation("rellu"), ValueError);
    REQUIRE_THROWS_WITH(nn::activation("rellu"), contains("'rellu'") && contains("leaky_relu"));
}

TEST_CASE("any function can be an activation", "[nn]") {
    const double slope = 0.3;
    const nn::ActivationFunction own([=](const Tensor& x) { return leaky_relu(x, slope); });
    CHECK(own.name() == "custom");
    check_values(own(tensor({-1, 1})), {-0.3, 1});
    CHECK(nn::ActivationFunction(nn::tanh).name() == "tanh");
}

TEST_CASE("initialisers have Keras's variances", "[nn]") {
    Generator rng(7);
    const Shape shape{300, 200};
    const auto check = [&](const nn::Initializer& make, double variance, double limit) {
        const std::vector<double> values = make(shape, rng, f64).to_vector<double>();
        CHECK(relative(values, 1) == Approx(0).margin(4 * std::sqrt(variance / 60000)));
        CHECK(relative(values, 2) == Approx(variance).epsilon(0.03));
        for (const double v : values) REQUIRE(std::abs(v) <= limit);
    };
    // Truncation at two σ leaves 0.87962566² of a normal distribution's variance.
    const double cut = 0.87962566103423978;
    const auto normal = [&](const nn::Initializer& make, double variance) {
        check(make, variance, 2 * std::sqrt(variance) / cut);
    };
    const auto uniform = [&](const nn::Initializer& make, double variance) {
        check(make, variance, std::sqrt(3 * variance));
    };
    normal(nn::glorot_normal(), 1 / 250.0);
    uniform(nn::glorot_uniform(), 1 / 250.0);
    normal(nn::he_normal(), 2 / 300.0);
    uniform(nn::he_uniform(), 2 / 300.0);
    normal(nn::lecun_normal(), 1 / 300.0);
    uniform(nn::lecun_uniform(), 1 / 300.0);
    check(nn::random_normal(), 0.05 * 0.05, 1);
    check(nn::random_uniform(), 0.05 * 0.05 / 3, 0.05);
    check(nn::truncated_normal(), std::pow(0.05 * cut, 2), 0.1);
    normal(nn::variance_scaling(), 1 / 300.0);
    normal(nn::variance_scaling(3, nn::Fan::out), 3 / 200.0);
    uniform(nn::variance_scaling(3, nn::Fan::average, nn::Distribution::uniform), 3 / 250.0);
    check(nn::variance_scaling(3, nn::Fan::out, nn::Distribution::untruncated_normal), 3 / 200.0,
          1);
    REQUIRE_THROWS_AS(nn::variance_scaling(0), ValueError);
}

TEST_CASE("fans count the receptive field", "[nn]") {
    Generator rng(3);
    // A 3×3 convolution of 4 into 8 channels: fan_in 36, fan_out 72.
    const auto values = nn::glorot_uniform()({3, 3, 4, 8}, rng, f64).to_vector<double>();
    const double limit = std::sqrt(3 / 54.0);
    double largest = 0;
    for (const double v : values) largest = std::max(largest, std::abs(v));
    CHECK(largest <= limit);
    CHECK(largest > 0.97 * limit);
    CHECK(nn::he_normal()({5}, rng).shape() == Shape{5});
    CHECK(nn::glorot_normal()({}, rng).shape() == Shape{});
    CHECK(nn::glorot_normal()({0, 4}, rng).shape() == Shape{0, 4});
}

TEST_CASE("constant initialisers", "[nn]") {
    Generator rng(0);
    check_values(nn::zeros_init()({2}, rng), {0, 0});
    check_values(nn::ones_init()({2}, rng), {1, 1});
    check_values(nn::constant(2.5)({2}, rng, f64), {2.5, 2.5});
    CHECK(nn::constant(2.5)({2}, rng).dtype() == f32);
    check_values(nn::identity_init(2)({2, 3}, rng, f64), {2, 0, 0, 0, 2, 0});
    REQUIRE_THROWS_AS(nn::identity_init()({3}, rng), ShapeError);
    REQUIRE_THROWS_AS(nn::random_normal(0, -1), ValueError);
    REQUIRE_THROWS_AS(nn::truncated_normal(0, -1), ValueError);
    REQUIRE_THROWS_AS(nn::random_uniform(1, 0), ValueError);
}

TEST_CASE("orthogonal matrices are orthogonal", "[nn]") {
    for (const Shape& shape :
         {Shape{6, 4}, Shape{4, 6}, Shape{5, 5}, Shape{2, 3, 4}, Shape{1, 1}}) {
        INFO(to_string(shape));
        Generator rng(11);
        const Tensor q = nn::orthogonal(2)(shape, rng, f64);
        REQUIRE(q.shape() == shape);
        const Tensor flat = reshape(q, {-1, shape.back()});
        const Index rows = flat.shape().front(), columns = flat.shape().back();
        const Tensor gram =
            rows < columns ? matmul(flat, transpose(flat)) : matmul(transpose(flat), flat);
        CHECK(max(abs(gram - eye(std::min(rows, columns), {}, f64) * 4)).item<double>() < 1e-13);
    }
    Generator rng(0);
    REQUIRE_THROWS_AS(nn::orthogonal()({3}, rng), ShapeError);
}

TEST_CASE("the same seed gives the same weights, the next use gives others", "[nn]") {
    Generator a(5), b(5), c(6);
    const auto make = nn::glorot_uniform();
    const auto first = make({3, 4}, a).to_vector<double>();
    CHECK(first == make({3, 4}, b).to_vector<double>());
    CHECK(first != make({3, 4}, a).to_vector<double>());
    CHECK(first != make({3, 4}, c).to_vector<double>());
}

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

TEST_CASE("a loss looks through a pending softmax", "[nn]") {
    const Tensor x = tensor({{0.0, 200.0}}, f64), t = tensor({{1, 0}}, f64);
    check_values(nn::categorical_crossentropy(t, softmax(x)), {200}, 1e-9);
    check_values(nn::sparse_categorical_crossentropy(tensor({0}).cast(i64), softmax(x)), {200},
                 1e-9);
    check_values(nn::binary_crossentropy(tensor({{0}}, f64), sigmoid(tensor({{50.0}}, f64))), {50},
                 1e-9);
    const Tensor seen = softmax(x);
    evaluate(seen);  // an evaluated array has no softmax to look through
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
    CHECK(&nn::CategoricalCrossentropy() == &nn::categorical_crossentropy);
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

TEST_CASE("accuracy is chosen by the shapes", "[nn]") {
    const Tensor three = tensor({{0.1, 0.7, 0.2}, {0.6, 0.3, 0.1}});
    check_values(nn::accuracy(tensor({{0, 1, 0}, {0, 1, 0}}), three), {1, 0});
    check_values(nn::accuracy(tensor({1, 1}).cast(i64), three), {1, 0});
    check_values(nn::accuracy(tensor({{1}, {1}}).cast(i64), three), {1, 0});
    check_values(nn::accuracy(tensor({{1}, {1}, {0}}), tensor({{0.9}, {0.4}, {0.5}})), {1, 0, 1});
    check_values(nn::accuracy(tensor({1, 1, 0}), tensor({{0.9}, {0.4}, {0.5}})), {1, 0, 1});
    CHECK(nn::accuracy(tensor({{1}}, f64), tensor({{0.9}}, f64)).dtype() == f64);
    REQUIRE_THROWS_AS(nn::accuracy(tensor({{0, 1}, {0, 1}}), three), Error);
}

TEST_CASE("initialisers carry their names", "[nn]") {
    CHECK(nn::zeros_init().name() == "zeros");
    CHECK(nn::he_normal().name() == "he_normal");
    CHECK(nn::glorot_uniform().name() == "glorot_uniform");
    CHECK(nn::orthogonal().name() == "orthogonal");
    const nn::Initializer own = [](const Shape& shape, Generator&, DType dtype) {
        return full(shape, 7, dtype);
    };
    CHECK(own.name() == "custom");
    Generator rng(1);
    CHECK(own({2}, rng).dtype() == f32);
}

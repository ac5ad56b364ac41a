// Single layers: values, names and refused arguments.
#include <algorithm>
#include <type_traits>
#include <vector>

#include <shikumi/autograd/graph/node.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"

using namespace shikumi;
using nn::Mode;
using shikumi_test::contains;

namespace odd {

template <class T>
struct Doubling : nn::Layer {
    Tensor call(const Tensor& x, Mode) override { return x * 2; }
};

}  // namespace odd

namespace {

class MaxPooling2D : public nn::Layer {
public:
    Tensor call(const Tensor& x, Mode) override { return x; }
};

std::vector<double> numbers(const Tensor& t) { return t.to_vector<double>(); }

}  // namespace

TEST_CASE("names follow Keras", "[nn]") {
    nn::clear_session();
    CHECK(nn::Dense(3).name() == "dense");
    CHECK(nn::Dense(3).name() == "dense_1");
    CHECK(nn::Dense(3, {.name = "mine"}).name() == "mine");
    CHECK(nn::Dense(3).name() == "dense_2");
    CHECK(MaxPooling2D().name() == "max_pooling2d");
    CHECK(nn::next_name("LSTM") == "lstm");
    CHECK(nn::next_name("BatchNormalization") == "batch_normalization");
    CHECK(nn::next_name("Conv2DTranspose") == "conv2d_transpose");
    CHECK(nn::next_name("PReLU") == "p_re_lu");
    CHECK(nn::Sequential().name() == "sequential");
    CHECK(nn::Sequential().name() == "sequential_1");
    CHECK(nn::Sequential("net").name() == "net");
    nn::clear_session();
    CHECK(nn::Dense(3).name() == "dense");

    CHECK(nn::Dense(3).class_name() == "Dense");
    CHECK(MaxPooling2D().class_name() == "MaxPooling2D");
    CHECK(odd::Doubling<std::vector<int>>().class_name() == "Doubling");
    struct Local : MaxPooling2D {};
    CHECK(Local().class_name() == "Local");
}

TEST_CASE("Dense", "[nn]") {
    nn::Dense dense(2, {.activation = nn::relu, .bias_initializer = nn::constant(0.5)});
    CHECK(dense.config() == "Dense 2");
    const Tensor x = tensor({{1, 2, 3}});
    dense(x);
    CHECK(dense.config() == "Dense 3→2");
    REQUIRE(dense.weights().size() == 2);
    Parameter kernel = dense.weights()[0];
    CHECK(kernel.name() == dense.name() + "/kernel");
    CHECK(kernel.shape() == Shape{3, 2});
    CHECK(numbers(dense.weights()[1]) == std::vector{0.5, 0.5});
    kernel.assign(tensor({{1, -1}, {0, 0}, {1, -1}}));
    CHECK(numbers(dense(x)) == std::vector{4.5, 0.0});
    CHECK(dense.count_params() == 8);

    // Only the last axis is contracted.
    CHECK(nn::Dense(5)(ones({2, 3, 4})).shape() == Shape{2, 3, 5});
    nn::Dense bare(2, {.use_bias = false});
    bare(x);
    CHECK(bare.weights().size() == 1);
    CHECK(nn::Dense(2, {.dtype = f64})(x.cast(f64)).dtype() == f64);
}

TEST_CASE("Dense refuses", "[nn]") {
    REQUIRE_THROWS_AS(nn::Dense(0), ValueError);
    REQUIRE_THROWS_AS(nn::Dense(-3), ValueError);
    REQUIRE_THROWS_AS(nn::Dense(3, {.input_dim = 0}), ValueError);
    REQUIRE_THROWS_AS(nn::Dense(3, {.dtype = i32}), DTypeError);
    nn::Dense dense(2, {.name = "d"});
    REQUIRE_THROWS_AS(dense(ones({3})), ShapeError);
    CHECK_FALSE(dense.built());
    CHECK(dense.weights().empty());
    dense(ones({1, 3}));
    REQUIRE_THROWS_AS(dense(ones({1, 4})), ShapeError);
    REQUIRE_THROWS_WITH(dense(ones({1, 4})),
                        contains("(1, 4)") && contains("in layer 'd' (Dense 3→2)"));
    REQUIRE_THROWS_AS(dense(ones({1, 3}, f64)), DTypeError);
    REQUIRE_THROWS_WITH(dense(ones({1, 3}, f64)),
                        contains(".cast(f32)") && contains("{.dtype = f64}"));
    REQUIRE_THROWS_WITH(dense(ones({1, 3}, u8)),
                        contains("takes f32, got u8 (1, 3): cast it with x.cast(f32), in layer"));
    REQUIRE_THROWS_AS(dense.set_dtype(f64), StateError);
    REQUIRE_THROWS_WITH(
        nn::Dense(2, {.kernel_initializer = [](const Shape&, Generator&,
                                               DType) { return ones({1}); }})(ones({1, 3})),
        contains("'kernel'") && contains("f32 (3, 2)"));
}

TEST_CASE("Flatten, Reshape, Activation, Input", "[nn]") {
    const Tensor x = reshape(arange(24).cast(f32), Shape{2, 3, 4});
    CHECK(nn::Flatten()(x).shape() == Shape{2, 12});
    CHECK(numbers(nn::Flatten()(x)) == numbers(x));
    CHECK(nn::Flatten()(ones({5})).shape() == Shape{5, 1});
    CHECK(nn::Reshape({2, -1})(x).shape() == Shape{2, 2, 6});
    CHECK(nn::Reshape({6, 2})(x).shape() == Shape{2, 6, 2});
    CHECK(nn::Reshape({6, 2}).config() == "Reshape (6, 2)");
    REQUIRE_THROWS_AS(nn::Reshape({5, 2})(x), ShapeError);
    REQUIRE_THROWS_AS(nn::Reshape({-1, -1}), ValueError);
    REQUIRE_THROWS_AS(nn::Reshape({-2}), ValueError);
    CHECK(numbers(nn::Activation(nn::relu)(tensor({{-1, 2}}))) == std::vector{0.0, 2.0});
    CHECK(nn::Activation(nn::relu).config() == "Activation relu");
    CHECK(numbers(nn::Activation([](const Tensor& t) { return t * 3; })(tensor({{1}}))) ==
          std::vector{3.0});

    nn::Input input({3, 4});
    CHECK(input(x).shape() == x.shape());
    REQUIRE_THROWS_AS(input(ones({2, 3})), ShapeError);
    REQUIRE_THROWS_AS(input(ones({2, 3, 5})), ShapeError);
    REQUIRE_THROWS_AS(input(x.cast(f64)), DTypeError);
}

TEST_CASE("Dropout drops only in training, and other elements each time", "[nn]") {
    nn::Dropout dropout(0.25);
    const Tensor x = ones({100, 100});
    CHECK(numbers(dropout(x)) == numbers(x));
    const auto first = numbers(dropout(x, Mode::train)), second = numbers(dropout(x, Mode::train));
    CHECK(first != second);
    double sum = 0;
    for (const double v : first) {
        REQUIRE((v == 0 || v == Approx(1 / 0.75)));
        sum += v;
    }
    CHECK(sum / 10000 == Approx(1).margin(0.03));
    CHECK(numbers(nn::Dropout(0)(x, Mode::train)) == numbers(x));
    CHECK(dropout.config() == "Dropout 0.25");
    CHECK(numbers(nn::Dropout(1)(ones({2}), Mode::train)) == std::vector{0.0, 0.0});
    REQUIRE_THROWS_AS(nn::Dropout(1.1), ValueError);
    REQUIRE_THROWS_AS(nn::Dropout(-0.1), ValueError);
}

TEST_CASE("Dropout's noise_shape shares random numbers", "[nn]") {
    nn::Dropout dropout(0.5, {.noise_shape = {-1, 1, 3}, .name = "steps"});
    const Tensor y = dropout(ones({20, 6, 3}), Mode::train);
    CHECK(numbers(y) == numbers(broadcast_to(slice(y, 1, {0, 1}), y.shape())));
    const std::vector<double> first = numbers(slice(y, 1, {0, 1}));
    CHECK(std::count(first.begin(), first.end(), 2.0) > 15);
    CHECK(std::count(first.begin(), first.end(), 0.0) > 15);
    REQUIRE_THROWS_WITH(dropout(ones({20, 6, 4}), Mode::train),
                        contains("(-1, 1, 3)") && contains("steps"));
    REQUIRE_THROWS_AS(dropout(ones({20, 6}), Mode::train), ShapeError);
}

TEST_CASE("outputs can be penalised", "[nn]") {
    const Tensor x = tensor({{1, -2}, {3, 0}});
    const auto penalty = [&](nn::Layer&& layer) {
        const nn::CallContext pass;
        layer(x, Mode::train);
        REQUIRE(pass.losses().size() == 1);
        return pass.losses()[0].item<double>();
    };
    CHECK(penalty(nn::ActivityRegularization({.l1 = 0.5, .l2 = 0.25})) == Approx(3 + 3.5));
    CHECK(penalty(nn::Dense(1, {.activation = nn::linear,
                                .kernel_initializer = nn::ones_init(),
                                .activity_regularizer = nn::L2(0.1)})) == Approx(1));
    nn::check_layer(nn::ActivityRegularization({.l2 = 0.1}), {2, 3});
    REQUIRE_THROWS_AS(nn::ActivityRegularization({.l1 = -1}), ValueError);
}

TEST_CASE("a seed decides the weights", "[nn]") {
    const auto weights = [](std::uint64_t seed) {
        nn::set_random_seed(seed);
        nn::Dense a(3), b(3);
        a(ones({1, 4}));
        b(ones({1, 4}));
        auto all = numbers(a.weights()[0]);
        for (const double v : numbers(b.weights()[0])) all.push_back(v);
        return all;
    };
    const auto first = weights(1);
    CHECK(first == weights(1));
    CHECK(first != weights(2));
    CHECK(std::vector(first.begin(), first.begin() + 12) !=
          std::vector(first.begin() + 12, first.end()));
    nn::set_random_seed(0);
}

TEST_CASE("working out a shape computes nothing", "[nn]") {
    nn::Sequential m{nn::Dense(1000, {.input_dim = 1000}), nn::Dense(1000)};
    m.build({{1, 1000}});
    const std::size_t peak = memory_stats().peak;
    const auto nodes = shikumi::detail::live_nodes();
    nn::Sequential wide{nn::Flatten({.input_shape = {100, 100, 100}})};  // a sample takes 4 MB
    CHECK(wide.output().shape.back() == 1000000);
    CHECK(memory_stats().peak - peak < (1 << 20));
    CHECK(shikumi::detail::live_nodes() == nodes);
}

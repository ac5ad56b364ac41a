// Single layers: values, names and refused arguments.
#include <algorithm>
#include <type_traits>
#include <vector>

#include <shikumi/autograd/graph/node.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using nn::Mode;
using shikumi_test::contains;
using shikumi_test::numbers;

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

TEST_CASE("Input checks shape and dtype", "[nn]") {
    const Tensor x = reshape(arange(24).cast(f32), Shape{2, 3, 4});
    nn::Input input({3, 4});
    CHECK(input(x).shape() == x.shape());
    REQUIRE_THROWS_AS(input(ones({2, 3})), ShapeError);
    REQUIRE_THROWS_AS(input(ones({2, 3, 5})), ShapeError);
    REQUIRE_THROWS_AS(input(x.cast(f64)), DTypeError);
}

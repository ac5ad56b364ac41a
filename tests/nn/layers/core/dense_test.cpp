// Dense.
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using shikumi_test::contains;
using shikumi_test::numbers;

TEST_CASE("Dense", "[nn]") {
    nn::Dense dense(2, {.activation = nn::relu, .bias_initializer = nn::constant(0.5)});
    CHECK(dense.label() == "Dense 2");
    const Tensor x = tensor({{1, 2, 3}});
    dense(x);
    CHECK(dense.label() == "Dense 3→2");
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

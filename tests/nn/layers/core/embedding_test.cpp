// Embedding: rows, gradients, masks, indices outside.
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"

using namespace shikumi;
using nn::Mode;
using shikumi_test::contains;

TEST_CASE("Embedding reads rows of its table", "[nn]") {
    nn::clear_session();
    nn::Embedding layer(4, 2);
    const Tensor indices = tensor({{0, 3, 3}, {1, 0, 2}}, i64);
    const Tensor y = layer(indices);
    CHECK(y.shape() == Shape{2, 3, 2});
    Parameter table = layer.weights().front();
    CHECK(table.name() == "embedding/embeddings");
    const auto t = table.value().to_vector<float>(), v = y.to_vector<float>();
    CHECK(std::vector(v.begin() + 2, v.begin() + 4) == std::vector(t.begin() + 6, t.end()));
    // Whole numbers of another type are indices, too.
    CHECK(layer(indices.cast(f32)).to_vector<float>() == v);
    CHECK(layer(indices.cast(u8)).to_vector<float>() == v);

    sum(layer(indices)).backward();
    CHECK(table.grad().to_vector<float>() == std::vector<float>{2, 2, 1, 1, 1, 1, 2, 2});
}

TEST_CASE("Embedding refuses invalid indices", "[nn]") {
    nn::Embedding layer(4, 2, {.name = "words"});
    REQUIRE_THROWS_AS(layer(tensor({{4}}, i64)).to_vector<float>(), ValueError);
    REQUIRE_THROWS_WITH(layer(tensor({{4}}, i64)).to_vector<float>(),
                        contains("index 4") && contains("words"));
    REQUIRE_THROWS_AS(layer(tensor({{-1}}, i64)).to_vector<float>(), ValueError);
    REQUIRE_THROWS_WITH(layer(tensor({{-1}}, i64)).to_vector<float>(),
                        contains("index -1") && contains("0 to 3") && contains("words"));
    REQUIRE_THROWS_AS(layer(zeros({2, 2}, bool_)), DTypeError);
    REQUIRE_THROWS_AS(nn::Embedding(0, 2), ValueError);
    REQUIRE_THROWS_AS(nn::Embedding(3, -2), ValueError);
}

TEST_CASE("the mean over steps leaves out padding", "[nn]") {
    nn::Embedding words(5, 3, {.mask_zero = true, .dtype = f64});
    nn::GlobalAveragePooling1D pool;
    const nn::CallContext context;
    const Tensor padded = pool(words(tensor({{1, 4, 0}}, i64)));
    const Tensor plain = mean(take(words.weights()[0], tensor({{1, 4}}, i64)), 1);
    CHECK(max(abs(padded - plain)).item<double>() < 1e-15);
    CHECK_FALSE(nn::mask_of(padded).defined());
}

TEST_CASE("Embedding masks zeros if mask_zero is set", "[nn]") {
    nn::Embedding plain(4, 2), masking(4, 2, {.mask_zero = true});
    const Tensor indices = tensor({{0, 3}, {1, 0}}, i64);
    const nn::CallContext context;
    CHECK_FALSE(nn::mask_of(plain(indices)).defined());
    const Tensor y = masking(indices);
    CHECK(nn::mask_of(y).to_vector<bool>() == std::vector{false, true, true, false});
}

// VGG16's layers and parameters, its preprocessing, and a file that holds other weights.
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/temporary.hpp"

using namespace shikumi;
using nn::applications::VGG16;
using shikumi_test::contains;

TEST_CASE("VGG16 has 138,357,544 parameters, and the shapes of the paper", "[nn]") {
    nn::Sequential full = VGG16();
    CHECK(full.count_params() == 138357544);
    CHECK(full.output().shape == Shape{full.output().shape.front(), 1000});
    CHECK(full.layers().front()->name() == "block1_conv1");
    CHECK(full.layers().back()->name() == "predictions");
    CHECK(full.layers().size() == 22);
    const std::string summary = full.summary();
    for (const char* row :
         {"Model: \"vgg16\"", "block1_conv1 (Conv2D)       (None, 224, 224, 64)      1792",
          "block5_pool (MaxPooling2D)  (None, 7, 7, 512)         0",
          "flatten (Flatten)           (None, 25088)             0",
          "fc1 (Dense)                 (None, 4096)              102764544",
          "Total params: 138,357,544"})
        CHECK_THAT(summary, contains(row));
}

TEST_CASE("VGG16 without its top, and of other sizes", "[nn]") {
    using nn::applications::TopPooling;
    nn::Sequential bare = VGG16({.include_top = false, .input_shape = {32, 48, 3}});
    CHECK(bare.count_params() == 14714688);
    CHECK(bare.output().shape.with_front(1) == Shape{1, 1, 1, 512});
    nn::Sequential pooled =
        VGG16({.include_top = false, .input_shape = {64, 64, 1}, .pooling = TopPooling::average});
    CHECK(pooled.output().shape.with_front(1) == Shape{1, 512});
    CHECK(pooled.count_params() == 14714688 - 2 * 576);
    REQUIRE_THROWS_AS(VGG16({.input_shape = {31, 224, 3}}), ShapeError);
    REQUIRE_THROWS_AS(VGG16({.input_shape = {224, 224}}), ShapeError);
    REQUIRE_THROWS_AS(VGG16({.classes = 0}), ValueError);
}

TEST_CASE("preprocess_input reverses the colour channels and subtracts the means", "[nn]") {
    const Tensor image = tensor({{{255, 128, 0}}}, u8);
    const auto x = nn::applications::preprocess_input(image).to_vector<float>();
    CHECK(x == std::vector<float>{0 - 103.939F, 128 - 116.779F, 255 - 123.68F});
    REQUIRE_THROWS_AS(nn::applications::preprocess_input(zeros({2, 2, 1})), ShapeError);
}

TEST_CASE("VGG16 refuses a file of other weights", "[nn]") {
    const shikumi_test::TemporaryFolder folder;
    const auto file = folder.path() / "small.safetensors";
    nn::Sequential small{nn::Dense(3, {.input_dim = 2})};
    nn::save_weights(small, file);
    REQUIRE_THROWS_AS(VGG16({.weights = file}), IoError);
}

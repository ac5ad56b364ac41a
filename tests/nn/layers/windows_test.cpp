// Windows and borders that don't fit are refused, by convolutions, pooling and padding alike.
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"

using namespace shikumi;
using shikumi_test::contains;

TEST_CASE("windows that don't fit are refused by name", "[nn]") {
    const std::vector<std::pair<const char*, std::function<void()>>> values{
        {"no filters", [] { nn::Conv2D(0, 3); }},
        {"a kernel of size 0", [] { nn::Conv2D(4, 0); }},
        {"a stride of 0",
         [] {
             nn::Conv2D(4, 3, {.strides = {1, 0}});
         }},
        {"a dilation of 0", [] { nn::Conv1D(4, 3, {.dilation_rate = 0}); }},
        {"strides and dilation", [] { nn::Conv2D(4, 3, {.strides = 2, .dilation_rate = 2}); }},
        {"groups that don't divide the filters", [] { nn::Conv2D(4, 3, {.groups = 3}); }},
        {"causal images", [] { nn::Conv2D(4, 3, {.padding = Padding::causal}); }},
        {"causal pools", [] { nn::MaxPooling1D(2, {.padding = Padding::causal}); }},
        {"a pool of size 0", [] { nn::AveragePooling2D(0); }},
        {"no multiplier", [] { nn::DepthwiseConv2D(3, {.depth_multiplier = 0}); }},
        {"negative padding", [] { nn::ZeroPadding2D(-1); }},
        {"negative cropping",
         [] {
             nn::Cropping2D({{0, -1}, {0, 0}});
         }},
        {"no rows of each",
         [] {
             nn::UpSampling2D({1, 0});
         }},
    };
    for (const auto& [what, make] : values) {
        INFO(what);
        CHECK_THROWS_AS(make(), ValueError);
    }
    const Tensor x = zeros({2, 5, 5, 3});
    const std::vector<std::pair<std::function<Tensor()>, const char*>> shapes{
        {[&] { return nn::Conv2D(4, 6, {.name = "wide"})(x); }, "'wide' (Conv2D 4, 6×6)"},
        {[&] { return nn::Conv2D(4, 3, {.groups = 2, .name = "c"})(x); }, "2 groups don't divide"},
        {[&] {
             return nn::Conv2D(4, 3, {.name = "c"})(zeros({2, 5, 3}));
         },
         "rows, columns"},
        {[&] { return nn::MaxPooling2D(6, {.name = "p"})(x); }, "MaxPooling2D 6×6"},
        {[&] { return nn::MaxPooling1D(2, {.name = "p"})(x); }, "(batch, steps, channels)"},
        {[&] { return nn::Cropping2D(3, {.name = "c"})(x); }, "leaves nothing of axis 1"},
        {[&] { return nn::DepthwiseConv2D(6, {.name = "d"})(x); }, "DepthwiseConv2D 6×6"},
        {[&] { return nn::SeparableConv2D(2, 6, {.name = "s"})(x); }, "SeparableConv2D 2, 6×6"},
        {[&] {
             return nn::GlobalMaxPooling2D({.name = "g"})(zeros({2, 3}));
         },
         "(batch, rows,"},
    };
    for (const auto& [call, part] : shapes) {
        INFO(part);
        REQUIRE_THROWS_AS(call(), ShapeError);
        try {
            call();
        } catch (const ShapeError& e) {
            CHECK_THAT(std::string(e.what()), contains(part));
            CHECK_THAT(std::string(e.what()), contains("in layer '"));
        }
    }
    nn::Conv2D conv(4, 3);
    conv(x);
    REQUIRE_THROWS_AS(conv(zeros({2, 5, 5, 2})), ShapeError);
}

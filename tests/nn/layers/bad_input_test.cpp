// Layers refuse bad inputs before they allocate memory. The error has the right type and names the
// layer, the actual and the expected value.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <shikumi/autograd/memory/buffer.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"

using namespace shikumi;
using shikumi_test::contains;

namespace {

struct Row {
    std::string what;
    std::function<void()> attempt;
    bool (*is_right)(const Error&);
    std::vector<std::string> words;
};
using Rows = std::vector<Row>;

template <class E>
bool is(const Error& e) {
    return dynamic_cast<const E*>(&e) != nullptr;
}

void check(const Row& row) {
    INFO(row.what);
    release_cached_memory();
    const MemoryStats before = memory_stats();
    try {
        row.attempt();
        FAIL_CHECK("is not refused");
    } catch (const Error& e) {
        INFO(e.what());
        CHECK(row.is_right(e));
        for (const std::string& word : row.words) CHECK_THAT(e.what(), contains(word));
    }
    const MemoryStats after = memory_stats();
    CHECK(after.live == before.live);
    CHECK(after.allocations == before.allocations);
}

// A call of a fresh layer on zeros, which are stored as one number and take no memory.
template <class L>
std::function<void()> calling(L layer, const Shape& shape) {
    return [fresh = std::make_shared<L>(std::move(layer)), x = zeros(shape)] { (*fresh)(x); };
}

// A call on zeros after a call on another shape, for which the layer has made its weights.
template <class L>
std::function<void()> calling(L layer, const Shape& shape, const Shape& shape_before) {
    layer(zeros(shape_before));
    return calling(std::move(layer), shape);
}

// A call on several inputs after a valid call.
template <class L>
std::function<void()> calling(L layer, const Shape& shape_before, std::vector<Tensor> inputs) {
    layer(zeros(shape_before));
    return [built = std::make_shared<L>(std::move(layer)), inputs] { (*built)(inputs); };
}

// A call with a mask after a call without.
template <class L>
std::function<void()> masked(L layer, const Shape& shape, const Tensor& mask) {
    layer(zeros(shape));
    return [built = std::make_shared<L>(std::move(layer)), x = zeros(shape), mask] {
        nn::CallContext context;
        context.set_mask(x, mask);
        (*built)(x);
    };
}

}  // namespace

TEST_CASE("windows that don't fit", "[nn][bad-input]") {
    const Shape image{2, 5, 5, 3};
    const Rows rows{
        {"a kernel larger than the image",
         calling(nn::Conv2D(4, 6, {.name = "wide"}), image),
         is<ShapeError>,
         {"'wide'", "Conv2D 4, 6×6", "covers 6 elements of axis 1", "(2, 5, 5, 3)"}},
        {"a dilated kernel larger than the padded sequence",
         calling(nn::Conv1D(4, 3, {.dilation_rate = 4, .name = "far"}), {2, 8, 3}),
         is<ShapeError>,
         {"'far'", "Conv1D 4, 3, dilation 4", "covers 9 elements", "(2, 8, 3)", "which has 8"}},
        {"a kernel larger than the volume",
         calling(nn::Conv3D(4, {1, 1, 3}, {.name = "deep"}), {2, 5, 5, 2, 1}),
         is<ShapeError>,
         {"'deep'", "3 elements of axis 3", "(2, 5, 5, 2, 1)"}},
        {"a depthwise kernel larger than the image",
         calling(nn::DepthwiseConv2D({1, 6}, {.name = "depth"}), image),
         is<ShapeError>,
         {"'depth'", "6 elements of axis 2", "(2, 5, 5, 3)"}},
        {"a separable kernel larger than the image",
         calling(nn::SeparableConv2D(4, 7, {.name = "parts"}), image),
         is<ShapeError>,
         {"'parts'", "7 elements of axis 1", "(2, 5, 5, 3)"}},
        {"pooling to nothing",
         calling(nn::MaxPooling2D(6, {.name = "pool"}), image),
         is<ShapeError>,
         {"'pool'", "MaxPooling2D 6×6", "6 elements of axis 1", "(2, 5, 5, 3)"}},
        {"averaging nothing",
         calling(nn::AveragePooling1D(4, {.name = "mean"}), {2, 3, 1}),
         is<ShapeError>,
         {"'mean'", "4 elements of axis 1", "(2, 3, 1)"}},
        {"cropping to nothing",
         calling(nn::Cropping2D(3, {.name = "crop"}), image),
         is<ShapeError>,
         {"'crop'", "(2, 5, 5, 3)"}},
        {"a stride of 0",
         [] {
             nn::Conv2D(4, 3, {.strides = {1, 0}});
         },
         is<ValueError>,
         {"[convolution]", "strides must be at least 1", "got 0"}},
        {"a negative stride of pools",
         [] { nn::MaxPooling1D(2, {.strides = PerAxis(-1)}); },
         is<ValueError>,
         {"[pooling]", "strides must be at least 1", "got -1"}},
        {"a dilation of 0",
         [] { nn::Conv1D(4, 3, {.dilation_rate = 0}); },
         is<ValueError>,
         {"[convolution]", "dilation must be at least 1", "got 0"}},
        {"strides for three axes of two",
         [] {
             nn::Conv2D(4, 3, {.strides = {1, 1, 1}});
         },
         is<ShapeError>,
         {"[convolution]", "3 numbers as strides for 2 axes"}},
        {"groups that don't divide the filters",
         [] { nn::Conv2D(4, 3, {.groups = 3}); },
         is<ValueError>,
         {"[convolution]", "3 groups don't divide 4 filters"}},
        {"groups that don't divide the channels",
         calling(nn::Conv2D(4, 3, {.groups = 2, .name = "parts"}), image),
         is<ShapeError>,
         {"'parts'", "2 groups don't divide the 3 channels of (2, 5, 5, 3)"}},
        {"transposed, groups that don't divide the channels",
         calling(nn::Conv2DTranspose(4, 3, {.groups = 2, .name = "up"}), image),
         is<ShapeError>,
         {"'up'", "2 groups don't divide the 3 channels of (2, 5, 5, 3)"}},
        {"groups of channels that don't divide them",
         calling(nn::GroupNormalization({.groups = 2, .name = "norm"}), image),
         is<ShapeError>,
         {"'norm'", "2 groups don't divide the 3 channels of (2, 5, 5, 3)"}},
        {"a sequence instead of an image",
         calling(nn::Conv2D(4, 3, {.name = "flat"}), {2, 5, 3}),
         is<ShapeError>,
         {"'flat'", "(batch, rows, columns, channels)", "(2, 5, 3)"}},
    };
    for (const Row& row : rows) check(row);
}

TEST_CASE("a layer used with two shapes", "[nn][bad-input]") {
    const Rows rows{
        {"features of Dense",
         calling(nn::Dense(3, {.name = "d"}), {2, 5}, {2, 4}),
         is<ShapeError>,
         {"'d'", "(batch, …, 4)", "(2, 5)"}},
        {"channels of Conv2D",
         calling(nn::Conv2D(4, 3, {.name = "c"}), {2, 5, 5, 2}, {2, 5, 5, 3}),
         is<ShapeError>,
         {"'c'", "(2, 5, 5, 2)", "(3, 3, 3, 4)"}},
        {"channels of Conv2DTranspose",
         calling(nn::Conv2DTranspose(4, 3, {.name = "c"}), {2, 5, 5, 2}, {2, 5, 5, 3}),
         is<ShapeError>,
         {"'c'", "(2, 5, 5, 2)", "(3, 3, 4, 3)"}},
        {"channels of DepthwiseConv2D",
         calling(nn::DepthwiseConv2D(3, {.name = "c"}), {2, 5, 5, 2}, {2, 5, 5, 3}),
         is<ShapeError>,
         {"'c'", "(2, 5, 5, 2)", "3"}},
        {"channels of SeparableConv2D",
         calling(nn::SeparableConv2D(4, 3, {.name = "c"}), {2, 5, 5, 2}, {2, 5, 5, 3}),
         is<ShapeError>,
         {"'c'", "(2, 5, 5, 2)", "3"}},
        {"channels of BatchNormalization",
         calling(nn::BatchNormalization({.name = "b"}), {2, 5, 2}, {2, 5, 3}),
         is<ShapeError>,
         {"'b'", "(2, 5, 2)", "3"}},
        {"channels of GroupNormalization",
         calling(nn::GroupNormalization({.groups = 1, .name = "g"}), {2, 5, 2}, {2, 5, 3}),
         is<ShapeError>,
         {"'g'", "(2, 5, 2)", "3"}},
        {"features of LayerNormalization",
         calling(nn::LayerNormalization({.name = "l"}), {2, 5}, {2, 4}),
         is<ShapeError>,
         {"'l'", "(2, 5)", "4"}},
        {"features of RMSNormalization",
         calling(nn::RMSNormalization({.name = "r"}), {2, 5}, {2, 4}),
         is<ShapeError>,
         {"'r'", "(2, 5)", "4"}},
        {"features of PReLU",
         calling(nn::PReLU({.name = "p"}), {2, 5}, {2, 4}),
         is<ShapeError>,
         {"'p'", "(2, 5)", "4"}},
        {"features of LSTM",
         calling(nn::LSTM(3, {.name = "l"}), {2, 5, 6}, {2, 5, 4}),
         is<ShapeError>,
         {"'l'", "takes 4 features a step", "6"}},
        {"features of GRU",
         calling(nn::GRU(3, {.name = "g"}), {2, 5, 6}, {2, 5, 4}),
         is<ShapeError>,
         {"'g'", "takes 4 features a step", "6"}},
        {"features of Bidirectional",
         calling(nn::Bidirectional(nn::SimpleRNN(3), {.name = "b"}), {2, 5, 6}, {2, 5, 4}),
         is<ShapeError>,
         {"'b'", "takes 4 features a step", "6"}},
        {"features of TimeDistributed",
         calling(nn::TimeDistributed(nn::Dense(3), {.name = "t"}), {2, 5, 6}, {2, 5, 4}),
         is<ShapeError>,
         {"'t'", "(batch, …, 4)", "6"}},
        {"features of MultiHeadAttention",
         calling(nn::MultiHeadAttention(2, 2, {.name = "m"}), {2, 5, 6}, {2, 5, 4}),
         is<ShapeError>,
         {"'m'", "wants 4 features", "(2, 5, 6)"}},
        {"features of a model's first layer",
         calling(nn::Sequential{nn::Dense(3, {.name = "d"}), nn::Dense(2)}, {2, 5}, {2, 4}),
         is<ShapeError>,
         {"'d'", "(batch, …, 4)", "(2, 5)"}},
        {"another dtype",
         calling(nn::Dense(3, {.name = "d"}), {2, 4}, std::vector<Tensor>{zeros({2, 4}, i64)}),
         is<DTypeError>,
         {"'d'", "f32", "i64 (2, 4)"}},
    };
    for (const Row& row : rows) check(row);
}

TEST_CASE("sequences and masks that don't fit", "[nn][bad-input]") {
    const auto attention = [](const Tensor& mask) {
        return calling(nn::Attention({.name = "a"}), {2, 3, 4},
                       {zeros({2, 3, 4}), zeros({2, 5, 4}), mask});
    };
    const Rows rows{
        {"no step at all",
         calling(nn::LSTM(3, {.name = "l"}), {2, 0, 4}),
         is<ShapeError>,
         {"'l'", "at least one step", "(2, 0, 4)"}},
        {"no step for GRU",
         calling(nn::GRU(3, {.name = "g"}), {2, 0, 4}),
         is<ShapeError>,
         {"'g'", "at least one step", "(2, 0, 4)"}},
        {"no step in both directions",
         calling(nn::Bidirectional(nn::SimpleRNN(3), {.name = "b"}), {2, 0, 4}),
         is<ShapeError>,
         {"'b'", "at least one step", "(2, 0, 4)"}},
        {"one step without the others",
         calling(nn::SimpleRNN(3, {.name = "s"}), {2, 4}),
         is<ShapeError>,
         {"'s'", "(batch, time, features)", "(2, 4)"}},
        {"nothing to convolve",
         calling(nn::Conv1D(3, 2, {.name = "c"}), {2, 0, 4}),
         is<ShapeError>,
         {"'c'", "2 elements of axis 1", "(2, 0, 4)"}},
        {"a mask of fewer steps",
         masked(nn::LSTM(3, {.name = "l"}), {2, 5, 4}, zeros({2, 4}, bool_)),
         is<ShapeError>,
         {"'l'", "a mask bool (2, 5)", "(2, 4)"}},
        {"a mask of numbers",
         masked(nn::GRU(3, {.name = "g"}), {2, 5, 4}, zeros({2, 5})),
         is<ShapeError>,
         {"'g'", "a mask bool (2, 5)", "f32 (2, 5)"}},
        {"an attention mask of other steps",
         attention(zeros({2, 5, 3}, bool_)),
         is<ShapeError>,
         {"'a'", "the mask is (2, 5, 3)", "wanted (2, 3, 5)"}},
        {"an attention mask of numbers",
         attention(zeros({2, 3, 5})),
         is<ShapeError>,
         {"'a'", "(2, 3, 5)"}},
        {"a mask of keys that are not there",
         [] {
             nn::scaled_dot_product_attention(zeros({2, 3, 4}), zeros({2, 5, 4}), zeros({2, 5, 6}),
                                              {.mask = zeros({3, 4}, bool_)});
         },
         is<ShapeError>,
         {"[scaled_dot_product_attention]", "mask", "(3, 4)", "(2, 3, 5)"}},
        {"a mask of several batches",
         [] {
             nn::scaled_dot_product_attention(zeros({3, 4}), zeros({5, 4}), zeros({5, 6}),
                                              {.mask = zeros({2, 3, 5}, bool_)});
         },
         is<ShapeError>,
         {"[scaled_dot_product_attention]", "mask", "(2, 3, 5)", "(3, 5)"}},
        {"states of another batch",
         calling(nn::LSTM(3, {.name = "l"}), {2, 5, 4},
                 {zeros({2, 5, 4}), zeros({3, 3}), zeros({3, 3})}),
         is<ShapeError>,
         {"'l'", "(2, 3)", "(3, 3)"}},
        {"one state of two",
         calling(nn::LSTM(3, {.name = "l"}), {2, 5, 4}, {zeros({2, 5, 4}), zeros({2, 3})}),
         is<ShapeError>,
         {"'l'", "2 states", "got 1"}},
        {"an embedding of flags",
         calling(nn::Embedding(5, 2, {.name = "e"}), {2, 3},
                 std::vector<Tensor>{zeros({2, 3}, bool_)}),
         is<DTypeError>,
         {"'e'", "indices", "bool (2, 3)"}},
    };
    for (const Row& row : rows) check(row);
    REQUIRE_THROWS_AS(tensor({{1, 2}, {3}}), ShapeError);
    REQUIRE_THROWS_WITH(tensor({{1, 2}, {3}}), contains("1 elements where 2 were expected at [1]"));
}

// Indices are data, so evaluation checks them. A failed evaluation leaves no trace.
TEST_CASE("indices out of an Embedding's range", "[nn][bad-input]") {
    nn::Embedding embedding(5, 2, {.name = "words"});
    (void)embedding(tensor({{0, 4}}, i64)).to_vector<float>();
    for (const int index : {5, -1, -5, 1000}) {
        INFO(index);
        const std::size_t before = memory_stats().live;
        try {
            (void)embedding(tensor({{0, index}}, i64)).to_vector<float>();
            FAIL_CHECK("is not refused");
        } catch (const ValueError& e) {
            CHECK_THAT(e.what(), contains(std::to_string(index)));
            CHECK_THAT(e.what(), contains("5"));
            CHECK_THAT(e.what(), contains("'words'"));
        }
        CHECK(memory_stats().live == before);
    }
}

TEST_CASE("invalid functional models", "[nn][bad-input]") {
    const nn::Input a({4}, {.name = "a"}), b({4}, {.name = "b"});
    const nn::SymbolicTensor from_a = a | nn::Dense(3), both = nn::connect(nn::Add(), {a, b});
    const auto model = [](const nn::SymbolicTensors& inputs, const nn::SymbolicTensors& outputs) {
        return [=] { nn::Model(inputs, outputs, "m"); };
    };
    const auto inner = std::make_shared<nn::Model>(a, from_a, "inner");
    const auto chain = std::make_shared<nn::Sequential>("chain");
    const Rows rows{
        {"an input that leads nowhere",
         model({a, b}, from_a),
         is<ValueError>,
         {"[m]", "'b'", "no output depends on it"}},
        {"an input that isn't listed",
         model(a, both),
         is<ValueError>,
         {"[m]", "'b'", "not among the model's inputs"}},
        {"an input listed twice", model({a, a}, from_a), is<ValueError>, {"[m]", "'a'", "twice"}},
        {"an inner symbol as an input",
         model(from_a, from_a),
         is<ValueError>,
         {"[m]", "is not an Input"}},
        {"no output", model(a, nn::SymbolicTensors()), is<ValueError>, {"[m]", "at least one"}},
        {"a circle",
         [=] { *inner = nn::Model(a, a | nn::SharedLayer(inner), "outer"); },
         is<ValueError>,
         {"[outer]", "'inner'", "a layer of itself"}},
        {"a chain in itself", [=] { chain->add(chain); }, is<ValueError>, {"chain", "itself"}},
        {"shapes that don't add up",
         [] {
             nn::connect(nn::Add({.name = "sum"}),
                         {nn::Input({4}, {.name = "a"}), nn::Input({3}, {.name = "b"})});
         },
         is<ShapeError>,
         {"'sum'", "4)", "3)"}},
        {"an input of another shape",
         [m = std::make_shared<nn::Model>(a, from_a, "m")] {
             (*m)(zeros({2, 5}));
         },
         is<ShapeError>,
         {"[m]", "'a'", "(4,)", "(2, 5)"}},
        {"one input of two",
         [m = std::make_shared<nn::Model>(nn::SymbolicTensors{a, b}, both, "m")] {
             (*m)(zeros({2, 4}));
         },
         is<ShapeError>,
         {"[m]", "takes 2 inputs", "got 1"}},
    };
    for (const Row& row : rows) check(row);
}

// Masks through all layers, by the rules of Keras 3.15 (supports_masking and compute_mask of its
// classes, read in its source).
#include <cmath>
#include <memory>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using nn::Mode;
using shikumi_test::numbers;

namespace {

using Numbers = std::vector<double>;
using LayerList = std::vector<std::unique_ptr<nn::Layer>>;

template <class... L>
LayerList list_of(L... layers) {
    LayerList all;
    (all.push_back(std::make_unique<L>(std::move(layers))), ...);
    return all;
}

// (2, time, …) of numbers that differ, and a mask of its steps, in the context.
Tensor masked(const Shape& shape, const Tensor& mask) {
    const Tensor x = reshape(arange(shape.size()).cast(f32) * 0.1 + 0.1, shape);
    nn::CallContext::current()->set_mask(x, mask);
    return x;
}

Tensor two_and_three() { return tensor({{1, 1, 0}, {1, 0, 0}}, bool_); }

Numbers mask_after(nn::Layer& layer, const Shape& shape) {
    const nn::CallContext context;
    const Tensor mask = nn::mask_of(layer(masked(shape, two_and_three()), Mode::train));
    return mask.defined() ? numbers(mask) : Numbers();
}

const Numbers kept{1, 1, 0, 1, 0, 0}, none;

// Masking, with inputs a and b that are masked where they are 0.
struct Merged {
    Tensor y, mask;
};
Merged merge(nn::Layer& layer, const Tensor& a, const Tensor& b) {
    nn::Masking masking;
    const Tensor y = layer(std::vector{masking(a), masking(b)})[0];
    return {y, nn::mask_of(y)};
}

Tensor sequence(const std::vector<float>& steps) {
    return reshape(tensor(steps), {1, static_cast<Index>(steps.size()), 1});
}

}  // namespace

TEST_CASE("layers that leave the steps where they are hand on their mask", "[nn]") {
    for (const auto& layer :
         list_of(nn::Activation(nn::tanh), nn::ReLU(), nn::LeakyReLU(), nn::ELU(), nn::PReLU(),
                 nn::Softmax(), nn::Dense(5), nn::Dropout(0.5), nn::SpatialDropout1D(0.5),
                 nn::AlphaDropout(0.5), nn::GaussianDropout(0.5), nn::GaussianNoise(1),
                 nn::ActivityRegularization({.l2 = 1}), nn::BatchNormalization(),
                 nn::LayerNormalization(), nn::GroupNormalization({.groups = 2}),
                 nn::RMSNormalization(), nn::Normalization(), nn::Rescaling(2), nn::Attention(),
                 nn::MultiHeadAttention(1, 2), nn::AdditiveAttention(),
                 nn::GroupQueryAttention(2, 2, 1), nn::UnitNormalization(),
                 nn::EinsumDense("abc,cd->abd", {std::nullopt, 2}),
                 nn::LSTM(2, {.return_sequences = true}), nn::GRU(2, {.return_sequences = true}),
                 nn::SimpleRNN(2, {.return_sequences = true}),
                 nn::Bidirectional(nn::LSTM(2, {.return_sequences = true})),
                 nn::Sequential{nn::Dense(3), nn::Dropout(0.5), nn::Dense(2)})) {
        INFO(layer->class_name());
        CHECK(mask_after(*layer, {2, 3, 4}) == kept);
    }
    nn::TimeDistributed each(nn::Dense(2));
    CHECK(mask_after(each, {2, 3, 4}) == kept);
}

TEST_CASE("layers that move the steps, or take them away, end their mask", "[nn]") {
    // Sizes at which a mask by shape alone would fit the output.
    for (const auto& layer : list_of(
             nn::Permute({2, 1}), nn::Reshape({3, 3, 1}), nn::Flatten(), nn::ZeroPadding1D(1),
             nn::Cropping1D(1), nn::UpSampling1D(2), nn::Conv1D(2, 3, {.padding = Padding::same}),
             nn::Conv1D(2, 3, {.padding = Padding::causal}), nn::Conv1DTranspose(2, 1),
             nn::DepthwiseConv1D(1), nn::SeparableConv1D(2, 1), nn::MaxPooling1D(1),
             nn::AveragePooling1D(1, {.padding = Padding::same}), nn::AdaptiveMaxPooling1D(3),
             nn::AdaptiveAveragePooling1D(3), nn::GlobalMaxPooling1D(),
             nn::GlobalAveragePooling1D({.keepdims = true}),
             nn::Lambda([](const Tensor& x) { return x * 2; }), nn::LSTM(3), nn::GRU(3),
             nn::SimpleRNN(3), nn::Bidirectional(nn::GRU(3)), nn::Sequential{nn::Permute({2, 1})},
             nn::Embedding(9, 2))) {
        INFO(layer->class_name());
        CHECK(mask_after(*layer, layer->class_name() == "Embedding" ? Shape{2, 3}
                                                                    : Shape{2, 3, 3}) == none);
    }
    // Their own squares: time and features have one size.
    nn::Permute swap({2, 1});
    CHECK(mask_after(swap, {2, 3, 3}) == none);
    nn::RepeatVector repeat(3);
    const nn::CallContext context;
    CHECK_FALSE(nn::mask_of(repeat(masked({2, 3}, tensor({1, 0}, bool_)))).defined());
}

TEST_CASE("a layer of one's own says whether it hands on a mask", "[nn]") {
    struct Doubled : nn::Layer {
        Tensor call(const Tensor& x, Mode) override { return x * 2; }
    } plain;
    struct Supporting final : Doubled {
        bool supports_masking() const override { return true; }
    } supporting;
    struct Outer final : nn::Layer {
        Tensor call(const Tensor& x, Mode mode) override { return inner(x, mode); }
        Supporting inner;
    } outer;
    CHECK(mask_after(plain, {2, 3, 4}) == none);
    CHECK(mask_after(supporting, {2, 3, 4}) == kept);
    CHECK(mask_after(outer, {2, 3, 4}) == kept);  // the inner layer's output
}

TEST_CASE("merged steps count where any input's do", "[nn]") {
    const Tensor a = sequence({2, 3, 0, 0}), b = sequence({5, 0, 7, 0});
    const Numbers either{1, 1, 1, 0};
    const auto check = [&](nn::Layer&& layer, const Numbers& y) {
        INFO(layer.class_name());
        const nn::CallContext context;
        const Merged got = merge(layer, a, b);
        CHECK(numbers(got.y) == y);
        REQUIRE(got.mask.defined());
        CHECK(numbers(got.mask) == either);
    };
    check(nn::Add(), {7, 3, 7, 0});
    check(nn::Subtract(), {-3, 3, -7, 0});
    check(nn::Average(), {3.5, 1.5, 3.5, 0});
    check(nn::Multiply(), {10, 3, 7, 0});  // a hidden factor is 1
    check(nn::Maximum(), {5, 3, 7, 0});
    check(nn::Concatenate(), {2, 5, 3, 0, 0, 7, 0, 0});
    const nn::CallContext context;
    nn::Maximum largest;
    const Merged below = merge(largest, sequence({-2, -3, 0}), sequence({-5, 0, 0}));
    CHECK(numbers(below.y) == Numbers{-2, -3, 0});  // a hidden 0 isn't larger
    nn::Concatenate in_time(1);
    const Merged longer = merge(in_time, a, b);
    CHECK(numbers(longer.mask) == Numbers{1, 1, 0, 0, 1, 0, 1, 0});
    nn::Dot dot(2);
    CHECK_FALSE(merge(dot, a, b).mask.defined());
}

TEST_CASE("an input without a mask counts everywhere", "[nn]") {
    const Tensor a = sequence({2, 0}), b = sequence({0, 1});
    const nn::CallContext context;
    nn::Masking masking;
    const auto mask_of_merged = [&](nn::Layer&& layer) {
        return nn::mask_of(layer(std::vector{masking(a), b})[0]);
    };
    CHECK_FALSE(mask_of_merged(nn::Add()).defined());
    CHECK_FALSE(mask_of_merged(nn::Average()).defined());
    CHECK_FALSE(mask_of_merged(nn::Multiply()).defined());
    CHECK_FALSE(mask_of_merged(nn::Maximum()).defined());
    CHECK_FALSE(mask_of_merged(nn::Concatenate()).defined());
    CHECK(numbers(mask_of_merged(nn::Concatenate(1))) == Numbers{1, 0, 1, 1});
}

TEST_CASE("merging layers put new axes behind the batch", "[nn]") {
    // As many samples as steps: by NumPy's rule each sample would meet the steps of all.
    const Tensor sequences = reshape(arange(8).cast(f32), {2, 2, 2});
    const Tensor rows = tensor({{10.F, 20.F}, {30.F, 40.F}});
    const auto y = [&](nn::Layer&& layer) {
        return numbers(layer(std::vector{sequences, rows})[0]);
    };
    CHECK(y(nn::Add()) == Numbers{10, 21, 12, 23, 34, 45, 36, 47});
    CHECK(y(nn::Subtract()) == Numbers{-10, -19, -8, -17, -26, -35, -24, -33});
    CHECK(y(nn::Multiply()) == Numbers{0, 20, 20, 60, 120, 200, 180, 280});
    CHECK(y(nn::Average()) == Numbers{5, 10.5, 6, 11.5, 17, 22.5, 18, 23.5});
    CHECK(y(nn::Maximum()) == Numbers{10, 20, 10, 20, 30, 40, 30, 40});
    const nn::CallContext context;
    const Tensor x = masked({2, 3, 4}, two_and_three());
    const Tensor other = masked({2, 5, 3, 4}, ones({2, 5, 3}, bool_));
    const Tensor mask = nn::mask_of(nn::Add()(std::vector{x, other})[0]);
    CHECK(mask.shape() == Shape{2, 5, 3});
}

TEST_CASE("padding is left out behind merged inputs", "[nn]") {
    const nn::Input in({3, 1});
    const auto loss = [&](nn::SharedLayer layer, double target) {
        const auto k = nn::SymbolicTensor(in) | nn::Masking(0);
        nn::Model m(in, nn::connect(layer, {k, k}));
        m.compile({.loss = nn::mean_squared_error});
        const Index last = m.output().shape.back();
        return m.evaluate(tensor({{{1.F}, {0.F}, {0.F}}}), full({1, 3, last}, target))["loss"];
    };
    CHECK(loss(nn::shared(nn::Average()), 4) == Approx(9));
    CHECK(loss(nn::shared(nn::Add()), 4) == Approx(4));
    CHECK(loss(nn::shared(nn::Multiply()), 4) == Approx(9));
    CHECK(loss(nn::shared(nn::Maximum()), 4) == Approx(9));
    CHECK(loss(nn::shared(nn::Subtract()), 4) == Approx(16));
    CHECK(loss(nn::shared(nn::Concatenate()), 4) == Approx(9));

    // An LSTM behind an Add: the same for a longer padding.
    struct Tagger final : nn::Model {
        nn::Embedding words{9, 3, {.mask_zero = true}};
        nn::LSTM first{3, {.return_sequences = true}}, second{2};
        nn::Add add;
        Tensor call(const Tensor& x, Mode mode) override {
            const Tensor e = words(x, mode);
            return second(add(std::vector{e, first(e, mode)}, mode)[0], mode);
        }
    } tagger;
    const auto brief = numbers(tagger.predict(tensor({{3, 8}}, i64)));
    const auto padded = numbers(tagger.predict(tensor({{3, 8, 0, 0}}, i64)));
    for (std::size_t i = 0; i < 2; ++i) CHECK(padded[i] == Approx(brief[i]).epsilon(1e-5));
}

TEST_CASE("recurrent layers on lists hand on the mask of the sequence", "[nn]") {
    const nn::CallContext context;
    const Tensor x = masked({2, 3, 4}, two_and_three());
    nn::LSTM lstm(2, {.return_sequences = true, .return_state = true});
    const std::vector<Tensor> y = lstm(std::vector{x, zeros({2, 2}), zeros({2, 2})});
    REQUIRE(y.size() == 3);
    CHECK(numbers(nn::mask_of(y[0])) == kept);
    CHECK_FALSE(nn::mask_of(y[1]).defined());
    nn::GRU last(2);
    CHECK_FALSE(nn::mask_of(last(std::vector{x, zeros({2, 2})})[0]).defined());
    nn::Bidirectional both(nn::GRU(2, {.return_sequences = true}),
                           {.merge_mode = nn::MergeMode::none});
    const std::vector<Tensor> pair = both(std::vector{x});
    for (const Tensor& t : pair) CHECK(numbers(nn::mask_of(t)) == kept);
}

TEST_CASE("hidden steps are zeros from both directions", "[nn]") {
    for (const nn::MergeMode mode :
         {nn::MergeMode::concat, nn::MergeMode::sum, nn::MergeMode::ave, nn::MergeMode::mul}) {
        const nn::CallContext context;
        nn::Bidirectional both(nn::LSTM(2, {.return_sequences = true}), {.merge_mode = mode});
        const Tensor y = both(masked({2, 3, 4}, two_and_three()));
        const Tensor sizes = max(abs(y), -1);
        const auto seen = numbers(sizes);
        for (std::size_t i = 0; i < seen.size(); ++i) CHECK((seen[i] > 0) == (kept[i] > 0));
    }
    // A step hidden in the middle: alike.
    const nn::CallContext context;
    nn::Bidirectional both(nn::GRU(2, {.return_sequences = true}));
    const Tensor y = both(masked({1, 3, 2}, tensor({{1, 0, 1}}, bool_)));
    CHECK(numbers(slice(y, 1, {1, 2})) == Numbers{0, 0, 0, 0});
}

TEST_CASE("words' masks reach the layer that goes through each sentence", "[nn]") {
    const Tensor words = tensor({{{1, 2, 0}, {3, 0, 0}, {0, 0, 0}}}, i64);
    nn::Embedding embedding(5, 2, {.mask_zero = true});
    nn::TimeDistributed sentences(nn::LSTM(3));
    const nn::CallContext context;
    const Tensor e = embedding(words);
    CHECK(nn::mask_of(e).shape() == Shape{1, 3, 3});
    const Tensor y = sentences(e);
    // Each sentence by itself, without its padding.
    nn::Layer& lstm = *sentences.inner_layers()[0];
    const auto alone = [&](Index sentence, Index length) {
        return numbers(lstm(
            reshape(slice(e, {{0, 1}, {sentence, sentence + 1}, {0, length}}), {1, length, 2})));
    };
    const auto got = numbers(y), first = alone(0, 2), second = alone(1, 1);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(got[i] == Approx(first[i]));
        CHECK(got[3 + i] == Approx(second[i]));
        CHECK(got[6 + i] == 0);
    }
    CHECK(numbers(nn::mask_of(y)) == Numbers{1, 1, 0});  // a sentence without words
    nn::TimeDistributed each_word(nn::LSTM(3, {.return_sequences = true}));
    CHECK(numbers(nn::mask_of(each_word(e))) == Numbers{1, 1, 0, 1, 0, 0, 0, 0, 0});
    nn::TimeDistributed dense(nn::Dense(2));
    CHECK(nn::mask_of(dense(e)).shape() == Shape{1, 3, 3});
    nn::Masking masking;
    CHECK(nn::mask_of(masking(zeros({1, 2, 3, 4}))).shape() == Shape{1, 2, 3});

    // A loss a word: uniform softmax costs log 2 wherever it counts.
    nn::Sequential m{
        nn::Embedding(5, 2, {.mask_zero = true}),
        nn::Dense(2, {.activation = nn::softmax, .kernel_initializer = nn::zeros_init()})};
    m.compile({.loss = nn::sparse_categorical_crossentropy, .metrics = {nn::accuracy}});
    const nn::Logs logs = m.evaluate(words, tensor({{{0, 1, 1}, {0, 1, 1}, {1, 1, 1}}}, i64));
    CHECK(logs["loss"] == Approx(std::log(2)).epsilon(1e-6));
    CHECK(logs["accuracy"] == Approx(2 / 3.0));  // argmax is 0: right in two of three words
}

TEST_CASE("the mean over hidden steps alone is 0, and training goes on", "[nn]") {
    nn::Sequential m{nn::Masking(0, {.input_shape = {2, 1}}), nn::GlobalAveragePooling1D(),
                     nn::Dense(1)};
    m.compile({.optimizer = optim::SGD({.learning_rate = 0.1}), .loss = nn::mean_squared_error});
    const Tensor x = tensor({{{0.F}, {0.F}}, {{2.F}, {0.F}}});
    nn::GlobalAveragePooling1D pool;
    nn::Masking masking;
    {
        const nn::CallContext context;
        CHECK(numbers(pool(masking(x))) == Numbers{0, 2});
    }
    const auto losses = m.fit(x, zeros({2, 1}), {.epochs = 20, .verbose = 0}).history.at("loss");
    CHECK(losses.back() < losses.front());
}

TEST_CASE("attention over pictures heeds the mask of its values", "[nn]") {
    nn::MultiHeadAttention attention(1, 2, {.attention_axes = {2}});
    const nn::CallContext context;
    const Tensor x = masked({1, 2, 3, 4}, tensor({{{1, 1, 0}, {1, 1, 1}}}, bool_));
    const Tensor y = attention(x);
    CHECK(nn::mask_of(y).shape() == Shape{1, 2, 3});
    // The first row of pixels by itself, without the hidden one.
    const Tensor row = attention(slice(x, {{0, 1}, {0, 1}, {0, 2}}));
    const auto got = numbers(slice(y, {{0, 1}, {0, 1}, {0, 2}})), wanted = numbers(row);
    for (std::size_t i = 0; i < wanted.size(); ++i)
        CHECK(got[i] == Approx(wanted[i]).epsilon(1e-5));
}

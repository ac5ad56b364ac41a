// A model for each class of layers, with options that aren't the defaults, for what is tried with
// every layer: files, other programs.
#pragma once

#include <string>
#include <vector>

#include <shikumi/nn/nn.hpp>

namespace shikumi_test {

// A layer, and what it is called on; the batch isn't part of the shapes.
struct LayerCase {
    shikumi::nn::SharedLayer layer;
    std::vector<shikumi::Spec> inputs;

    std::string name() const { return layer.layer->class_name(); }
    // A functional model that calls it. Its inputs are "in_0", "in_1", …
    shikumi::nn::Model model() const {
        std::vector<shikumi::nn::SymbolicTensor> x;
        for (const shikumi::Spec& input : inputs)
            x.push_back(shikumi::nn::symbolic_input(input, "in_" + std::to_string(x.size())));
        return {x, shikumi::nn::connect(layer, x)};
    }
};

namespace every_layer {

namespace nn = shikumi::nn;
using shikumi::DType;
using shikumi::f32;
using shikumi::i32;
using shikumi::i64;
using shikumi::Interpolation;
using shikumi::Padding;
using shikumi::Shape;

inline LayerCase one(auto layer, const Shape& input, DType dtype = f32) {
    return {nn::shared(std::move(layer)), {{input, dtype}}};
}
inline LayerCase several(auto layer, std::vector<Shape> inputs) {
    LayerCase all{nn::shared(std::move(layer)), {}};
    for (const Shape& input : inputs) all.inputs.push_back({input, f32});
    return all;
}

inline void add_core(std::vector<LayerCase>& all) {
    all.push_back(one(nn::Dense(3, {.activation = nn::tanh,
                                    .kernel_initializer = nn::he_normal(),
                                    .bias_initializer = nn::constant(0.25),
                                    .kernel_regularizer = nn::L1L2(0.5, 0.25),
                                    .bias_regularizer = nn::L1(0.125),
                                    .activity_regularizer = nn::L2(0.5),
                                    .kernel_constraint = nn::MaxNorm(2),
                                    .bias_constraint = nn::NonNeg()}),
                      {4}));
    all.push_back(one(nn::Dense(2, {.activation = nn::gelu, .use_bias = false}), {3, 4}));
    all.push_back(
        one(nn::EinsumDense("abc,cd->abd", {std::nullopt, 3}, {.bias_axes = "d"}), {5, 4}));
    all.push_back(one(
        nn::Embedding(7, 3, {.embeddings_regularizer = nn::L2(0.5), .mask_zero = true}), {5}, i32));
    all.push_back(one(nn::Masking(-1), {4, 2}));
    all.push_back(one(nn::Activation(nn::softmax), {4}));
    for (const auto& f :
         {nn::ActivationFunction(nn::silu), nn::ActivationFunction(nn::mish),
          nn::ActivationFunction(nn::hard_sigmoid6), nn::ActivationFunction(nn::leaky_relu),
          nn::ActivationFunction(nn::log_softmax), nn::ActivationFunction(nn::exponential),
          nn::ActivationFunction(nn::softsign)})
        all.push_back(one(nn::Activation(f), {4}));
    all.push_back(one(nn::ELU(0.5), {4}));
    all.push_back(one(nn::LeakyReLU(0.125), {4}));
    all.push_back(
        one(nn::PReLU({.alpha_initializer = nn::constant(0.5), .shared_axes = {1}}), {4, 3}));
    all.push_back(one(nn::ReLU({.max_value = 2, .negative_slope = 0.25, .threshold = 0.5}), {4}));
    all.push_back(one(nn::ReLU(), {4}));
    all.push_back(one(nn::Softmax(1), {4, 3}));
    all.push_back(one(nn::ActivityRegularization({.l1 = 0.5, .l2 = 0.25}), {4}));
}

inline void add_convolutions(std::vector<LayerCase>& all) {
    using nn::ConvOptions;
    all.push_back(one(nn::Conv1D(4, 3, {.padding = Padding::causal, .dilation_rate = 2}), {9, 4}));
    all.push_back(
        one(nn::Conv2D(
                4, {3, 2},
                {.strides = {2, 1}, .padding = Padding::same, .groups = 2, .activation = nn::relu}),
            {8, 7, 4}));
    all.push_back(one(nn::Conv3D(2, 2, {.use_bias = false}), {4, 4, 4, 2}));
    all.push_back(one(nn::Conv1DTranspose(3, 3, {.strides = 2}), {5, 2}));
    all.push_back(
        one(nn::Conv2DTranspose(3, 3, {.strides = 2, .padding = Padding::same}), {4, 5, 2}));
    all.push_back(one(nn::Conv3DTranspose(2, 2, {.strides = 2}), {3, 3, 3, 2}));
    all.push_back(one(nn::DepthwiseConv1D(3, {.depth_multiplier = 2}), {7, 3}));
    all.push_back(
        one(nn::DepthwiseConv2D(3, {.padding = Padding::same, .depth_multiplier = 2}), {6, 6, 3}));
    all.push_back(one(nn::SeparableConv1D(4, 3, {.depth_multiplier = 2}), {7, 3}));
    all.push_back(
        one(nn::SeparableConv2D(4, 3, {.strides = 2, .padding = Padding::same}), {7, 7, 3}));
}

inline void add_pooling(std::vector<LayerCase>& all) {
    const nn::PoolingOptions two{.strides = 2, .padding = Padding::same};
    const Shape line{7, 2}, picture{7, 6, 2}, room{5, 4, 6, 2};
    all.push_back(one(nn::MaxPooling1D(3, two), line));
    all.push_back(one(nn::MaxPooling2D({3, 2}, two), picture));
    all.push_back(one(nn::MaxPooling3D(2, two), room));
    all.push_back(one(nn::AveragePooling1D(3, two), line));
    all.push_back(one(nn::AveragePooling2D({3, 2}, two), picture));
    all.push_back(one(nn::AveragePooling3D(), room));
    all.push_back(one(nn::GlobalMaxPooling1D({.keepdims = true}), line));
    all.push_back(one(nn::GlobalMaxPooling2D(), picture));
    all.push_back(one(nn::GlobalMaxPooling3D(), room));
    all.push_back(one(nn::GlobalAveragePooling1D(), line));
    all.push_back(one(nn::GlobalAveragePooling2D({.keepdims = true}), picture));
    all.push_back(one(nn::GlobalAveragePooling3D(), room));
    all.push_back(one(nn::AdaptiveMaxPooling1D(3), line));
    all.push_back(one(nn::AdaptiveMaxPooling2D({3, 2}), picture));
    all.push_back(one(nn::AdaptiveMaxPooling3D(2), room));
    all.push_back(one(nn::AdaptiveAveragePooling1D(3), line));
    all.push_back(one(nn::AdaptiveAveragePooling2D({3, 2}), picture));
    all.push_back(one(nn::AdaptiveAveragePooling3D(2), room));
}

inline void add_reshaping(std::vector<LayerCase>& all) {
    const Shape line{7, 2}, picture{7, 6, 2}, room{5, 4, 6, 2};
    all.push_back(one(nn::Cropping1D({1, 2}), line));
    all.push_back(one(nn::Cropping2D({{1, 0}, {2, 1}}), picture));
    all.push_back(one(nn::Cropping3D(1), room));
    all.push_back(one(nn::Flatten(), picture));
    all.push_back(one(nn::Permute({2, 3, 1}), picture));
    all.push_back(one(nn::RepeatVector(3), {4}));
    all.push_back(one(nn::Reshape({-1, 4}), picture));
    all.push_back(one(nn::UpSampling1D(3), line));
    all.push_back(
        one(nn::UpSampling2D({2, 3}, {.interpolation = Interpolation::bilinear}), picture));
    all.push_back(one(nn::UpSampling3D(2), room));
    all.push_back(one(nn::ZeroPadding1D({1, 2}), line));
    all.push_back(one(nn::ZeroPadding2D({{1, 0}, {2, 1}}), picture));
    all.push_back(one(nn::ZeroPadding3D(1), room));
}

inline void add_merging(std::vector<LayerCase>& all) {
    const std::vector<Shape> two{{4, 3}, {4, 3}}, three{{4, 3}, {4, 3}, {4, 3}};
    all.push_back(several(nn::Add(), three));
    all.push_back(several(nn::Subtract(), two));
    all.push_back(several(nn::Multiply(), three));
    all.push_back(several(nn::Average(), three));
    all.push_back(several(nn::Maximum(), two));
    all.push_back(several(nn::Minimum(), two));
    all.push_back(several(nn::Concatenate(1), {{4, 3}, {2, 3}}));
    all.push_back(several(nn::Dot(2, 1, {.normalize = true}), {{4, 3}, {3, 2}}));
}

inline void add_normalization(std::vector<LayerCase>& all) {
    const Shape picture{5, 6, 4};
    all.push_back(
        one(nn::BatchNormalization({.axis = 1, .momentum = 0.9, .center = false}), picture));
    all.push_back(one(nn::BatchNormalization(), {4}));
    all.push_back(one(nn::GroupNormalization({.groups = 2, .scale = false}), picture));
    all.push_back(one(nn::LayerNormalization({.axis = {1, 2, 3}, .epsilon = 0.01}), picture));
    all.push_back(one(nn::RMSNormalization({.epsilon = 0.01}), picture));
    all.push_back(one(nn::UnitNormalization({.axis = 1}), picture));
}

inline void add_regularization(std::vector<LayerCase>& all) {
    all.push_back(one(nn::Dropout(0.25, {.noise_shape = {{-1, 1, 3}}}), {4, 3}));
    all.push_back(one(nn::AlphaDropout(0.25), {4}));
    all.push_back(one(nn::GaussianDropout(0.25), {4}));
    all.push_back(one(nn::GaussianNoise(0.25), {4}));
    all.push_back(one(nn::SpatialDropout1D(0.25), {7, 2}));
    all.push_back(one(nn::SpatialDropout2D(0.25), {7, 6, 2}));
    all.push_back(one(nn::SpatialDropout3D(0.25), {5, 4, 6, 2}));
}

inline void add_attention(std::vector<LayerCase>& all) {
    const std::vector<Shape> two{{4, 6}, {5, 6}}, three{{4, 6}, {5, 6}, {5, 6}};
    all.push_back(
        several(nn::Attention({.use_scale = true, .score_mode = nn::Score::concat}), two));
    all.push_back(several(nn::AdditiveAttention({.use_scale = false}), three));
    all.push_back(several(
        nn::MultiHeadAttention(2, 3, {.value_dim = 4, .output_shape = {5}, .attention_axes = {1}}),
        two));
    all.push_back(
        several(nn::MultiHeadAttention(2, 3, {.use_bias = false, .attention_axes = {1}}), three));
    all.push_back(several(nn::GroupQueryAttention(3, 4, 2), two));
}

inline void add_recurrent(std::vector<LayerCase>& all) {
    const Shape sequence{5, 3};
    all.push_back(one(nn::LSTM(4, {.return_sequences = true, .go_backwards = true}), sequence));
    all.push_back(
        one(nn::LSTM(4, {.recurrent_activation = nn::hard_sigmoid6, .unit_forget_bias = false}),
            sequence));
    all.push_back(one(nn::GRU(4, {.reset_after = true}), sequence));
    all.push_back(one(nn::GRU(4, {.reset_after = false}), sequence));
    all.push_back(one(nn::SimpleRNN(4, {.activation = nn::relu}), sequence));
    all.push_back(
        one(nn::Bidirectional(nn::LSTM(3), {.merge_mode = nn::MergeMode::sum}), sequence));
    all.push_back(one(nn::Bidirectional(nn::GRU(2, {.return_sequences = true})), sequence));
    all.push_back(one(nn::RNN(nn::LSTMCell(3)), sequence));
    all.push_back(one(nn::RNN(nn::StackedRNNCells(nn::GRUCell(2), nn::SimpleRNNCell(3)),
                              {.return_sequences = true}),
                      sequence));
    all.push_back(one(nn::TimeDistributed(nn::Dense(2)), sequence));
    all.push_back(one(nn::ConvLSTM1D(2, 2, {.padding = Padding::same}), {3, 5, 2}));
    all.push_back(one(nn::ConvLSTM2D(2, 2, {.return_sequences = true}), {3, 5, 4, 2}));
    all.push_back(one(nn::ConvLSTM3D(2, 2), {2, 3, 4, 3, 1}));
}

inline void add_preprocessing(std::vector<LayerCase>& all) {
    const Shape picture{6, 8, 3};
    all.push_back(
        one(nn::CategoryEncoding(5, {.output_mode = nn::OutputMode::multi_hot}), {3}, i32));
    all.push_back(one(nn::Discretization({.bin_boundaries = {-1, 0.5, 2}}), {3}));
    all.push_back(one(nn::IntegerLookup({.vocabulary = {3, 5, 8}}), {4}, i64));
    all.push_back(one(nn::Normalization({.mean = {1, 2}, .variance = {4, 9}}), {2}));
    all.push_back(one(nn::RandomFlip(nn::Flip::horizontal), picture));
    all.push_back(one(nn::RandomRotation({-0.125, 0.25}), picture));
    all.push_back(one(nn::RandomTranslation(0.125, {-0.25, 0.125}), picture));
    all.push_back(one(nn::RandomZoom(0.25), picture));
    all.push_back(one(nn::Rescaling(0.5, -1), picture));
    all.push_back(one(nn::Resizing(3, 4, {.interpolation = Interpolation::nearest}), picture));
    all.push_back(one(nn::CenterCrop(4, 5), picture));
}

}  // namespace every_layer

// Each class that files can hold, in at least one case.
inline std::vector<LayerCase> every_layer_case() {
    std::vector<LayerCase> all;
    every_layer::add_core(all);
    every_layer::add_convolutions(all);
    every_layer::add_pooling(all);
    every_layer::add_reshaping(all);
    every_layer::add_merging(all);
    every_layer::add_normalization(all);
    every_layer::add_regularization(all);
    every_layer::add_attention(all);
    every_layer::add_recurrent(all);
    every_layer::add_preprocessing(all);
    return all;
}

}  // namespace shikumi_test

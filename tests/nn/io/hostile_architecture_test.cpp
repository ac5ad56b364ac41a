// Files that mean harm: every field of a layer's configuration with values that it can't want.
#include <shikumi/nn/nn.hpp>

#include <string>

#include "catch.hpp"
#include "support/harmful.hpp"

using namespace shikumi;

namespace {

struct Described {
    const char *class_name, *config, *input_shape;
};

const Described described[] = {
    {"ActivityRegularization", R"({"l1": 0.1, "l2": 0.2})", "[null, 3]"},
    {"AdaptiveAveragePooling1D", R"({"output_size": [2]})", "[null, 6, 2]"},
    {"AdaptiveMaxPooling2D", R"({"output_size": 3})", "[null, 6, 6, 2]"},
    {"AdditiveAttention", R"({"use_scale": true})", "[null, 4, 3]"},
    {"AlphaDropout", R"({"rate": 0.2})", "[null, 3]"},
    {"Attention", R"({"score_mode": "concat", "use_scale": true, "dropout": 0.1})", "[null, 4, 3]"},
    {"BatchNormalization", R"({"axis": -1, "momentum": 0.9, "epsilon": 0.01})", "[null, 4]"},
    {"Bidirectional",
     R"({"layer": {"class_name": "LSTM", "config": {"units": 2, "return_sequences": true}},
         "merge_mode": "sum"})",
     "[null, 3, 2]"},
    {"CategoryEncoding", R"({"num_tokens": 4, "output_mode": "count"})", "[null, 3]"},
    {"CenterCrop", R"({"height": 2, "width": 3})", "[null, 4, 4, 1]"},
    {"Conv1DTranspose", R"({"filters": 2, "kernel_size": 3, "strides": 2, "output_padding": 1})",
     "[null, 4, 2]"},
    {"Conv3D",
     R"({"filters": 4, "kernel_size": [2, 2, 2], "strides": 2, "groups": 2, "dilation_rate": 1,
         "padding": "same"})",
     "[null, 4, 4, 4, 2]"},
    {"ConvLSTM1D",
     R"({"filters": 2, "kernel_size": 2, "strides": 1, "padding": "same", "dropout": 0.1,
         "unit_forget_bias": true})",
     "[null, 3, 4, 2]"},
    {"Cropping1D", R"({"cropping": [1, 1]})", "[null, 5, 2]"},
    {"Cropping3D", R"({"cropping": [[1, 0], [0, 1], [1, 1]]})", "[null, 5, 5, 5, 2]"},
    {"DepthwiseConv1D", R"({"kernel_size": 2, "depth_multiplier": 2})", "[null, 4, 2]"},
    {"Discretization", R"({"bin_boundaries": [0.0, 1.5], "num_bins": 3, "output_mode": "one_hot"})",
     "[null, 3]"},
    {"Dropout", R"({"rate": 0.2, "noise_shape": [null, 1, 3]})", "[null, 2, 3]"},
    {"ELU", R"({"alpha": 0.5})", "[null, 4]"},
    {"EinsumDense",
     R"({"equation": "abc,cde->abde", "output_shape": [null, 2, 3], "bias_axes": "de"})",
     "[null, 4, 3]"},
    {"Embedding", R"({"input_dim": 5, "output_dim": 3})", "[null, 4]"},
    {"Flatten", R"({"data_format": "channels_first"})", "[null, 2, 3, 4]"},
    {"GRU", R"({"units": 2, "reset_after": false, "recurrent_dropout": 0.1, "stateful": true})",
     "[null, 3, 2]"},
    {"GaussianDropout", R"({"rate": 0.2})", "[null, 3]"},
    {"GaussianNoise", R"({"stddev": 0.2})", "[null, 3]"},
    {"GlobalMaxPooling1D", R"({"keepdims": true})", "[null, 4, 1]"},
    {"GroupNormalization", R"({"groups": 2, "axis": -1})", "[null, 3, 4]"},
    {"GroupQueryAttention", R"({"head_dim": 2, "num_query_heads": 4, "num_key_value_heads": 2})",
     "[null, 4, 3]"},
    {"IntegerLookup",
     R"({"vocabulary": [5, 7], "num_oov_indices": 2, "mask_token": 0, "max_tokens": 9,
         "idf_weights": null})",
     "[null, 3]"},
    {"LayerNormalization", R"({"axis": [1, 2]})", "[null, 3, 4]"},
    {"LeakyReLU", R"({"negative_slope": 0.1})", "[null, 4]"},
    {"Masking", R"({"mask_value": 0.5})", "[null, 4, 3]"},
    {"MaxPooling3D", R"({"pool_size": 2, "strides": 1, "padding": "same"})", "[null, 4, 4, 4, 1]"},
    {"MultiHeadAttention",
     R"({"num_heads": 2, "key_dim": 3, "value_dim": 2, "output_shape": 4, "attention_axes": [1]})",
     "[null, 4, 3]"},
    {"Normalization", R"({"axis": -1, "mean": [1.0, 2.0], "variance": [1.0, 4.0]})", "[null, 2]"},
    {"PReLU", R"({"shared_axes": [1]})", "[null, 3, 4]"},
    {"Permute", R"({"dims": [2, 1]})", "[null, 2, 3]"},
    {"RMSNormalization", R"({"axis": -1})", "[null, 4]"},
    {"RNN",
     R"({"cell": {"class_name": "StackedRNNCells",
         "config": {"cells": [{"class_name": "LSTMCell", "config": {"units": 2}},
         {"class_name": "GRUCell", "config": {"units": 3}}]}}, "return_sequences": true})",
     "[null, 3, 2]"},
    {"RandomFlip", R"({"mode": "vertical"})", "[null, 4, 4, 1]"},
    {"RandomRotation",
     R"({"factor": [-0.1, 0.2], "fill_mode": "wrap", "interpolation": "nearest",
         "fill_value": 0.5})",
     "[null, 4, 4, 1]"},
    {"RandomTranslation", R"({"height_factor": 0.1, "width_factor": [0, 0.2]})", "[null, 4, 4, 1]"},
    {"RandomZoom", R"({"height_factor": 0.1, "width_factor": null})", "[null, 4, 4, 1]"},
    {"ReLU", R"({"max_value": 2.0, "negative_slope": 0.1, "threshold": 0.2})", "[null, 4]"},
    {"RepeatVector", R"({"n": 3})", "[null, 2]"},
    {"Rescaling", R"({"scale": [0.5, 2.0], "offset": 0.1})", "[null, 4, 2]"},
    {"Reshape", R"({"target_shape": [3, -1]})", "[null, 6]"},
    {"Resizing",
     R"({"height": 3, "width": 2, "interpolation": "bicubic", "antialias": true,
         "pad_to_aspect_ratio": true, "fill_value": 0.5})",
     "[null, 4, 4, 1]"},
    {"SeparableConv2D", R"({"filters": 2, "kernel_size": 2, "depth_multiplier": 2})",
     "[null, 4, 4, 2]"},
    {"Softmax", R"({"axis": -1})", "[null, 4]"},
    {"SpatialDropout3D", R"({"rate": 0.2})", "[null, 2, 2, 2, 3]"},
    {"TimeDistributed", R"({"layer": {"class_name": "Dense", "config": {"units": 2}}})",
     "[null, 3, 2]"},
    {"UnitNormalization", R"({"axis": [1]})", "[null, 4]"},
    {"UpSampling1D", R"({"size": 2})", "[null, 2, 2]"},
    {"UpSampling2D", R"({"size": [2, 2], "interpolation": "bilinear"})", "[null, 2, 2, 2]"},
    {"UpSampling3D", R"({"size": [2, 2, 2]})", "[null, 2, 2, 2, 2]"},
    {"ZeroPadding1D", R"({"padding": [1, 1]})", "[null, 5, 2]"},
    {"ZeroPadding3D", R"({"padding": [[1, 0], [0, 1], [1, 1]]})", "[null, 2, 2, 2, 2]"},
};

Config layer_of(const Described& one) {
    return {{"class_name", one.class_name},
            {"config", nn::parse_json(one.config, one.class_name)},
            {"build_config", {{"input_shape", nn::parse_json(one.input_shape, "shape")}}}};
}

}  // namespace

TEST_CASE("a harmful value anywhere in a layer's file is refused, or means something", "[nn][io]") {
    constexpr nn::ModelBudget budget{.weight_bytes = 1 << 20, .steps = 100};
    int refused = 0, tried = 0;
    for (const Described& one : described) {
        INFO(one.class_name);
        const Config layer = layer_of(one);
        REQUIRE_NOTHROW(nn::layer_from_config(layer, budget));
        shikumi_test::for_each_place(layer, [&](const shikumi_test::Place& place) {
            for (const Config& value : shikumi_test::harmful_values()) {
                ++tried;
                try {
                    nn::layer_from_config(shikumi_test::replaced(layer, place, value), budget);
                } catch (const Error&) {  // nothing else, and no end of the program
                    ++refused;
                }
            }
        });
    }
    CHECK(tried > 5000);
    CHECK(refused > tried / 2);
}

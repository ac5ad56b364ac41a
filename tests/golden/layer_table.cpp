// Makes every layer from its configuration: one entry for each of Keras's classes.
#include <functional>
#include <map>
#include <optional>

#include "config.hpp"

namespace shikumi::golden {

namespace {

using Maker = LayerPointer (*)(const Config& config);

template <class L>
LayerPointer plain(const Config&) {
    return std::make_shared<L>();
}

// ---- core ---------------------------------------------------------------------------------------

LayerPointer dense(const Config& c) {
    return std::make_shared<nn::Dense>(
        c.get<Index>("units"),
        nn::DenseOptions{.activation = read_activation(c),
                         .use_bias = c.get("use_bias", true),
                         .kernel_regularizer = read_regularizer(c, "kernel_regularizer"),
                         .bias_regularizer = read_regularizer(c, "bias_regularizer"),
                         .activity_regularizer = read_regularizer(c, "activity_regularizer"),
                         .kernel_constraint = read_constraint(c, "kernel_constraint"),
                         .bias_constraint = read_constraint(c, "bias_constraint")});
}

LayerPointer embedding(const Config& c) {
    return std::make_shared<nn::Embedding>(
        c.get<Index>("input_dim"), c.get<Index>("output_dim"),
        nn::EmbeddingOptions{
            .embeddings_regularizer = read_regularizer(c, "embeddings_regularizer"),
            .embeddings_constraint = read_constraint(c, "embeddings_constraint"),
            .mask_zero = c.get("mask_zero", false)});
}

LayerPointer einsum_dense(const Config& c) {
    const json& given = c.at("output_shape");
    std::vector<std::optional<Index>> output_shape;
    for (const json& size : given.is_array() ? given : json::array({given})) {
        if (size.is_null())
            output_shape.emplace_back(std::nullopt);
        else
            output_shape.emplace_back(size.get<Index>());
    }
    return std::make_shared<nn::EinsumDense>(
        c.get<std::string>("equation"), output_shape,
        nn::EinsumDenseOptions{.bias_axes = c.get<std::string>("bias_axes", ""),
                               .activation = read_activation(c)});
}

// ---- activations --------------------------------------------------------------------------------

LayerPointer relu_layer(const Config& c) {
    nn::ReLUOptions options;
    options.max_value = c.get("max_value", options.max_value);
    options.negative_slope = c.get("negative_slope", 0.0);
    options.threshold = c.get("threshold", 0.0);
    return std::make_shared<nn::ReLU>(options);
}

// Keras 2 calls the slope alpha.
LayerPointer leaky_relu_layer(const Config& c) {
    return std::make_shared<nn::LeakyReLU>(c.get("negative_slope", c.get("alpha", 0.3)));
}

LayerPointer prelu(const Config& c) {
    return std::make_shared<nn::PReLU>(
        nn::PReLUOptions{.shared_axes = c.get("shared_axes", std::vector<int>{})});
}

// ---- windows ------------------------------------------------------------------------------------

Padding padding(const Config& c) {
    return c.choose<Padding>(
        "padding", Padding::valid,
        {{"valid", Padding::valid}, {"same", Padding::same}, {"causal", Padding::causal}});
}

template <class Conv>
LayerPointer convolution(const Config& c) {
    c.want_channels_last();
    return std::make_shared<Conv>(
        c.get<Index>("filters"), c.per_axis("kernel_size"),
        nn::ConvOptions{.strides = c.per_axis("strides"),
                        .padding = padding(c),
                        .output_padding = c.per_axis("output_padding", {}),
                        .dilation_rate = c.per_axis("dilation_rate"),
                        .groups = c.get("groups", Index{1}),
                        .activation = read_activation(c),
                        .use_bias = c.get("use_bias", true),
                        .kernel_regularizer = read_regularizer(c, "kernel_regularizer"),
                        .bias_regularizer = read_regularizer(c, "bias_regularizer")});
}

template <class Conv>
LayerPointer depthwise(const Config& c) {
    c.want_channels_last();
    return std::make_shared<Conv>(
        c.per_axis("kernel_size"),
        nn::DepthwiseConvOptions{.strides = c.per_axis("strides"),
                                 .padding = padding(c),
                                 .depth_multiplier = c.get("depth_multiplier", Index{1}),
                                 .dilation_rate = c.per_axis("dilation_rate"),
                                 .activation = read_activation(c),
                                 .use_bias = c.get("use_bias", true)});
}

template <class Conv>
LayerPointer separable(const Config& c) {
    c.want_channels_last();
    return std::make_shared<Conv>(
        c.get<Index>("filters"), c.per_axis("kernel_size"),
        nn::SeparableConvOptions{.strides = c.per_axis("strides"),
                                 .padding = padding(c),
                                 .dilation_rate = c.per_axis("dilation_rate"),
                                 .depth_multiplier = c.get("depth_multiplier", Index{1}),
                                 .activation = read_activation(c),
                                 .use_bias = c.get("use_bias", true)});
}

template <class Pool>
LayerPointer pooling(const Config& c) {
    c.want_channels_last();
    return std::make_shared<Pool>(
        c.per_axis("pool_size", 2),
        nn::PoolingOptions{.strides = c.per_axis("strides", {}), .padding = padding(c)});
}

template <class Pool>
LayerPointer global_pooling(const Config& c) {
    c.want_channels_last();
    return std::make_shared<Pool>(nn::GlobalPoolingOptions{.keepdims = c.get("keepdims", false)});
}

template <class Pool>
LayerPointer adaptive_pooling(const Config& c) {
    c.want_channels_last();
    return std::make_shared<Pool>(c.per_axis("output_size"));
}

Interpolation interpolation(const Config& c, Interpolation otherwise) {
    return c.choose<Interpolation>("interpolation", otherwise,
                                   {{"nearest", Interpolation::nearest},
                                    {"bilinear", Interpolation::bilinear},
                                    {"bicubic", Interpolation::bicubic},
                                    {"lanczos3", Interpolation::lanczos3},
                                    {"lanczos5", Interpolation::lanczos5},
                                    {"area", Interpolation::area}});
}

template <class Up>
LayerPointer up_sampling(const Config& c) {
    c.want_channels_last();
    return std::make_shared<Up>(c.per_axis("size", 2));
}

LayerPointer up_sampling_2d(const Config& c) {
    c.want_channels_last();
    return std::make_shared<nn::UpSampling2D>(
        c.per_axis("size", 2),
        nn::UpSamplingOptions{.interpolation = interpolation(c, Interpolation::nearest)});
}

// ---- borders ------------------------------------------------------------------------------------

using Pair = std::pair<Index, Index>;

template <class L>
LayerPointer borders_1d(const Config& c, const std::string& key) {
    const json& given = c.at(key);
    if (given.is_array()) return std::make_shared<L>(given.get<Pair>());
    return std::make_shared<L>(given.get<Index>());
}

// One number, one for each axis, or two for each axis.
nn::Borders read_borders(const json& given) {
    if (!given.is_array()) return given.get<Index>();
    std::vector<Pair> sides;
    for (const json& axis : given)
        sides.push_back(axis.is_array() ? axis.get<Pair>()
                                        : Pair(axis.get<Index>(), axis.get<Index>()));
    if (sides.size() == 2) return {sides[0], sides[1]};
    return {sides.at(0), sides.at(1), sides.at(2)};
}

template <class L>
LayerPointer zero_padding(const Config& c) {
    c.want_channels_last();
    return std::make_shared<L>(read_borders(c.at("padding")));
}

template <class L>
LayerPointer cropping(const Config& c) {
    c.want_channels_last();
    return std::make_shared<L>(read_borders(c.at("cropping")));
}

// ---- normalisation ------------------------------------------------------------------------------

Axes axes(const Config& c, const Axes& otherwise) {
    if (!c.has("axis")) return otherwise;
    const json& given = c.at("axis");
    return given.is_array() ? Axes(given.get<std::vector<Index>>()) : Axes(given.get<Index>());
}

// What the normalising layers have in common.
template <class Options>
Options affine(const Config& c) {
    Options options;
    options.epsilon = c.get("epsilon", options.epsilon);
    options.center = c.get("center", true);
    options.scale = c.get("scale", true);
    options.beta_regularizer = read_regularizer(c, "beta_regularizer");
    options.gamma_regularizer = read_regularizer(c, "gamma_regularizer");
    options.beta_constraint = read_constraint(c, "beta_constraint");
    options.gamma_constraint = read_constraint(c, "gamma_constraint");
    return options;
}

LayerPointer batch_normalization(const Config& c) {
    c.get("renorm_momentum", 0.0);  // without renorm, of no effect
    auto options = affine<nn::BatchNormalizationOptions>(c);
    options.axis = c.get("axis", -1);
    options.momentum = c.get("momentum", options.momentum);
    return std::make_shared<nn::BatchNormalization>(options);
}

LayerPointer group_normalization(const Config& c) {
    auto options = affine<nn::GroupNormalizationOptions>(c);
    options.axis = c.get("axis", -1);
    options.groups = c.get("groups", options.groups);
    return std::make_shared<nn::GroupNormalization>(options);
}

LayerPointer layer_normalization(const Config& c) {
    auto options = affine<nn::LayerNormalizationOptions>(c);
    options.axis = axes(c, -1);
    return std::make_shared<nn::LayerNormalization>(options);
}

LayerPointer rms_normalization(const Config& c) {
    return std::make_shared<nn::RMSNormalization>(
        nn::RMSNormalizationOptions{.axis = axes(c, -1), .epsilon = c.get("epsilon", 1e-6)});
}

LayerPointer unit_normalization(const Config& c) {
    return std::make_shared<nn::UnitNormalization>(
        nn::UnitNormalizationOptions{.axis = axes(c, -1)});
}

// ---- attention ----------------------------------------------------------------------------------

LayerPointer attention(const Config& c) {
    return std::make_shared<nn::Attention>(nn::AttentionLayerOptions{
        .use_scale = c.get("use_scale", false),
        .score_mode = c.choose<nn::Score>("score_mode", nn::Score::dot,
                                          {{"dot", nn::Score::dot}, {"concat", nn::Score::concat}}),
        .dropout = c.get("dropout", 0.0),
        .use_causal_mask = c.get("use_causal_mask", false),
        .return_attention_scores = c.get("return_attention_scores", false)});
}

LayerPointer additive_attention(const Config& c) {
    return std::make_shared<nn::AdditiveAttention>(nn::AdditiveAttentionOptions{
        .use_scale = c.get("use_scale", true),
        .dropout = c.get("dropout", 0.0),
        .use_causal_mask = c.get("use_causal_mask", false),
        .return_attention_scores = c.get("return_attention_scores", false)});
}

LayerPointer group_query_attention(const Config& c) {
    return std::make_shared<nn::GroupQueryAttention>(
        c.get<Index>("head_dim"), c.get<Index>("num_query_heads"),
        c.get<Index>("num_key_value_heads"),
        nn::GroupQueryAttentionOptions{
            .dropout = c.get("dropout", 0.0),
            .use_bias = c.get("use_bias", true),
            .use_causal_mask = c.get("use_causal_mask", false),
            .return_attention_scores = c.get("return_attention_scores", false)});
}

LayerPointer multi_head_attention(const Config& c) {
    nn::MultiHeadAttentionOptions options{
        .dropout = c.get("dropout", 0.0),
        .use_bias = c.get("use_bias", true),
        .attention_axes = c.get("attention_axes", std::vector<int>{}),
        .use_causal_mask = c.get("use_causal_mask", false),
        .return_attention_scores = c.get("return_attention_scores", false)};
    if (c.has("value_dim")) options.value_dim = c.get<Index>("value_dim");
    if (c.has("output_shape")) options.output_shape = c.get<Index>("output_shape");
    return std::make_shared<nn::MultiHeadAttention>(c.get<Index>("num_heads"),
                                                    c.get<Index>("key_dim"), options);
}

// ---- merging ------------------------------------------------------------------------------------

LayerPointer dot(const Config& c) {
    const nn::DotOptions options{.normalize = c.get("normalize", false)};
    const json& axes = c.at("axes");
    if (!axes.is_array()) return std::make_shared<nn::Dot>(axes.get<Index>(), options);
    return std::make_shared<nn::Dot>(axes.at(0).get<Index>(), axes.at(1).get<Index>(), options);
}

// ---- recurrent ----------------------------------------------------------------------------------

// What SimpleRNN, LSTM and GRU and their cells have in common.
template <class Options>
Options recurrent(const Config& c) {
    Options options;
    options.activation = read_activation(c, "activation", "tanh");
    options.use_bias = c.get("use_bias", true);
    options.dropout = c.get("dropout", 0.0);
    options.recurrent_dropout = c.get("recurrent_dropout", 0.0);
    options.return_sequences = c.get("return_sequences", false);
    options.return_state = c.get("return_state", false);
    options.go_backwards = c.get("go_backwards", false);
    options.stateful = c.get("stateful", false);
    options.zero_output_for_mask = c.get("zero_output_for_mask", false);
    options.kernel_regularizer = read_regularizer(c, "kernel_regularizer");
    options.recurrent_regularizer = read_regularizer(c, "recurrent_regularizer");
    options.bias_regularizer = read_regularizer(c, "bias_regularizer");
    options.kernel_constraint = read_constraint(c, "kernel_constraint");
    options.recurrent_constraint = read_constraint(c, "recurrent_constraint");
    options.bias_constraint = read_constraint(c, "bias_constraint");
    return options;
}

template <class L>
std::shared_ptr<L> simple_rnn(const Config& c) {
    return std::make_shared<L>(c.get<Index>("units"), recurrent<nn::SimpleRNNOptions>(c));
}

template <class L>
std::shared_ptr<L> lstm(const Config& c) {
    auto options = recurrent<nn::LSTMOptions>(c);
    options.recurrent_activation = read_activation(c, "recurrent_activation", "sigmoid");
    options.unit_forget_bias = c.get("unit_forget_bias", true);
    return std::make_shared<L>(c.get<Index>("units"), options);
}

template <class L>
std::shared_ptr<L> gru(const Config& c) {
    auto options = recurrent<nn::GRUOptions>(c);
    options.recurrent_activation = read_activation(c, "recurrent_activation", "sigmoid");
    options.reset_after = c.get("reset_after", true);
    return std::make_shared<L>(c.get<Index>("units"), options);
}

template <class L>
LayerPointer conv_lstm(const Config& c) {
    auto options = recurrent<nn::ConvLSTMOptions>(c);
    options.recurrent_activation = read_activation(c, "recurrent_activation", "sigmoid");
    options.unit_forget_bias = c.get("unit_forget_bias", true);
    options.strides = c.per_axis("strides");
    options.padding = padding(c);
    options.dilation_rate = c.per_axis("dilation_rate");
    return std::make_shared<L>(c.get<Index>("filters"), c.per_axis("kernel_size"), options);
}

LayerPointer rnn(const Config& c) {
    nn::StackedRNNCells cells;
    for (const json& cell : c.at("cells")) {
        const std::string type = cell.at("class_name");
        const Config inner(type, cell.at("config"));
        if (type == "SimpleRNNCell")
            cells.add(*simple_rnn<nn::SimpleRNNCell>(inner));
        else if (type == "LSTMCell")
            cells.add(*lstm<nn::LSTMCell>(inner));
        else if (type == "GRUCell")
            cells.add(*gru<nn::GRUCell>(inner));
        else
            throw Unknown("cell " + type);
        inner.check_all_read();
    }
    return std::make_shared<nn::RNN>(
        cells, nn::RNNOptions{.return_sequences = c.get("return_sequences", false),
                              .return_state = c.get("return_state", false)});
}

LayerPointer bidirectional(const Config& c) {
    const auto inner = std::dynamic_pointer_cast<nn::RNN>(read_layer(c.at("layer")));
    if (!inner) throw Unknown("Bidirectional of another layer");
    c.has("backward_layer");  // a mirror image, as here
    const bool none = c.values().contains("merge_mode") && !c.has("merge_mode");
    using nn::MergeMode;
    return std::make_shared<nn::Bidirectional>(
        inner,
        nn::BidirectionalOptions{.merge_mode = c.choose<MergeMode>(
                                     "merge_mode", none ? MergeMode::none : MergeMode::concat,
                                     {{"concat", MergeMode::concat},
                                      {"sum", MergeMode::sum},
                                      {"mul", MergeMode::mul},
                                      {"ave", MergeMode::ave}})});
}

// ---- preprocessing ------------------------------------------------------------------------------

LayerPointer normalization(const Config& c) {
    const bool none = c.values().contains("axis") && !c.has("axis");
    nn::NormalizationOptions options{.axis = none ? Axes(std::vector<Index>()) : axes(c, -1),
                                     .mean = c.get("mean", std::vector<double>{}),
                                     .variance = c.get("variance", std::vector<double>{}),
                                     .invert = c.get("invert", false)};
    return std::make_shared<nn::Normalization>(options);
}

LayerPointer category_encoding(const Config& c) {
    return std::make_shared<nn::CategoryEncoding>(
        c.get<Index>("num_tokens"),
        nn::CategoryEncodingOptions{.output_mode = read_output_mode(c, nn::OutputMode::multi_hot)});
}

LayerPointer discretization(const Config& c) {
    return std::make_shared<nn::Discretization>(
        nn::DiscretizationOptions{.bin_boundaries = c.get("bin_boundaries", std::vector<double>{}),
                                  .num_bins = c.get("num_bins", Index{0}),
                                  .output_mode = read_output_mode(c, nn::OutputMode::index)});
}

LayerPointer integer_lookup(const Config& c) {
    nn::IntegerLookupOptions options{.vocabulary = c.get("vocabulary", std::vector<Index>{}),
                                     .max_tokens = c.get("max_tokens", Index{0}),
                                     .num_oov_indices = c.get("num_oov_indices", Index{1}),
                                     .output_mode = read_output_mode(c, nn::OutputMode::index)};
    if (c.has("mask_token")) options.mask_token = c.get<Index>("mask_token");
    return std::make_shared<nn::IntegerLookup>(options);
}

LayerPointer resizing(const Config& c) {
    c.want_channels_last();
    const bool crop = c.get("crop_to_aspect_ratio", false);
    const bool pad = c.get("pad_to_aspect_ratio", false);
    return std::make_shared<nn::Resizing>(
        c.get<Index>("height"), c.get<Index>("width"),
        nn::ResizingOptions{.interpolation = interpolation(c, Interpolation::bilinear),
                            .aspect_ratio = crop  ? nn::AspectRatio::crop
                                            : pad ? nn::AspectRatio::pad
                                                  : nn::AspectRatio::stretch,
                            .fill_value = c.get("fill_value", 0.0),
                            .antialias = c.get("antialias", false)});
}

// ---- the table ----------------------------------------------------------------------------------

const std::map<std::string, Maker> table{
    {"Activation",
     [](const Config& c) -> LayerPointer {
         return std::make_shared<nn::Activation>(read_activation(c));
     }},
    {"ActivityRegularization",
     [](const Config& c) -> LayerPointer {
         return std::make_shared<nn::ActivityRegularization>(
             nn::ActivityRegularizationOptions{.l1 = c.get("l1", 0.0), .l2 = c.get("l2", 0.0)});
     }},
    {"AdaptiveAveragePooling1D", adaptive_pooling<nn::AdaptiveAveragePooling1D>},
    {"AdaptiveAveragePooling2D", adaptive_pooling<nn::AdaptiveAveragePooling2D>},
    {"AdaptiveAveragePooling3D", adaptive_pooling<nn::AdaptiveAveragePooling3D>},
    {"AdaptiveMaxPooling1D", adaptive_pooling<nn::AdaptiveMaxPooling1D>},
    {"AdaptiveMaxPooling2D", adaptive_pooling<nn::AdaptiveMaxPooling2D>},
    {"AdaptiveMaxPooling3D", adaptive_pooling<nn::AdaptiveMaxPooling3D>},
    {"Add", plain<nn::Add>},
    {"AdditiveAttention", additive_attention},
    {"AlphaDropout",
     [](const Config& c) -> LayerPointer {
         return std::make_shared<nn::AlphaDropout>(c.get<double>("rate"));
     }},
    {"Attention", attention},
    {"Average", plain<nn::Average>},
    {"AveragePooling1D", pooling<nn::AveragePooling1D>},
    {"AveragePooling2D", pooling<nn::AveragePooling2D>},
    {"AveragePooling3D", pooling<nn::AveragePooling3D>},
    {"BatchNormalization", batch_normalization},
    {"Bidirectional", bidirectional},
    {"CategoryEncoding", category_encoding},
    {"CenterCrop",
     [](const Config& c) -> LayerPointer {
         c.want_channels_last();
         return std::make_shared<nn::CenterCrop>(c.get<Index>("height"), c.get<Index>("width"));
     }},
    {"Concatenate",
     [](const Config& c) -> LayerPointer {
         return std::make_shared<nn::Concatenate>(c.get<Index>("axis", -1));
     }},
    {"Conv1D", convolution<nn::Conv1D>},
    {"Conv1DTranspose", convolution<nn::Conv1DTranspose>},
    {"Conv2D", convolution<nn::Conv2D>},
    {"Conv2DTranspose", convolution<nn::Conv2DTranspose>},
    {"Conv3D", convolution<nn::Conv3D>},
    {"Conv3DTranspose", convolution<nn::Conv3DTranspose>},
    {"ConvLSTM1D", conv_lstm<nn::ConvLSTM1D>},
    {"ConvLSTM2D", conv_lstm<nn::ConvLSTM2D>},
    {"ConvLSTM3D", conv_lstm<nn::ConvLSTM3D>},
    {"Cropping1D", [](const Config& c) { return borders_1d<nn::Cropping1D>(c, "cropping"); }},
    {"Cropping2D", cropping<nn::Cropping2D>},
    {"Cropping3D", cropping<nn::Cropping3D>},
    {"Dense", dense},
    {"DepthwiseConv1D", depthwise<nn::DepthwiseConv1D>},
    {"DepthwiseConv2D", depthwise<nn::DepthwiseConv2D>},
    {"Discretization", discretization},
    {"Dot", dot},
    {"Dropout",
     [](const Config& c) -> LayerPointer {
         return std::make_shared<nn::Dropout>(c.get<double>("rate"));
     }},
    {"ELU",
     [](const Config& c) -> LayerPointer {
         return std::make_shared<nn::ELU>(c.get("alpha", 1.0));
     }},
    {"EinsumDense", einsum_dense},
    {"Embedding", embedding},
    {"Flatten",
     [](const Config& c) -> LayerPointer {
         const bool first = c.get<std::string>("data_format", "") == "channels_first";
         return std::make_shared<nn::Flatten>(nn::FlattenOptions{.channels_first = first});
     }},
    {"GRU", [](const Config& c) -> LayerPointer { return gru<nn::GRU>(c); }},
    {"GaussianDropout",
     [](const Config& c) -> LayerPointer {
         return std::make_shared<nn::GaussianDropout>(c.get<double>("rate"));
     }},
    {"GaussianNoise",
     [](const Config& c) -> LayerPointer {
         return std::make_shared<nn::GaussianNoise>(c.get<double>("stddev"));
     }},
    {"GlobalAveragePooling1D", global_pooling<nn::GlobalAveragePooling1D>},
    {"GlobalAveragePooling2D", global_pooling<nn::GlobalAveragePooling2D>},
    {"GlobalAveragePooling3D", global_pooling<nn::GlobalAveragePooling3D>},
    {"GlobalMaxPooling1D", global_pooling<nn::GlobalMaxPooling1D>},
    {"GlobalMaxPooling2D", global_pooling<nn::GlobalMaxPooling2D>},
    {"GlobalMaxPooling3D", global_pooling<nn::GlobalMaxPooling3D>},
    {"GroupNormalization", group_normalization},
    {"GroupQueryAttention", group_query_attention},
    {"IntegerLookup", integer_lookup},
    {"LSTM", [](const Config& c) -> LayerPointer { return lstm<nn::LSTM>(c); }},
    {"LayerNormalization", layer_normalization},
    {"LeakyReLU", leaky_relu_layer},
    {"Masking",
     [](const Config& c) -> LayerPointer {
         return std::make_shared<nn::Masking>(c.get("mask_value", 0.0));
     }},
    {"MaxPooling1D", pooling<nn::MaxPooling1D>},
    {"MaxPooling2D", pooling<nn::MaxPooling2D>},
    {"MaxPooling3D", pooling<nn::MaxPooling3D>},
    {"Maximum", plain<nn::Maximum>},
    {"Minimum", plain<nn::Minimum>},
    {"MultiHeadAttention", multi_head_attention},
    {"Multiply", plain<nn::Multiply>},
    {"Normalization", normalization},
    {"PReLU", prelu},
    {"Permute",
     [](const Config& c) -> LayerPointer {
         return std::make_shared<nn::Permute>(c.get<std::vector<int>>("dims"));
     }},
    {"RMSNormalization", rms_normalization},
    {"RNN", rnn},
    {"ReLU", relu_layer},
    {"RepeatVector",
     [](const Config& c) -> LayerPointer {
         return std::make_shared<nn::RepeatVector>(c.get<Index>("n"));
     }},
    {"Rescaling",
     [](const Config& c) -> LayerPointer {
         const auto list = [&](const std::string& key, double otherwise) {
             if (!c.has(key)) return std::vector{otherwise};
             const json& given = c.at(key);
             return given.is_array() ? given.get<std::vector<double>>()
                                     : std::vector{given.get<double>()};
         };
         return std::make_shared<nn::Rescaling>(list("scale", 1), list("offset", 0));
     }},
    {"Reshape",
     [](const Config& c) -> LayerPointer {
         return std::make_shared<nn::Reshape>(c.get<std::vector<Index>>("target_shape"));
     }},
    {"Resizing", resizing},
    {"SeparableConv1D", separable<nn::SeparableConv1D>},
    {"SeparableConv2D", separable<nn::SeparableConv2D>},
    {"SimpleRNN", [](const Config& c) -> LayerPointer { return simple_rnn<nn::SimpleRNN>(c); }},
    {"Softmax",
     [](const Config& c) -> LayerPointer {
         return std::make_shared<nn::Softmax>(c.get<Index>("axis", -1));
     }},
    {"SpatialDropout1D",
     [](const Config& c) -> LayerPointer {
         return std::make_shared<nn::SpatialDropout1D>(c.get<double>("rate"));
     }},
    {"Subtract", plain<nn::Subtract>},
    {"TimeDistributed",
     [](const Config& c) -> LayerPointer {
         return std::make_shared<nn::TimeDistributed>(read_layer(c.at("layer")));
     }},
    {"UnitNormalization", unit_normalization},
    {"UpSampling1D",
     [](const Config& c) -> LayerPointer {
         return std::make_shared<nn::UpSampling1D>(c.get<Index>("size", 2));
     }},
    {"UpSampling2D", up_sampling_2d},
    {"UpSampling3D", up_sampling<nn::UpSampling3D>},
    {"ZeroPadding1D", [](const Config& c) { return borders_1d<nn::ZeroPadding1D>(c, "padding"); }},
    {"ZeroPadding2D", zero_padding<nn::ZeroPadding2D>},
    {"ZeroPadding3D", zero_padding<nn::ZeroPadding3D>},
};

}  // namespace

LayerPointer read_layer(const json& layer) {
    const std::string type = layer.at("class_name");
    const auto found = table.find(type);
    if (found == table.end()) throw Unknown("layer " + type);
    const Config config(type, layer.value("config", json::object()));
    LayerPointer made = found->second(config);
    if (config.get("trainable", true) == false) made->set_trainable(false);
    config.check_all_read();
    return made;
}

}  // namespace shikumi::golden

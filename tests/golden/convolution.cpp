// Reads convolution, pooling and padding layers.
#include "readers.hpp"

namespace shikumi::golden {

namespace {

// The entry of `table` whose name is the value of `key`, or the first if `key` is absent.
template <class T>
T choose(const json& config, const std::string& key,
         const std::vector<std::pair<std::string, T>>& table) {
    const std::string wanted = config.value(key, table.front().first);
    for (const auto& [name, value] : table) {
        if (name == wanted) return value;
    }
    throw Unknown(key + " " + wanted);
}

Padding read_padding(const json& config) {
    return choose<Padding>(
        config, "padding",
        {{"valid", Padding::valid}, {"same", Padding::same}, {"causal", Padding::causal}});
}

PerAxis read_numbers(const json& config, const std::string& key) {
    if (!config.contains(key)) return 1;
    const json& numbers = config.at(key);
    return numbers.is_array() ? PerAxis(numbers.get<std::vector<Index>>())
                              : PerAxis(numbers.get<Index>());
}

nn::Borders read_borders(const json& config, const std::string& key) {
    using Pair = std::pair<Index, Index>;
    const auto sides = config.at(key).get<std::vector<Pair>>();
    return {sides.at(0), sides.at(1)};
}

// Configurations say that their data is channels_last.
void only_windows(json config, const std::string& type, std::vector<std::string> known) {
    if (config.value("data_format", "channels_last") != "channels_last")
        throw Unknown(type + " with channels first");
    config.erase("data_format");
    known.insert(known.end(),
                 {"kernel_size", "strides", "padding", "dilation_rate", "activation", "use_bias"});
    only(config, type, known);
}

template <class Conv>
LayerPointer convolution(const std::string& type, const json& config) {
    only_windows(config, type, {"filters", "groups", "kernel_regularizer", "bias_regularizer"});
    return std::make_shared<Conv>(
        config.at("filters").get<Index>(), read_numbers(config, "kernel_size"),
        nn::ConvOptions{.strides = read_numbers(config, "strides"),
                        .padding = read_padding(config),
                        .dilation_rate = read_numbers(config, "dilation_rate"),
                        .groups = config.value("groups", Index{1}),
                        .activation = read_activation(config),
                        .use_bias = config.value("use_bias", true),
                        .kernel_regularizer = read_regularizer(config, "kernel_regularizer"),
                        .bias_regularizer = read_regularizer(config, "bias_regularizer")});
}

template <class Pool>
LayerPointer pooling(const std::string& type, const json& config) {
    only_windows(config, type, {"pool_size"});
    return std::make_shared<Pool>(read_numbers(config, "pool_size"),
                                  nn::PoolingOptions{.strides = read_numbers(config, "strides"),
                                                     .padding = read_padding(config)});
}

template <class Pool>
LayerPointer global_pooling(const std::string& type, const json& config) {
    only_windows(config, type, {});
    return std::make_shared<Pool>();
}

LayerPointer depthwise(const std::string& type, const json& config) {
    only_windows(config, type, {"depth_multiplier"});
    return std::make_shared<nn::DepthwiseConv2D>(
        read_numbers(config, "kernel_size"),
        nn::DepthwiseConvOptions{.strides = read_numbers(config, "strides"),
                                 .padding = read_padding(config),
                                 .depth_multiplier = config.value("depth_multiplier", Index{1}),
                                 .dilation_rate = read_numbers(config, "dilation_rate"),
                                 .activation = read_activation(config),
                                 .use_bias = config.value("use_bias", true)});
}

LayerPointer separable(const std::string& type, const json& config) {
    only_windows(config, type, {"filters", "depth_multiplier"});
    return std::make_shared<nn::SeparableConv2D>(
        config.at("filters").get<Index>(), read_numbers(config, "kernel_size"),
        nn::SeparableConvOptions{.strides = read_numbers(config, "strides"),
                                 .padding = read_padding(config),
                                 .dilation_rate = read_numbers(config, "dilation_rate"),
                                 .depth_multiplier = config.value("depth_multiplier", Index{1}),
                                 .activation = read_activation(config),
                                 .use_bias = config.value("use_bias", true)});
}

LayerPointer up_sampling(const std::string& type, const json& config) {
    only_windows(config, type, {"size", "interpolation"});
    return std::make_shared<nn::UpSampling2D>(
        read_numbers(config, "size"),
        nn::UpSamplingOptions{
            .interpolation = choose<Interpolation>(
                config, "interpolation",
                {{"nearest", Interpolation::nearest}, {"bilinear", Interpolation::bilinear}})});
}

LayerPointer read_windows(const std::string& type, const json& config) {
    if (type == "Conv1D") return convolution<nn::Conv1D>(type, config);
    if (type == "Conv2D") return convolution<nn::Conv2D>(type, config);
    if (type == "Conv3D") return convolution<nn::Conv3D>(type, config);
    if (type == "Conv2DTranspose") return convolution<nn::Conv2DTranspose>(type, config);
    if (type == "DepthwiseConv2D") return depthwise(type, config);
    if (type == "SeparableConv2D") return separable(type, config);
    if (type == "MaxPooling1D") return pooling<nn::MaxPooling1D>(type, config);
    if (type == "MaxPooling2D") return pooling<nn::MaxPooling2D>(type, config);
    if (type == "MaxPooling3D") return pooling<nn::MaxPooling3D>(type, config);
    if (type == "AveragePooling1D") return pooling<nn::AveragePooling1D>(type, config);
    if (type == "AveragePooling2D") return pooling<nn::AveragePooling2D>(type, config);
    if (type == "AveragePooling3D") return pooling<nn::AveragePooling3D>(type, config);
    if (type == "GlobalMaxPooling1D") return global_pooling<nn::GlobalMaxPooling1D>(type, config);
    if (type == "GlobalMaxPooling2D") return global_pooling<nn::GlobalMaxPooling2D>(type, config);
    if (type == "GlobalAveragePooling1D")
        return global_pooling<nn::GlobalAveragePooling1D>(type, config);
    if (type == "GlobalAveragePooling2D")
        return global_pooling<nn::GlobalAveragePooling2D>(type, config);
    if (type == "ZeroPadding2D") {
        only_windows(config, type, {});
        return std::make_shared<nn::ZeroPadding2D>(read_borders(config, "padding"));
    }
    if (type == "Cropping2D") {
        only_windows(config, type, {"cropping"});
        return std::make_shared<nn::Cropping2D>(read_borders(config, "cropping"));
    }
    if (type == "UpSampling2D") return up_sampling(type, config);
    return nullptr;
}

const LayerReaders known(read_windows);

}  // namespace

}  // namespace shikumi::golden

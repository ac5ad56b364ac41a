#include <shikumi/nn/layers/pooling/pooling.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/layers/detail/windows.hpp>

namespace shikumi::nn {

Pooling::Pooling(Function function, int axes, const PerAxis& size, const PoolingOptions& options)
    : Layer({.name = options.name, .input_shape = options.input_shape}),
      function_(function),
      axes_(axes),
      size_(size),
      options_(options) {
    detail::check_window("pooling", axes, size, options.strides.given() ? options.strides : size, 1,
                         options.padding);
    if (options.padding == Padding::causal)
        fail<ValueError>("pooling", "padding is valid or same, not causal");
}

Tensor Pooling::call(const Tensor& x, Mode) {
    detail::check_images("pooling", axes_, x.shape());
    return function_(x, size_, {.strides = options_.strides, .padding = options_.padding});
}

std::string Pooling::label() const {
    std::string text = sentence(class_name(), " ", detail::times(size_, axes_));
    if (options_.strides.given()) text += ", strides " + detail::times(options_.strides, axes_);
    return options_.padding == Padding::same ? text + ", same" : text;
}

void visit_fields(auto& fields, FieldsOf<PoolingOptions> auto& o) {
    fields("strides", o.strides)("padding", o.padding).always("data_format", "channels_last");
}

Config Pooling::get_config() const { return ConfigWriter()("pool_size", size_).fields(options_); }

namespace {

template <class Pool>
Pool pooling_from(ConfigReader& config) {
    const auto pool_size = config.get_or<PerAxis>("pool_size", 2);
    return Pool(pool_size, config.fields<PoolingOptions>());
}

}  // namespace

MaxPooling1D MaxPooling1D::from_config(ConfigReader& config) {
    return pooling_from<MaxPooling1D>(config);
}
MaxPooling2D MaxPooling2D::from_config(ConfigReader& config) {
    return pooling_from<MaxPooling2D>(config);
}
MaxPooling3D MaxPooling3D::from_config(ConfigReader& config) {
    return pooling_from<MaxPooling3D>(config);
}
AveragePooling1D AveragePooling1D::from_config(ConfigReader& config) {
    return pooling_from<AveragePooling1D>(config);
}
AveragePooling2D AveragePooling2D::from_config(ConfigReader& config) {
    return pooling_from<AveragePooling2D>(config);
}
AveragePooling3D AveragePooling3D::from_config(ConfigReader& config) {
    return pooling_from<AveragePooling3D>(config);
}

}  // namespace shikumi::nn

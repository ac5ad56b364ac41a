#include <shikumi/nn/layers/pooling/adaptive_pooling.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/window.hpp>
#include <shikumi/nn/layers/detail/windows.hpp>

namespace shikumi::nn {

AdaptivePooling::AdaptivePooling(Function function, int axes, const PerAxis& output_size,
                                 const LayerOptions& options)
    : Layer(options), function_(function), axes_(axes), size_(output_size) {
    shikumi::detail::per_axis("adaptive_pooling", "the output's size", output_size, axes);
}

Tensor AdaptivePooling::call(const Tensor& x, Mode) {
    detail::check_images("adaptive_pooling", axes_, x.shape());
    return function_(x, size_);
}

std::string AdaptivePooling::label() const {
    return sentence(class_name(), " ", detail::times(size_, axes_));
}

Config AdaptivePooling::get_config() const {
    return ConfigWriter()("output_size", size_).always("data_format", "channels_last");
}

namespace {

template <class Pool>
Pool adaptive_pooling_from(ConfigReader& config) {
    config.always("data_format", "channels_last");
    return Pool(config.get<PerAxis>("output_size"));
}

}  // namespace

AdaptiveMaxPooling1D AdaptiveMaxPooling1D::from_config(ConfigReader& config) {
    return adaptive_pooling_from<AdaptiveMaxPooling1D>(config);
}
AdaptiveMaxPooling2D AdaptiveMaxPooling2D::from_config(ConfigReader& config) {
    return adaptive_pooling_from<AdaptiveMaxPooling2D>(config);
}
AdaptiveMaxPooling3D AdaptiveMaxPooling3D::from_config(ConfigReader& config) {
    return adaptive_pooling_from<AdaptiveMaxPooling3D>(config);
}
AdaptiveAveragePooling1D AdaptiveAveragePooling1D::from_config(ConfigReader& config) {
    return adaptive_pooling_from<AdaptiveAveragePooling1D>(config);
}
AdaptiveAveragePooling2D AdaptiveAveragePooling2D::from_config(ConfigReader& config) {
    return adaptive_pooling_from<AdaptiveAveragePooling2D>(config);
}
AdaptiveAveragePooling3D AdaptiveAveragePooling3D::from_config(ConfigReader& config) {
    return adaptive_pooling_from<AdaptiveAveragePooling3D>(config);
}

}  // namespace shikumi::nn

#include <shikumi/nn/layers/pooling/global_pooling.hpp>

#include <vector>

#include <shikumi/nn/detail/masks.hpp>
#include <shikumi/nn/layers/detail/windows.hpp>

namespace shikumi::nn {

GlobalPooling::GlobalPooling(Function function, int axes, const GlobalPoolingOptions& options)
    : Layer({.name = options.name, .input_shape = options.input_shape}),
      function_(function),
      axes_(axes),
      keepdims_(options.keepdims) {}

Tensor GlobalPooling::call(const Tensor& x, Mode) {
    detail::check_images("global_pooling", axes_, x.shape());
    constexpr int axes[] = {1, 2, 3};
    return function_(x, Axes(std::vector<int>(axes, axes + axes_)), keepdims_);
}

Tensor GlobalAveragePooling1D::call(const Tensor& x, Mode mode) {
    const Tensor mask = mask_of(x);
    if (!mask.defined()) return GlobalPooling::call(x, mode);
    const Tensor steps = sum(detail::beside(mask, x.rank()).cast(x.dtype()), 1, keepdims());
    return sum(detail::shown(mask, x), 1, keepdims()) / maximum(steps, 1);
}

Config GlobalPooling::get_config() const {
    return ConfigWriter().always("data_format", "channels_last")("keepdims", keepdims_);
}

namespace {

template <class Pool>
Pool global_pooling_from(ConfigReader& config) {
    config.always("data_format", "channels_last");
    return Pool({.keepdims = config.get_or("keepdims", false)});
}

}  // namespace

GlobalMaxPooling1D GlobalMaxPooling1D::from_config(ConfigReader& config) {
    return global_pooling_from<GlobalMaxPooling1D>(config);
}
GlobalMaxPooling2D GlobalMaxPooling2D::from_config(ConfigReader& config) {
    return global_pooling_from<GlobalMaxPooling2D>(config);
}
GlobalMaxPooling3D GlobalMaxPooling3D::from_config(ConfigReader& config) {
    return global_pooling_from<GlobalMaxPooling3D>(config);
}
GlobalAveragePooling1D GlobalAveragePooling1D::from_config(ConfigReader& config) {
    return global_pooling_from<GlobalAveragePooling1D>(config);
}
GlobalAveragePooling2D GlobalAveragePooling2D::from_config(ConfigReader& config) {
    return global_pooling_from<GlobalAveragePooling2D>(config);
}
GlobalAveragePooling3D GlobalAveragePooling3D::from_config(ConfigReader& config) {
    return global_pooling_from<GlobalAveragePooling3D>(config);
}

}  // namespace shikumi::nn

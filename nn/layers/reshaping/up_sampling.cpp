#include <shikumi/nn/layers/reshaping/up_sampling.hpp>

#include <shikumi/autograd/ops/detail/window.hpp>
#include <shikumi/nn/layers/detail/windows.hpp>

namespace shikumi::nn {

UpSampling::UpSampling(int axes, const PerAxis& size, Interpolation interpolation,
                       const LayerOptions& options)
    : Layer(options),
      axes_(axes),
      size_(shikumi::detail::per_axis("up_sampling", "the size", size, axes)),
      interpolation_(interpolation) {}

Tensor UpSampling::call(const Tensor& x, Mode) {
    detail::check_images("up_sampling", axes_, x.shape());
    std::vector<Index> sizes = size_;
    for (int axis = 0; axis < axes_; ++axis)
        sizes[static_cast<std::size_t>(axis)] *= x.shape()[axis + 1];
    return resize(x, PerAxis(sizes), interpolation_);
}

std::string UpSampling::label() const {
    return class_name() + " " + detail::times(PerAxis(size_), axes_);
}

Config UpSampling::get_config() const {
    ConfigWriter config;
    config("size", PerAxis(size_));
    if (axes_ > 1) config.always("data_format", "channels_last");
    if (axes_ == 2) config("interpolation", interpolation_);
    return config;
}

UpSampling1D UpSampling1D::from_config(ConfigReader& config) {
    return UpSampling1D(config.get_or<Index>("size", 2));
}

UpSampling2D UpSampling2D::from_config(ConfigReader& config) {
    config.always("data_format", "channels_last");
    const auto size = config.get_or<PerAxis>("size", 2);
    return UpSampling2D(size,
                        {.interpolation = config.get_or("interpolation", Interpolation::nearest)});
}

UpSampling3D UpSampling3D::from_config(ConfigReader& config) {
    config.always("data_format", "channels_last");
    return UpSampling3D(config.get_or<PerAxis>("size", 2));
}

}  // namespace shikumi::nn

#include <shikumi/nn/layers/preprocessing/random_translation.hpp>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layers/preprocessing/detail/pictures.hpp>
#include <shikumi/nn/layers/preprocessing/detail/resample.hpp>
#include <shikumi/nn/layers/preprocessing/detail/resample_fields.hpp>

namespace shikumi::nn {

RandomTranslation::RandomTranslation(const FactorRange& height_factor,
                                     const FactorRange& width_factor,
                                     const ResampleOptions& options)
    : Layer({.name = options.name}),
      height_(height_factor),
      width_(width_factor),
      options_(options) {
    for (const FactorRange& range : {height_, width_})
        detail::check_range("random_translation", range);
}

Tensor RandomTranslation::call(const Tensor& x, Mode mode) {
    if (mode == Mode::infer) return x;
    detail::check_pictures("random_translation", x);
    const Index height = x.shape()[1], width = x.shape()[2];
    const Shape all{x.shape().front(), height, width};
    const Tensor down = detail::draw_factors(x, height_, rng()) * static_cast<double>(height);
    const Tensor right = detail::draw_factors(x, width_, rng()) * static_cast<double>(width);
    return detail::resample(x, broadcast_to(detail::positions(height, 1, x.dtype()) - down, all),
                            broadcast_to(detail::positions(width, 2, x.dtype()) - right, all),
                            options_);
}

Config RandomTranslation::get_config() const {
    ConfigWriter config;
    config("height_factor", height_)("width_factor", width_);
    detail::visit_resampling(config, options_);
    return config;
}

RandomTranslation RandomTranslation::from_config(ConfigReader& config) {
    FactorRange height = 0, width = 0;
    ResampleOptions options;
    detail::visit_resampling(config.need("height_factor", height).need("width_factor", width),
                             options);
    return RandomTranslation(height, width, options);
}

}  // namespace shikumi::nn

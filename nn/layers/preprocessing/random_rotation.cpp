#include <shikumi/nn/layers/preprocessing/random_rotation.hpp>

#include <numbers>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layers/preprocessing/detail/pictures.hpp>
#include <shikumi/nn/layers/preprocessing/detail/resample.hpp>
#include <shikumi/nn/layers/preprocessing/detail/resample_fields.hpp>

namespace shikumi::nn {

RandomRotation::RandomRotation(const FactorRange& factor, const ResampleOptions& options)
    : Layer({.name = options.name}), factor_(factor), options_(options) {
    detail::check_range("random_rotation", factor);
}

Tensor RandomRotation::call(const Tensor& x, Mode mode) {
    if (mode == Mode::infer) return x;
    detail::check_pictures("random_rotation", x);
    const Index height = x.shape()[1], width = x.shape()[2];
    const Tensor angle = detail::draw_factors(x, factor_, rng()) * (2 * std::numbers::pi);
    const Tensor c = cos(angle), s = sin(angle);
    const double middle = static_cast<double>(height - 1) / 2;
    const double centre = static_cast<double>(width - 1) / 2;
    const Tensor down = detail::positions(height, 1, x.dtype()) - middle;
    const Tensor right = detail::positions(width, 2, x.dtype()) - centre;
    // The place that each pixel of the turned picture comes from; rows count downwards.
    return detail::resample(x, down * c + right * s + middle, right * c - down * s + centre,
                            options_);
}

Config RandomRotation::get_config() const {
    ConfigWriter config;
    config("factor", factor_);
    detail::visit_resampling(config, options_);
    return config;
}

RandomRotation RandomRotation::from_config(ConfigReader& config) {
    FactorRange factor = 0;
    ResampleOptions options;
    detail::visit_resampling(config.need("factor", factor), options);
    return RandomRotation(factor, options);
}

}  // namespace shikumi::nn

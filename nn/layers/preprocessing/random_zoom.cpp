#include <shikumi/nn/layers/preprocessing/random_zoom.hpp>

#include <limits>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layers/preprocessing/detail/pictures.hpp>
#include <shikumi/nn/layers/preprocessing/detail/resample.hpp>
#include <shikumi/nn/layers/preprocessing/detail/resample_fields.hpp>

namespace shikumi::nn {

RandomZoom::RandomZoom(const FactorRange& height_factor,
                       const std::optional<FactorRange>& width_factor,
                       const ResampleOptions& options)
    : Layer({.name = options.name}),
      height_(height_factor),
      width_(width_factor),
      options_(options) {
    constexpr double any = std::numeric_limits<double>::max();
    detail::check_range("random_zoom", height_, any);
    if (width_) detail::check_range("random_zoom", *width_, any);
}

Tensor RandomZoom::call(const Tensor& x, Mode mode) {
    if (mode == Mode::infer) return x;
    detail::check_pictures("random_zoom", x);
    const Index height = x.shape()[1], width = x.shape()[2];
    const Shape all{x.shape().front(), height, width};
    const Tensor down = detail::draw_factors(x, height_, rng()) + 1;
    const Tensor across = width_ ? detail::draw_factors(x, *width_, rng()) + 1 : down;
    // Positions as seen from the middle, stretched.
    const auto zoomed = [&](Index n, int axis, const Tensor& factor) {
        const double middle = static_cast<double>(n - 1) / 2;
        return broadcast_to((detail::positions(n, axis, x.dtype()) - middle) * factor + middle,
                            all);
    };
    return detail::resample(x, zoomed(height, 1, down), zoomed(width, 2, across), options_);
}

Config RandomZoom::get_config() const {
    ConfigWriter config;
    config("height_factor", height_)("width_factor", width_);
    detail::visit_resampling(config, options_);
    return config;
}

RandomZoom RandomZoom::from_config(ConfigReader& config) {
    FactorRange height = 0, width = 0;
    ResampleOptions options;
    const bool same = !config.has("width_factor");
    if (!same) config("width_factor", width);
    detail::visit_resampling(config.need("height_factor", height), options);
    return RandomZoom(height, same ? std::nullopt : std::optional(width), options);
}

}  // namespace shikumi::nn

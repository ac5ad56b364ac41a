#include <shikumi/nn/layers/preprocessing/random_translation.hpp>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layers/preprocessing/detail/pictures.hpp>
#include <shikumi/nn/layers/preprocessing/detail/resample.hpp>

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

}  // namespace shikumi::nn

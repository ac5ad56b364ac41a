#include <shikumi/nn/layers/preprocessing/augmentation.hpp>

#include <limits>
#include <numbers>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layers/preprocessing/detail/resample.hpp>

namespace shikumi::nn {

namespace {

void want_pictures(std::string_view layer, const Tensor& x) {
    if (x.rank() != 4 || !is_floating(x.dtype()))
        fail<ShapeError>(layer, "takes f32 or f64 (batch, height, width, channels), got ",
                         x.spec());
}

// The positions 0 … n-1 along one of the axes (batch, height, width).
Tensor positions(Index n, int axis, DType dtype) {
    return reshape(arange(0, n, 1, dtype), axis == 1 ? Shape{1, n, 1} : Shape{1, 1, n});
}

// One number for each picture, as (batch, 1, 1).
Tensor one_each(const Tensor& x, const FactorRange& range, Generator& rng) {
    return random_uniform({x.shape().front(), 1, 1}, rng, range.low, range.high, x.dtype());
}

void check_range(std::string_view layer, const FactorRange& range, double limit = 1) {
    if (!(-1 <= range.low && range.low <= range.high && range.high <= limit))
        fail<ValueError>(layer, "a range of factors goes upwards from -1 or more to ", limit,
                         " or less, got ", range.low, " to ", range.high);
}

Tensor flipped_at_random(const Tensor& x, int axis, Generator& rng) {
    const Tensor turn = random_bernoulli({x.shape().front(), 1, 1, 1}, rng);
    return where(equal(turn, 1), flip(x, axis), x);
}

}  // namespace

Tensor RandomFlip::call(const Tensor& x, Mode mode) {
    if (mode == Mode::infer) return x;
    want_pictures("random_flip", x);
    Tensor y = x;
    if (mode_ != Flip::vertical) y = flipped_at_random(y, 2, rng());
    if (mode_ != Flip::horizontal) y = flipped_at_random(y, 1, rng());
    return y;
}

RandomTranslation::RandomTranslation(const FactorRange& height_factor,
                                     const FactorRange& width_factor,
                                     const ResampleOptions& options)
    : Layer({.name = options.name}),
      height_(height_factor),
      width_(width_factor),
      options_(options) {
    for (const FactorRange& range : {height_, width_}) check_range("random_translation", range);
}

Tensor RandomTranslation::call(const Tensor& x, Mode mode) {
    if (mode == Mode::infer) return x;
    want_pictures("random_translation", x);
    const Index height = x.shape()[1], width = x.shape()[2];
    const Shape all{x.shape().front(), height, width};
    const Tensor down = one_each(x, height_, rng()) * static_cast<double>(height);
    const Tensor right = one_each(x, width_, rng()) * static_cast<double>(width);
    return detail::resample(x, broadcast_to(positions(height, 1, x.dtype()) - down, all),
                            broadcast_to(positions(width, 2, x.dtype()) - right, all), options_);
}

RandomRotation::RandomRotation(const FactorRange& factor, const ResampleOptions& options)
    : Layer({.name = options.name}), factor_(factor), options_(options) {
    check_range("random_rotation", factor);
}

Tensor RandomRotation::call(const Tensor& x, Mode mode) {
    if (mode == Mode::infer) return x;
    want_pictures("random_rotation", x);
    const Index height = x.shape()[1], width = x.shape()[2];
    const Tensor angle = one_each(x, factor_, rng()) * (2 * std::numbers::pi);
    const Tensor c = cos(angle), s = sin(angle);
    const double middle = static_cast<double>(height - 1) / 2;
    const double centre = static_cast<double>(width - 1) / 2;
    const Tensor down = positions(height, 1, x.dtype()) - middle;
    const Tensor right = positions(width, 2, x.dtype()) - centre;
    // The place that each pixel of the turned picture comes from; rows count downwards.
    return detail::resample(x, down * c + right * s + middle, right * c - down * s + centre,
                            options_);
}

RandomZoom::RandomZoom(const FactorRange& height_factor,
                       const std::optional<FactorRange>& width_factor,
                       const ResampleOptions& options)
    : Layer({.name = options.name}),
      height_(height_factor),
      width_(width_factor),
      options_(options) {
    constexpr double any = std::numeric_limits<double>::max();
    check_range("random_zoom", height_, any);
    if (width_) check_range("random_zoom", *width_, any);
}

Tensor RandomZoom::call(const Tensor& x, Mode mode) {
    if (mode == Mode::infer) return x;
    want_pictures("random_zoom", x);
    const Index height = x.shape()[1], width = x.shape()[2];
    const Shape all{x.shape().front(), height, width};
    const Tensor down = one_each(x, height_, rng()) + 1;
    const Tensor across = width_ ? one_each(x, *width_, rng()) + 1 : down;
    // Positions as seen from the middle, stretched.
    const auto zoomed = [&](Index n, int axis, const Tensor& factor) {
        const double middle = static_cast<double>(n - 1) / 2;
        return broadcast_to((positions(n, axis, x.dtype()) - middle) * factor + middle, all);
    };
    return detail::resample(x, zoomed(height, 1, down), zoomed(width, 2, across), options_);
}

}  // namespace shikumi::nn

#include <shikumi/nn/layers/regularization/spatial_dropout.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/layers/detail/drop.hpp>
#include <shikumi/nn/layers/detail/windows.hpp>

namespace shikumi::nn {

SpatialDropout::SpatialDropout(int axes, double rate, const LayerOptions& options)
    : Layer(options), axes_(axes), rate_(rate) {
    if (!(rate >= 0 && rate <= 1))
        fail<ValueError>("spatial_dropout", "the rate must lie in [0, 1], got ", rate);
}

Tensor SpatialDropout::call(const Tensor& x, Mode mode) {
    detail::check_images("spatial_dropout", axes_, x.shape());
    if (mode == Mode::infer || rate_ == 0) return x;
    Shape::Sizes coins = x.shape().sizes();
    for (int axis = 1; axis <= axes_; ++axis) coins[axis] = 1;
    return detail::drop(x, Shape(coins), rate_, rng());
}

std::string SpatialDropout::label() const { return sentence(class_name(), " ", rate_); }

Config SpatialDropout::get_config() const {
    ConfigWriter config;
    if (axes_ > 1) config.always("data_format", "channels_last");
    return config("rate", rate_);
}

namespace {

double rate_in(ConfigReader& config) {
    return config.accept("data_format", "channels_last").ignore("seed").get<double>("rate");
}

}  // namespace

SpatialDropout1D SpatialDropout1D::from_config(ConfigReader& config) {
    return SpatialDropout1D(rate_in(config));
}
SpatialDropout2D SpatialDropout2D::from_config(ConfigReader& config) {
    return SpatialDropout2D(rate_in(config));
}
SpatialDropout3D SpatialDropout3D::from_config(ConfigReader& config) {
    return SpatialDropout3D(rate_in(config));
}

}  // namespace shikumi::nn

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

}  // namespace shikumi::nn

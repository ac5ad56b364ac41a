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

}  // namespace shikumi::nn

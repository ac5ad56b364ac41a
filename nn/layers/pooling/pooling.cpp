#include <shikumi/nn/layers/pooling/pooling.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/layers/detail/windows.hpp>

namespace shikumi::nn {

Pooling::Pooling(Function function, int axes, const PerAxis& size, const PoolingOptions& options)
    : Layer({.name = options.name, .input_shape = options.input_shape}),
      function_(function),
      axes_(axes),
      size_(size),
      options_(options) {
    detail::check_window("pooling", axes, size, options.strides.given() ? options.strides : size, 1,
                         options.padding);
    if (options.padding == Padding::causal)
        fail<ValueError>("pooling", "padding is valid or same, not causal");
}

Tensor Pooling::call(const Tensor& x, Mode) {
    detail::check_images("pooling", axes_, x.shape());
    return function_(x, size_, {.strides = options_.strides, .padding = options_.padding});
}

std::string Pooling::label() const {
    std::string text = sentence(class_name(), " ", detail::times(size_, axes_));
    if (options_.strides.given()) text += ", strides " + detail::times(options_.strides, axes_);
    return options_.padding == Padding::same ? text + ", same" : text;
}

}  // namespace shikumi::nn

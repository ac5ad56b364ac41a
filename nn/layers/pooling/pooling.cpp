#include <shikumi/nn/layers/pooling/pooling.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/window.hpp>
#include <shikumi/nn/layers/detail/windows.hpp>

namespace shikumi::nn {

Pooling::Pooling(Function function, int axes, const PerAxis& size, const PoolingOptions& options)
    : Layer({.name = options.name, .input_shape = options.input_shape}),
      function_(function),
      axes_(axes),
      size_(size),
      options_(options) {
    detail::check_window("pooling", axes, size, options.strides.value_or(size), 1, options.padding);
    if (options.padding == Padding::causal)
        fail<ValueError>("pooling", "padding is valid or same, not causal");
}

Tensor Pooling::call(const Tensor& x, Mode) {
    detail::check_images("pooling", axes_, x.shape());
    return function_(x, size_, {.strides = options_.strides, .padding = options_.padding});
}

std::string Pooling::config() const {
    std::string text = sentence(class_name(), " ", detail::times(size_, axes_));
    if (options_.strides) text += ", strides " + detail::times(*options_.strides, axes_);
    return options_.padding == Padding::same ? text + ", same" : text;
}

GlobalPooling::GlobalPooling(Function function, int axes, const GlobalPoolingOptions& options)
    : Layer({.name = options.name, .input_shape = options.input_shape}),
      function_(function),
      axes_(axes),
      keepdims_(options.keepdims) {}

Tensor GlobalPooling::call(const Tensor& x, Mode) {
    detail::check_images("global_pooling", axes_, x.shape());
    constexpr int axes[] = {1, 2, 3};
    return function_(x, Axes(std::vector<int>(axes, axes + axes_)), keepdims_);
}

Tensor GlobalAveragePooling1D::call(const Tensor& x, Mode mode) {
    const Tensor mask = mask_of(x);
    if (!mask.defined()) return GlobalPooling::call(x, mode);
    const Tensor seen = expand_dims(mask, 2).cast(x.dtype());
    return sum(x * seen, 1, keepdims()) / sum(seen, 1, keepdims());
}

AdaptivePooling::AdaptivePooling(Function function, int axes, const PerAxis& output_size,
                                 const LayerOptions& options)
    : Layer(options), function_(function), axes_(axes), size_(output_size) {
    shikumi::detail::per_axis("adaptive_pooling", "the output's size", output_size, axes);
}

Tensor AdaptivePooling::call(const Tensor& x, Mode) {
    detail::check_images("adaptive_pooling", axes_, x.shape());
    return function_(x, size_);
}

std::string AdaptivePooling::config() const {
    return sentence(class_name(), " ", detail::times(size_, axes_));
}

}  // namespace shikumi::nn

#include <shikumi/nn/layers/convolution/convolutional_layer.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/window.hpp>
#include <shikumi/nn/layers/detail/windows.hpp>

namespace shikumi::nn {

void ConvolutionalLayer::check_window() const {
    detail::check_window(error_name_, axes_, size_, strides_, dilation_, padding_);
}

void ConvolutionalLayer::check_positive(std::string_view what, Index number) const {
    if (number <= 0) fail<ValueError>(error_name_, what, " must be positive, got ", number);
}

void ConvolutionalLayer::check_groups(Index filters, Index groups) const {
    check_positive("the number of filters", filters);
    check_positive("the number of groups", groups);
    if (filters % groups != 0)
        fail<ValueError>(error_name_, groups, " groups don't divide ", filters, " filters");
}

void ConvolutionalLayer::check_channels(const Shape& x, Index groups) const {
    check_axes(x);
    if (x.back() == 0 || x.back() % groups != 0)
        fail<ShapeError>(error_name_, groups, " groups don't divide the ", x.back(),
                         " channels of ", x);
}

void ConvolutionalLayer::check_axes(const Shape& x) const {
    detail::check_images(error_name_, axes_, x);
}

void ConvolutionalLayer::check_fit(const Shape& x) const {
    shikumi::detail::window_over(error_name_, x, size_, strides_, dilation_, padding_);
}

Shape ConvolutionalLayer::kernel_shape(const PerAxis& size, Index in, Index out) const {
    return detail::kernel_shape(axes_, size, in, out);
}

ConvolutionOptions ConvolutionalLayer::window(Index groups) const {
    return {.strides = strides_, .dilation = dilation_, .padding = padding_, .groups = groups};
}

Tensor ConvolutionalLayer::finish(const Tensor& x) {
    const Tensor y = activation_(bias_.defined() ? x + bias_ : x);
    add_activity_loss(activity_regularizer_, y);
    return y;
}

std::string ConvolutionalLayer::label() const {
    const std::string known = channels();
    return sentence(class_name(), " ", known, known.empty() ? "" : ", ",
                    detail::times(size_, axes_),
                    detail::manner(axes_, strides_, dilation_, padding_));
}

}  // namespace shikumi::nn

#include <shikumi/nn/layers/convolution/depthwise_convolution.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/layers/convolution/detail/depthwise.hpp>

namespace shikumi::nn {

DepthwiseConvolution::DepthwiseConvolution(int axes, const PerAxis& kernel_size,
                                           const DepthwiseConvOptions& options)
    : ConvolutionalLayer("depthwise_convolution", axes, kernel_size, options), options_(options) {
    check_positive("depth_multiplier", options.depth_multiplier);
}

void DepthwiseConvolution::build(const Spec& input) {
    check_axes(input.shape);
    check_fit(input.shape);
    const Index in = input.shape.back(), m = options_.depth_multiplier;
    kernel_ =
        add_weight("depthwise_kernel", kernel_shape(size(), in, m), options_.depthwise_initializer,
                   {.regularizer = options_.depthwise_regularizer,
                    .constraint = options_.depthwise_constraint});
    add_bias(in * m, options_);
}

Tensor DepthwiseConvolution::call(const Tensor& x, Mode) {
    check_axes(x.shape());
    return finish(convolution(x, detail::grouped(kernel_), window(detail::channels_of(kernel_))));
}

std::string DepthwiseConvolution::channels() const {
    if (!kernel_.defined()) return {};
    const Index in = detail::channels_of(kernel_);
    return sentence(in, "→", in * options_.depth_multiplier);
}

}  // namespace shikumi::nn

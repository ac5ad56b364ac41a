#include <shikumi/nn/convolution.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/window.hpp>
#include <shikumi/nn/detail/windows.hpp>

namespace shikumi::nn {

namespace {

// (window…, in, out)
Shape kernel_shape(const PerAxis& size, int axes, Index in, Index out) {
    std::vector<Index> sizes = shikumi::detail::per_axis("kernel", "its size", size, axes);
    sizes.push_back(in);
    sizes.push_back(out);
    return Shape(sizes);
}

// "32", or "3→32" once the number of channels is known.
std::string channels(const Parameter& kernel, Index in, Index out) {
    return kernel.defined() ? sentence(in, "→", out) : std::to_string(out);
}

template <class Options>
Tensor finish(const Tensor& y, const Parameter& bias, const Options& options) {
    return options.activation(options.use_bias ? y + bias : y);
}

template <class Options>
LayerOptions base(const Options& options) {
    return {.name = options.name, .dtype = options.dtype, .input_shape = options.input_shape};
}

void check_groups(std::string_view layer, Index filters, Index groups) {
    detail::check_positive(layer, "the number of filters", filters);
    detail::check_positive(layer, "the number of groups", groups);
    if (filters % groups != 0)
        fail<ValueError>(layer, groups, " groups don't divide ", filters, " filters");
}

void check_depth(std::string_view layer, Index multiplier) {
    detail::check_positive(layer, "depth_multiplier", multiplier);
}

// The kernel (window…, channels, m) as a convolution takes it where each channel is a group.
Tensor grouped(const Parameter& depthwise) {
    const Shape& k = depthwise.shape();
    return reshape(depthwise, {k[0], k[1], 1, k[2] * k[3]});
}

}  // namespace

// ---- Conv1D, Conv2D, Conv3D ---------------------------------------------------------------------

Convolution::Convolution(int axes, Index filters, const PerAxis& kernel_size,
                         const ConvOptions& options)
    : Layer(base(options)), axes_(axes), filters_(filters), size_(kernel_size), options_(options) {
    check_groups("convolution", filters, options.groups);
    detail::check_window("convolution", axes, size_, options.strides, options.dilation_rate,
                         options.padding);
}

void Convolution::build(const Spec& input) {
    detail::check_images("convolution", axes_, input.shape);
    const Index in = input.shape.back();
    if (in == 0 || in % options_.groups != 0)
        fail<ShapeError>("convolution", options_.groups, " groups don't divide the ", in,
                         " channels of ", input.shape);
    shikumi::detail::window_over("convolution", input.shape, size_, options_.strides,
                                 options_.dilation_rate, options_.padding);
    kernel_ = add_weight(
        "kernel", kernel_shape(size_, axes_, in / options_.groups, filters_),
        options_.kernel_initializer,
        {.regularizer = options_.kernel_regularizer, .constraint = options_.kernel_constraint});
    if (options_.use_bias)
        bias_ = add_weight(
            "bias", {filters_}, options_.bias_initializer,
            {.regularizer = options_.bias_regularizer, .constraint = options_.bias_constraint});
}

Tensor Convolution::call(const Tensor& x, Mode) {
    detail::check_images("convolution", axes_, x.shape());
    return finish(convolution(x, kernel_,
                              {.strides = options_.strides,
                               .dilation = options_.dilation_rate,
                               .padding = options_.padding,
                               .groups = options_.groups}),
                  bias_, options_);
}

std::string Convolution::config() const {
    const Index in =
        kernel_.defined() ? kernel_.shape()[kernel_.shape().rank() - 2] * options_.groups : 0;
    return sentence(
        class_name(), " ", channels(kernel_, in, filters_), ", ", detail::times(size_, axes_),
        detail::manner(axes_, options_.strides, options_.dilation_rate, options_.padding));
}

// ---- Conv2DTranspose ----------------------------------------------------------------------------

Conv2DTranspose::Conv2DTranspose(Index filters, const PerAxis& kernel_size,
                                 const ConvOptions& options)
    : Layer(base(options)), filters_(filters), size_(kernel_size), options_(options) {
    check_groups("conv2d_transpose", filters, options.groups);
    detail::check_window("conv2d_transpose", 2, size_, options.strides, options.dilation_rate,
                         options.padding);
}

void Conv2DTranspose::build(const Spec& input) {
    detail::check_images("conv2d_transpose", 2, input.shape);
    const Index in = input.shape.back();
    if (in == 0 || in % options_.groups != 0)
        fail<ShapeError>("conv2d_transpose", options_.groups, " groups don't divide the ", in,
                         " channels of ", input.shape);
    kernel_ = add_weight(
        "kernel", kernel_shape(size_, 2, filters_ / options_.groups, in),
        options_.kernel_initializer,
        {.regularizer = options_.kernel_regularizer, .constraint = options_.kernel_constraint});
    if (options_.use_bias)
        bias_ = add_weight(
            "bias", {filters_}, options_.bias_initializer,
            {.regularizer = options_.bias_regularizer, .constraint = options_.bias_constraint});
}

Tensor Conv2DTranspose::call(const Tensor& x, Mode) {
    detail::check_images("conv2d_transpose", 2, x.shape());
    return finish(convolution_transpose(x, kernel_,
                                        {.strides = options_.strides,
                                         .dilation = options_.dilation_rate,
                                         .padding = options_.padding,
                                         .groups = options_.groups}),
                  bias_, options_);
}

std::string Conv2DTranspose::config() const {
    const Index in = kernel_.defined() ? kernel_.shape().back() : 0;
    return sentence("Conv2DTranspose ", channels(kernel_, in, filters_), ", ",
                    detail::times(size_, 2),
                    detail::manner(2, options_.strides, options_.dilation_rate, options_.padding));
}

// ---- DepthwiseConv2D ----------------------------------------------------------------------------

DepthwiseConv2D::DepthwiseConv2D(const PerAxis& kernel_size, const DepthwiseConvOptions& options)
    : Layer(base(options)), size_(kernel_size), options_(options) {
    check_depth("depthwise_conv2d", options.depth_multiplier);
    detail::check_window("depthwise_conv2d", 2, size_, options.strides, options.dilation_rate,
                         options.padding);
}

void DepthwiseConv2D::build(const Spec& input) {
    detail::check_images("depthwise_conv2d", 2, input.shape);
    shikumi::detail::window_over("depthwise_conv2d", input.shape, size_, options_.strides,
                                 options_.dilation_rate, options_.padding);
    const Index in = input.shape.back();
    kernel_ = add_weight("depthwise_kernel", kernel_shape(size_, 2, in, options_.depth_multiplier),
                         options_.depthwise_initializer,
                         {.regularizer = options_.depthwise_regularizer,
                          .constraint = options_.depthwise_constraint});
    if (options_.use_bias)
        bias_ = add_weight(
            "bias", {in * options_.depth_multiplier}, options_.bias_initializer,
            {.regularizer = options_.bias_regularizer, .constraint = options_.bias_constraint});
}

Tensor DepthwiseConv2D::call(const Tensor& x, Mode) {
    detail::check_images("depthwise_conv2d", 2, x.shape());
    return finish(convolution(x, grouped(kernel_),
                              {.strides = options_.strides,
                               .dilation = options_.dilation_rate,
                               .padding = options_.padding,
                               .groups = kernel_.shape()[2]}),
                  bias_, options_);
}

std::string DepthwiseConv2D::config() const {
    const Index in = kernel_.defined() ? kernel_.shape()[2] : 0;
    return sentence(
        "DepthwiseConv2D ",
        kernel_.defined() ? sentence(in, "→", in * options_.depth_multiplier, ", ") : std::string(),
        detail::times(size_, 2),
        detail::manner(2, options_.strides, options_.dilation_rate, options_.padding));
}

// ---- SeparableConv2D ----------------------------------------------------------------------------

SeparableConv2D::SeparableConv2D(Index filters, const PerAxis& kernel_size,
                                 const SeparableConvOptions& options)
    : Layer(base(options)), filters_(filters), size_(kernel_size), options_(options) {
    detail::check_positive("separable_conv2d", "the number of filters", filters);
    check_depth("separable_conv2d", options.depth_multiplier);
    detail::check_window("separable_conv2d", 2, size_, options.strides, options.dilation_rate,
                         options.padding);
}

void SeparableConv2D::build(const Spec& input) {
    detail::check_images("separable_conv2d", 2, input.shape);
    shikumi::detail::window_over("separable_conv2d", input.shape, size_, options_.strides,
                                 options_.dilation_rate, options_.padding);
    const Index in = input.shape.back(), between = in * options_.depth_multiplier;
    depthwise_ =
        add_weight("depthwise_kernel", kernel_shape(size_, 2, in, options_.depth_multiplier),
                   options_.depthwise_initializer,
                   {.regularizer = options_.depthwise_regularizer,
                    .constraint = options_.depthwise_constraint});
    pointwise_ =
        add_weight("pointwise_kernel", {1, 1, between, filters_}, options_.pointwise_initializer,
                   {.regularizer = options_.pointwise_regularizer,
                    .constraint = options_.pointwise_constraint});
    if (options_.use_bias)
        bias_ = add_weight(
            "bias", {filters_}, options_.bias_initializer,
            {.regularizer = options_.bias_regularizer, .constraint = options_.bias_constraint});
}

Tensor SeparableConv2D::call(const Tensor& x, Mode) {
    detail::check_images("separable_conv2d", 2, x.shape());
    const Tensor between = convolution(x, grouped(depthwise_),
                                       {.strides = options_.strides,
                                        .dilation = options_.dilation_rate,
                                        .padding = options_.padding,
                                        .groups = depthwise_.shape()[2]});
    return finish(convolution(between, pointwise_), bias_, options_);
}

std::string SeparableConv2D::config() const {
    const Index in = depthwise_.defined() ? depthwise_.shape()[2] : 0;
    return sentence("SeparableConv2D ", channels(depthwise_, in, filters_), ", ",
                    detail::times(size_, 2),
                    detail::manner(2, options_.strides, options_.dilation_rate, options_.padding));
}

}  // namespace shikumi::nn

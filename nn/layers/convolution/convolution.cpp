#include <shikumi/nn/layers/convolution/convolution.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/window.hpp>
#include <shikumi/nn/layers/detail/windows.hpp>

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

// Bias and activation; hands the output's penalty to `add_loss`.
template <class Options, class F>
Tensor finish(const Tensor& x, const Parameter& bias, const Options& options, F&& add_loss) {
    Tensor y = options.activation(options.use_bias ? x + bias : x);
    if (options.activity_regularizer) add_loss(options.activity_regularizer(y));
    return y;
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

// Of a list for each axis, or a number for all.
Index number(const PerAxis& numbers, int axis) {
    const auto& list = numbers.list();
    return list[list.size() == 1 ? 0 : static_cast<std::size_t>(axis)];
}

void check_output_padding(int axes, const PerAxis& padding, const PerAxis& strides) {
    if (padding.list().size() != 1 && padding.list().size() != static_cast<std::size_t>(axes))
        fail<ShapeError>("convolution_transpose", "got ", padding.list().size(),
                         " numbers as output_padding for ", axes, " axes");
    for (int axis = 0; axis < axes; ++axis) {
        if (number(padding, axis) < 0 || number(padding, axis) >= number(strides, axis))
            fail<ValueError>("convolution_transpose",
                             "output_padding must be at least 0 and below the strides of ",
                             number(strides, axis), ", got ", number(padding, axis));
    }
}

// The channels that a kernel (window…, channels, m) is for.
Index channels_of(const Parameter& depthwise) {
    return depthwise.shape()[depthwise.shape().rank() - 2];
}

// The kernel (window…, channels, m) as a convolution takes it where each channel is a group.
Tensor grouped(const Parameter& depthwise) {
    Shape::Sizes sizes = depthwise.shape().sizes();
    const int m = depthwise.shape().rank() - 1;
    sizes[m] *= sizes[m - 1];
    sizes[m - 1] = 1;
    return reshape(depthwise, Shape(sizes));
}

}  // namespace

// ---- Conv1D, Conv2D, Conv3D ---------------------------------------------------------------------

Convolution::Convolution(int axes, Index filters, const PerAxis& kernel_size,
                         const ConvOptions& options)
    : Layer(base(options)), axes_(axes), filters_(filters), size_(kernel_size), options_(options) {
    check_groups("convolution", filters, options.groups);
    detail::check_window("convolution", axes, size_, options.strides, options.dilation_rate,
                         options.padding);
    if (options.output_padding)
        fail<ValueError>("convolution", "output_padding is for transposed convolutions");
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
                  bias_, options_, [&](const Tensor& penalty) { add_loss(penalty); });
}

std::string Convolution::config() const {
    const Index in =
        kernel_.defined() ? kernel_.shape()[kernel_.shape().rank() - 2] * options_.groups : 0;
    return sentence(
        class_name(), " ", channels(kernel_, in, filters_), ", ", detail::times(size_, axes_),
        detail::manner(axes_, options_.strides, options_.dilation_rate, options_.padding));
}

// ---- Conv1DTranspose, Conv2DTranspose, Conv3DTranspose ------------------------------------------

ConvolutionTranspose::ConvolutionTranspose(int axes, Index filters, const PerAxis& kernel_size,
                                           const ConvOptions& options)
    : Layer(base(options)), axes_(axes), filters_(filters), size_(kernel_size), options_(options) {
    check_groups("convolution_transpose", filters, options.groups);
    detail::check_window("convolution_transpose", axes, size_, options.strides,
                         options.dilation_rate, options.padding);
    if (options.output_padding)
        check_output_padding(axes, *options.output_padding, options.strides);
}

void ConvolutionTranspose::build(const Spec& input) {
    detail::check_images("convolution_transpose", axes_, input.shape);
    const Index in = input.shape.back();
    if (in == 0 || in % options_.groups != 0)
        fail<ShapeError>("convolution_transpose", options_.groups, " groups don't divide the ", in,
                         " channels of ", input.shape);
    kernel_ = add_weight(
        "kernel", kernel_shape(size_, axes_, filters_ / options_.groups, in),
        options_.kernel_initializer,
        {.regularizer = options_.kernel_regularizer, .constraint = options_.kernel_constraint});
    if (options_.use_bias)
        bias_ = add_weight(
            "bias", {filters_}, options_.bias_initializer,
            {.regularizer = options_.bias_regularizer, .constraint = options_.bias_constraint});
}

// What output_padding makes of the axes.
std::optional<PerAxis> ConvolutionTranspose::sizes(const Shape& input) const {
    if (!options_.output_padding) return {};
    std::vector<Index> sizes;
    for (int axis = 0; axis < axes_; ++axis) {
        const Index window = (number(size_, axis) - 1) * number(options_.dilation_rate, axis) + 1;
        const Index cut = options_.padding == Padding::same ? window / 2 * 2 : 0;
        sizes.push_back((input[axis + 1] - 1) * number(options_.strides, axis) + window - cut +
                        number(*options_.output_padding, axis));
    }
    return PerAxis(sizes);
}

Tensor ConvolutionTranspose::call(const Tensor& x, Mode) {
    detail::check_images("convolution_transpose", axes_, x.shape());
    return finish(convolution_transpose(x, kernel_,
                                        {.strides = options_.strides,
                                         .dilation = options_.dilation_rate,
                                         .padding = options_.padding,
                                         .groups = options_.groups},
                                        sizes(x.shape())),
                  bias_, options_, [&](const Tensor& penalty) { add_loss(penalty); });
}

std::string ConvolutionTranspose::config() const {
    const Index in = kernel_.defined() ? kernel_.shape().back() : 0;
    return sentence(
        class_name(), " ", channels(kernel_, in, filters_), ", ", detail::times(size_, axes_),
        detail::manner(axes_, options_.strides, options_.dilation_rate, options_.padding));
}

// ---- DepthwiseConv1D, DepthwiseConv2D -----------------------------------------------------------

DepthwiseConvolution::DepthwiseConvolution(int axes, const PerAxis& kernel_size,
                                           const DepthwiseConvOptions& options)
    : Layer(base(options)), axes_(axes), size_(kernel_size), options_(options) {
    check_depth("depthwise_convolution", options.depth_multiplier);
    detail::check_window("depthwise_convolution", axes, size_, options.strides,
                         options.dilation_rate, options.padding);
}

void DepthwiseConvolution::build(const Spec& input) {
    detail::check_images("depthwise_convolution", axes_, input.shape);
    shikumi::detail::window_over("depthwise_convolution", input.shape, size_, options_.strides,
                                 options_.dilation_rate, options_.padding);
    const Index in = input.shape.back();
    kernel_ =
        add_weight("depthwise_kernel", kernel_shape(size_, axes_, in, options_.depth_multiplier),
                   options_.depthwise_initializer,
                   {.regularizer = options_.depthwise_regularizer,
                    .constraint = options_.depthwise_constraint});
    if (options_.use_bias)
        bias_ = add_weight(
            "bias", {in * options_.depth_multiplier}, options_.bias_initializer,
            {.regularizer = options_.bias_regularizer, .constraint = options_.bias_constraint});
}

Tensor DepthwiseConvolution::call(const Tensor& x, Mode) {
    detail::check_images("depthwise_convolution", axes_, x.shape());
    return finish(convolution(x, grouped(kernel_),
                              {.strides = options_.strides,
                               .dilation = options_.dilation_rate,
                               .padding = options_.padding,
                               .groups = channels_of(kernel_)}),
                  bias_, options_, [&](const Tensor& penalty) { add_loss(penalty); });
}

std::string DepthwiseConvolution::config() const {
    const Index in = kernel_.defined() ? channels_of(kernel_) : 0;
    return sentence(
        class_name(), " ",
        kernel_.defined() ? sentence(in, "→", in * options_.depth_multiplier, ", ") : std::string(),
        detail::times(size_, axes_),
        detail::manner(axes_, options_.strides, options_.dilation_rate, options_.padding));
}

// ---- SeparableConv1D, SeparableConv2D -----------------------------------------------------------

SeparableConvolution::SeparableConvolution(int axes, Index filters, const PerAxis& kernel_size,
                                           const SeparableConvOptions& options)
    : Layer(base(options)), axes_(axes), filters_(filters), size_(kernel_size), options_(options) {
    detail::check_positive("separable_convolution", "the number of filters", filters);
    check_depth("separable_convolution", options.depth_multiplier);
    detail::check_window("separable_convolution", axes, size_, options.strides,
                         options.dilation_rate, options.padding);
}

void SeparableConvolution::build(const Spec& input) {
    detail::check_images("separable_convolution", axes_, input.shape);
    shikumi::detail::window_over("separable_convolution", input.shape, size_, options_.strides,
                                 options_.dilation_rate, options_.padding);
    const Index in = input.shape.back(), between = in * options_.depth_multiplier;
    depthwise_ =
        add_weight("depthwise_kernel", kernel_shape(size_, axes_, in, options_.depth_multiplier),
                   options_.depthwise_initializer,
                   {.regularizer = options_.depthwise_regularizer,
                    .constraint = options_.depthwise_constraint});
    pointwise_ = add_weight("pointwise_kernel", kernel_shape(1, axes_, between, filters_),
                            options_.pointwise_initializer,
                            {.regularizer = options_.pointwise_regularizer,
                             .constraint = options_.pointwise_constraint});
    if (options_.use_bias)
        bias_ = add_weight(
            "bias", {filters_}, options_.bias_initializer,
            {.regularizer = options_.bias_regularizer, .constraint = options_.bias_constraint});
}

Tensor SeparableConvolution::call(const Tensor& x, Mode) {
    detail::check_images("separable_convolution", axes_, x.shape());
    const Tensor between = convolution(x, grouped(depthwise_),
                                       {.strides = options_.strides,
                                        .dilation = options_.dilation_rate,
                                        .padding = options_.padding,
                                        .groups = channels_of(depthwise_)});
    return finish(convolution(between, pointwise_), bias_, options_,
                  [&](const Tensor& penalty) { add_loss(penalty); });
}

std::string SeparableConvolution::config() const {
    const Index in = depthwise_.defined() ? channels_of(depthwise_) : 0;
    return sentence(
        class_name(), " ", channels(depthwise_, in, filters_), ", ", detail::times(size_, axes_),
        detail::manner(axes_, options_.strides, options_.dilation_rate, options_.padding));
}

}  // namespace shikumi::nn

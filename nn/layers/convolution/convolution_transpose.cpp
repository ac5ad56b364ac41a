#include <shikumi/nn/layers/convolution/convolution_transpose.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/layers/convolution/detail/conv_fields.hpp>

namespace shikumi::nn {

namespace {

constexpr std::string_view convolution_transpose_name = "convolution_transpose";

// The number of an axis, from a list of one for each axis or one for all.
Index number(const PerAxis& numbers, int axis) {
    const auto& list = numbers.list();
    return list[list.size() == 1 ? 0 : static_cast<std::size_t>(axis)];
}

void check_output_padding(int axes, const PerAxis& padding, const PerAxis& strides) {
    if (padding.list().size() != 1 && padding.list().size() != static_cast<std::size_t>(axes))
        fail<ShapeError>(convolution_transpose_name, "got ", padding.list().size(),
                         " numbers as output_padding for ", axes, " axes");
    for (int axis = 0; axis < axes; ++axis) {
        if (number(padding, axis) < 0 || number(padding, axis) >= number(strides, axis))
            fail<ValueError>(convolution_transpose_name,
                             "output_padding must be at least 0 and below the strides of ",
                             number(strides, axis), ", got ", number(padding, axis));
    }
}

}  // namespace

ConvolutionTranspose::ConvolutionTranspose(int axes, Index filters, const PerAxis& kernel_size,
                                           const ConvOptions& options)
    : ConvolutionalLayer(convolution_transpose_name, axes, kernel_size, options),
      filters_(filters),
      options_(options) {
    check_groups(filters, options.groups);
    if (options.output_padding.given())
        check_output_padding(axes, options.output_padding, options.strides);
}

void ConvolutionTranspose::build(const Spec& input) {
    check_channels(input.shape, options_.groups);
    kernel_ = add_weight(
        "kernel", kernel_shape(size(), filters_ / options_.groups, input.shape.back()),
        options_.kernel_initializer,
        {.regularizer = options_.kernel_regularizer, .constraint = options_.kernel_constraint});
    add_bias(filters_, options_);
}

// The output's sizes where output_padding sets them.
PerAxis ConvolutionTranspose::sizes(const Shape& input) const {
    if (!options_.output_padding.given()) return {};
    std::vector<Index> sizes;
    for (int axis = 0; axis < axes(); ++axis) {
        const Index window = (number(size(), axis) - 1) * number(options_.dilation_rate, axis) + 1;
        const Index cut = options_.padding == Padding::same ? window / 2 * 2 : 0;
        sizes.push_back((input[axis + 1] - 1) * number(options_.strides, axis) + window - cut +
                        number(options_.output_padding, axis));
    }
    return PerAxis(sizes);
}

Tensor ConvolutionTranspose::call(const Tensor& x, Mode) {
    check_axes(x.shape());
    return finish(convolution_transpose(x, kernel_, window(options_.groups), sizes(x.shape())));
}

std::string ConvolutionTranspose::channels() const {
    return kernel_.defined() ? sentence(kernel_.shape().back(), "→", filters_)
                             : std::to_string(filters_);
}

Config ConvolutionTranspose::get_config() const {
    return detail::conv_config(filters_, size(), options_);
}

Conv1DTranspose Conv1DTranspose::from_config(ConfigReader& config) {
    return detail::conv_from<Conv1DTranspose>(config);
}
Conv2DTranspose Conv2DTranspose::from_config(ConfigReader& config) {
    return detail::conv_from<Conv2DTranspose>(config);
}
Conv3DTranspose Conv3DTranspose::from_config(ConfigReader& config) {
    return detail::conv_from<Conv3DTranspose>(config);
}

}  // namespace shikumi::nn

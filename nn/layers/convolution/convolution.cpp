#include <shikumi/nn/layers/convolution/convolution.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/layers/convolution/detail/conv_fields.hpp>

namespace shikumi::nn {

Convolution::Convolution(int axes, Index filters, const PerAxis& kernel_size,
                         const ConvOptions& options)
    : ConvolutionalLayer("convolution", axes, kernel_size, options),
      filters_(filters),
      options_(options) {
    check_groups(filters, options.groups);
    if (options.output_padding.given())
        fail<ValueError>("convolution", "output_padding is for transposed convolutions");
}

void Convolution::build(const Spec& input) {
    check_channels(input.shape, options_.groups);
    check_fit(input.shape);
    kernel_ = add_weight(
        "kernel", kernel_shape(size(), input.shape.back() / options_.groups, filters_),
        options_.kernel_initializer,
        {.regularizer = options_.kernel_regularizer, .constraint = options_.kernel_constraint});
    add_bias(filters_, options_);
}

Tensor Convolution::call(const Tensor& x, Mode) {
    check_axes(x.shape());
    return finish(convolution(x, kernel_, window(options_.groups)));
}

std::string Convolution::channels() const {
    if (!kernel_.defined()) return std::to_string(filters_);
    return sentence(kernel_.shape()[axes()] * options_.groups, "→", filters_);
}

Config Convolution::get_config() const { return detail::conv_config(filters_, size(), options_); }

Conv1D Conv1D::from_config(ConfigReader& config) { return detail::conv_from<Conv1D>(config); }
Conv2D Conv2D::from_config(ConfigReader& config) { return detail::conv_from<Conv2D>(config); }
Conv3D Conv3D::from_config(ConfigReader& config) { return detail::conv_from<Conv3D>(config); }

}  // namespace shikumi::nn

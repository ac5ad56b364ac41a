#include <shikumi/nn/padding.hpp>

#include <algorithm>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/detail/windows.hpp>

namespace shikumi::nn {

namespace {

void check_borders(std::string_view layer, const Borders& b) {
    const Index least = std::min({b.rows.first, b.rows.second, b.columns.first, b.columns.second});
    if (least < 0)
        fail<ValueError>(layer, "takes numbers of rows and columns from 0 on, got ", least);
}

std::string text(const Borders& b) {
    return sentence("((", b.rows.first, ", ", b.rows.second, "), (", b.columns.first, ", ",
                    b.columns.second, "))");
}

Range kept(std::string_view layer, const Tensor& x, int axis, const Borders::Pair& cropped) {
    const Index size = x.shape()[axis];
    if (cropped.first >= size || cropped.second >= size - cropped.first)
        fail<ShapeError>(layer, "leaves nothing of axis ", axis, " of ", x.shape());
    return {cropped.first, size - cropped.second};
}

}  // namespace

ZeroPadding2D::ZeroPadding2D(const Borders& padding, const LayerOptions& options)
    : Layer(options), padding_(padding) {
    check_borders("zero_padding2d", padding);
}

Tensor ZeroPadding2D::call(const Tensor& x, Mode) {
    detail::check_images("zero_padding2d", 2, x.shape());
    return pad(x, {{0, 0}, padding_.rows, padding_.columns, {0, 0}});
}

std::string ZeroPadding2D::config() const { return "ZeroPadding2D " + text(padding_); }

Cropping2D::Cropping2D(const Borders& cropping, const LayerOptions& options)
    : Layer(options), cropping_(cropping) {
    check_borders("cropping2d", cropping);
}

Tensor Cropping2D::call(const Tensor& x, Mode) {
    detail::check_images("cropping2d", 2, x.shape());
    return slice(x, {{},
                     kept("cropping2d", x, 1, cropping_.rows),
                     kept("cropping2d", x, 2, cropping_.columns)});
}

std::string Cropping2D::config() const { return "Cropping2D " + text(cropping_); }

UpSampling2D::UpSampling2D(const PerAxis& size, const UpSamplingOptions& options)
    : Layer({.name = options.name, .input_shape = options.input_shape}),
      size_(size),
      interpolation_(options.interpolation) {
    detail::check_window("up_sampling2d", 2, size, 1, 1, Padding::valid);
}

Tensor UpSampling2D::call(const Tensor& x, Mode) {
    detail::check_images("up_sampling2d", 2, x.shape());
    const auto& list = size_.list();
    const Index rows = list.front() * x.shape()[1], columns = list.back() * x.shape()[2];
    return resize(x, {rows, columns}, interpolation_);
}

std::string UpSampling2D::config() const { return "UpSampling2D " + detail::times(size_, 2); }

}  // namespace shikumi::nn

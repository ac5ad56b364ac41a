#include <shikumi/nn/layers/preprocessing/resizing.hpp>

#include <algorithm>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/layers/detail/windows.hpp>

namespace shikumi::nn {

namespace {

void check_size(std::string_view layer, Index height, Index width) {
    if (height <= 0 || width <= 0)
        fail<ValueError>(layer, "the new sizes must be positive, got ", height, " and ", width);
}

// Pictures as real numbers.
Tensor pictures(std::string_view layer, const Tensor& x, DType dtype) {
    detail::check_images(layer, 2, x.shape());
    return is_floating(x.dtype()) ? x : x.cast(dtype);
}

// The side that goes with another side of n pixels, where `of` go with `to`.
Index in_ratio(Index n, Index of, Index to) {
    return static_cast<Index>(static_cast<double>(n) * static_cast<double>(of) /
                              static_cast<double>(to));
}

// The middle of x.
Tensor middle(const Tensor& x, Index height, Index width) {
    const Index top = (x.shape()[1] - height) / 2, left = (x.shape()[2] - width) / 2;
    return slice(x, {Slice{}, Slice{top, top + height}, Slice{left, left + width}});
}

// x cut to the ratio of the sides.
Tensor cut_to_ratio(const Tensor& x, Index height, Index width) {
    const Index rows = x.shape()[1], columns = x.shape()[2];
    return middle(x, std::clamp<Index>(in_ratio(columns, height, width), 1, rows),
                  std::clamp<Index>(in_ratio(rows, width, height), 1, columns));
}

// x in the middle of a picture of the ratio of the sides. As in Keras, both sides get the same: an
// odd row or column is left out.
Tensor fill_to_ratio(const Tensor& x, Index height, Index width, double value) {
    const Index rows = x.shape()[1], columns = x.shape()[2];
    const Index above = std::max<Index>(in_ratio(columns, height, width) - rows, 0) / 2;
    const Index beside = std::max<Index>(in_ratio(rows, width, height) - columns, 0) / 2;
    return pad(x, {{0, 0}, {above, above}, {beside, beside}, {0, 0}}, value);
}

}  // namespace

Resizing::Resizing(Index height, Index width, const ResizingOptions& options)
    : Layer({.name = options.name}), height_(height), width_(width), options_(options) {
    check_size("resizing", height, width);
}

Tensor Resizing::call(const Tensor& x, Mode) {
    Tensor y = pictures("resizing", x, dtype());
    if (options_.aspect_ratio == AspectRatio::crop) y = cut_to_ratio(y, height_, width_);
    if (options_.aspect_ratio == AspectRatio::pad)
        y = fill_to_ratio(y, height_, width_, options_.fill_value);
    return resize(y, {height_, width_}, options_.interpolation, options_.antialias);
}

std::string Resizing::label() const { return sentence("Resizing ", height_, "×", width_); }

CenterCrop::CenterCrop(Index height, Index width, const LayerOptions& options)
    : Layer(options), height_(height), width_(width) {
    check_size("center_crop", height, width);
}

Tensor CenterCrop::call(const Tensor& x, Mode) {
    const Tensor y = pictures("center_crop", x, dtype());
    if (y.shape()[1] >= height_ && y.shape()[2] >= width_) return middle(y, height_, width_);
    return resize(cut_to_ratio(y, height_, width_), {height_, width_}, Interpolation::bilinear);
}

std::string CenterCrop::label() const { return sentence("CenterCrop ", height_, "×", width_); }

void visit_fields(auto& fields, FieldsOf<ResizingOptions> auto& o) {
    fields("interpolation", o.interpolation)("fill_value", o.fill_value);
    fields("antialias", o.antialias).always("data_format", "channels_last");
    fields.accept("fill_mode", "constant");
}

Config Resizing::get_config() const {
    ConfigWriter config;
    config("height", height_)("width", width_);
    config("crop_to_aspect_ratio", options_.aspect_ratio == AspectRatio::crop);
    config("pad_to_aspect_ratio", options_.aspect_ratio == AspectRatio::pad);
    return config.fields(options_);
}

Resizing Resizing::from_config(ConfigReader& config) {
    const auto height = config.get<Index>("height"), width = config.get<Index>("width");
    const bool crop = config.get_or("crop_to_aspect_ratio", false);
    const bool pad = config.get_or("pad_to_aspect_ratio", false);
    if (crop && pad)
        fail<ValueError>(config.owner(),
                         "crop_to_aspect_ratio and pad_to_aspect_ratio exclude each other");
    auto options = config.fields<ResizingOptions>();
    options.aspect_ratio = crop ? AspectRatio::crop : pad ? AspectRatio::pad : AspectRatio::stretch;
    return Resizing(height, width, options);
}

Config CenterCrop::get_config() const {
    return ConfigWriter()("height", height_)("width", width_)
        .always("data_format", "channels_last");
}

CenterCrop CenterCrop::from_config(ConfigReader& config) {
    config.always("data_format", "channels_last");
    const auto height = config.get<Index>("height");
    return CenterCrop(height, config.get<Index>("width"));
}

}  // namespace shikumi::nn

#include <shikumi/nn/layers/reshaping/zero_padding.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layers/detail/windows.hpp>
#include <shikumi/nn/layers/reshaping/detail/border_text.hpp>

namespace shikumi::nn {

ZeroPadding::ZeroPadding(int axes, const Borders& padding, const LayerOptions& options)
    : Layer(options), padding_(padding.pairs("zero_padding", axes)) {}

Tensor ZeroPadding::call(const Tensor& x, Mode) {
    detail::check_images("zero_padding", static_cast<int>(padding_.size()), x.shape());
    std::vector<std::pair<Index, Index>> widths{{0, 0}};
    widths.insert(widths.end(), padding_.begin(), padding_.end());
    widths.emplace_back(0, 0);
    return pad(x, widths);
}

std::string ZeroPadding::label() const {
    return class_name() + " " + detail::border_text(padding_);
}

Config ZeroPadding::get_config() const {
    ConfigWriter config;
    if (padding_.size() > 1) config.always("data_format", "channels_last");
    return config("padding", Borders(padding_));
}

ZeroPadding1D ZeroPadding1D::from_config(ConfigReader& config) {
    config.accept("data_format", "channels_last");
    const auto sides = config.get_or<std::vector<Index>>("padding", {1});
    if (sides.empty() || sides.size() > 2)
        fail<ValueError>(config.owner(), "wants one number or [before, after], got ", sides.size());
    return ZeroPadding1D(std::pair(sides.front(), sides.back()));
}

ZeroPadding2D ZeroPadding2D::from_config(ConfigReader& config) {
    config.always("data_format", "channels_last");
    return ZeroPadding2D(config.get_or<Borders>("padding", 1));
}

ZeroPadding3D ZeroPadding3D::from_config(ConfigReader& config) {
    config.always("data_format", "channels_last");
    return ZeroPadding3D(config.get_or<Borders>("padding", 1));
}

}  // namespace shikumi::nn

#include <shikumi/nn/layers/reshaping/cropping.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layers/detail/windows.hpp>
#include <shikumi/nn/layers/reshaping/detail/border_text.hpp>

namespace shikumi::nn {

Cropping::Cropping(int axes, const Borders& cropping, const LayerOptions& options)
    : Layer(options), cropping_(cropping.pairs("cropping", axes)) {}

Tensor Cropping::call(const Tensor& x, Mode) {
    detail::check_images("cropping", static_cast<int>(cropping_.size()), x.shape());
    std::vector<Slice> kept(1);
    for (const auto& [before, after] : cropping_) {
        const auto axis = static_cast<int>(kept.size());
        const Index size = x.shape()[axis];
        if (before >= size || after >= size - before)
            fail<ShapeError>("cropping", "leaves nothing of axis ", axis, " of ", x.shape());
        kept.push_back({before, size - after});
    }
    return slice(x, kept);
}

std::string Cropping::label() const { return class_name() + " " + detail::border_text(cropping_); }

Config Cropping::get_config() const {
    ConfigWriter config;
    if (cropping_.size() > 1) config.always("data_format", "channels_last");
    return config("cropping", Borders(cropping_));
}

Cropping1D Cropping1D::from_config(ConfigReader& config) {
    config.accept("data_format", "channels_last");
    const auto sides = config.get_or<std::vector<Index>>("cropping", {1});
    if (sides.empty() || sides.size() > 2)
        fail<ValueError>(config.owner(), "wants one number or [before, after], got ", sides.size());
    return Cropping1D(std::pair(sides.front(), sides.back()));
}

Cropping2D Cropping2D::from_config(ConfigReader& config) {
    config.always("data_format", "channels_last");
    return Cropping2D(config.get_or<Borders>("cropping", 0));
}

Cropping3D Cropping3D::from_config(ConfigReader& config) {
    config.always("data_format", "channels_last");
    return Cropping3D(config.get_or<Borders>("cropping", 1));
}

}  // namespace shikumi::nn

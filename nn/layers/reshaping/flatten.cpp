#include <shikumi/nn/layers/reshaping/flatten.hpp>

#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

namespace {

Tensor with_channels_last(const Tensor& x) {
    if (x.rank() < 3) return x;
    std::vector<int> axes{0};
    for (int axis = 2; axis < x.rank(); ++axis) axes.push_back(axis);
    axes.push_back(1);
    return transpose(x, axes);
}

}  // namespace

Tensor Flatten::call(const Tensor& x, Mode) {
    Index features = 1;
    for (int axis = 1; axis < x.rank(); ++axis) features *= x.shape()[axis];
    return reshape(channels_first_ ? with_channels_last(x) : x, Shape{x.shape().front(), features});
}

Config Flatten::get_config() const {
    return ConfigWriter()("data_format", channels_first_ ? "channels_first" : "channels_last");
}

Flatten Flatten::from_config(ConfigReader& config) {
    std::string format = "channels_last";
    config.or_null("data_format", format, format);
    if (format != "channels_last" && format != "channels_first")
        fail<ValueError>(config.owner(), "data_format is channels_last or channels_first, got '",
                         format, "'");
    return Flatten({.channels_first = format == "channels_first"});
}

}  // namespace shikumi::nn

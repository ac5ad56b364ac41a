#include <shikumi/nn/layers/preprocessing/rescaling.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

namespace {

// A single number broadcasts to any x.
Tensor for_channels(const std::vector<double>& numbers, const Tensor& x) {
    if (numbers.size() == 1) return scalar(numbers.front(), x.dtype());
    if (x.rank() < 2 || x.shape().back() != static_cast<Index>(numbers.size()))
        fail<ShapeError>("rescaling", "is for ", numbers.size(), " channels, got ", x.shape());
    return tensor(numbers).cast(x.dtype());
}

std::string text(const std::vector<double>& numbers) {
    std::string all;
    for (const double number : numbers) all += sentence(all.empty() ? "" : " ", number);
    return all;
}

}  // namespace

Rescaling::Rescaling(const std::vector<double>& scale, const std::vector<double>& offset,
                     const LayerOptions& options)
    : Layer(options), scale_(scale), offset_(offset) {
    if (scale.empty() || offset.empty())
        fail<ValueError>("rescaling", "wants one scale and offset, or one for each channel");
}

Tensor Rescaling::call(const Tensor& x, Mode) {
    const Tensor real = is_floating(x.dtype()) ? x : x.cast(dtype());
    return real * for_channels(scale_, real) + for_channels(offset_, real);
}

std::string Rescaling::label() const {
    return sentence("Rescaling ", text(scale_), ", ", text(offset_));
}

namespace {

// The only number by itself.
Config number_or_list(const std::vector<double>& numbers) {
    return numbers.size() == 1 ? Config(numbers.front())
                               : Config(Config::List(numbers.begin(), numbers.end()));
}

}  // namespace

Config Rescaling::get_config() const {
    return ConfigWriter()("scale", number_or_list(scale_))("offset", number_or_list(offset_));
}

Rescaling Rescaling::from_config(ConfigReader& config) {
    const auto scale = config.get<std::vector<double>>("scale");
    return Rescaling(scale, config.get_or<std::vector<double>>("offset", {0}));
}

}  // namespace shikumi::nn

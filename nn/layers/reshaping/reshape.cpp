#include <shikumi/nn/layers/reshaping/reshape.hpp>

#include <algorithm>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layers/reshaping/detail/in_brackets.hpp>

namespace shikumi::nn {

Reshape::Reshape(std::vector<Index> target, const LayerOptions& options)
    : Layer(options), target_(std::move(target)) {
    const bool wrong = std::any_of(target_.begin(), target_.end(), [](Index n) { return n < -1; });
    if (wrong || std::count(target_.begin(), target_.end(), -1) > 1)
        fail<ValueError>("reshape", "sizes must not be negative, but for one -1");
}

Tensor Reshape::call(const Tensor& x, Mode) {
    std::vector<Index> sizes{x.shape().front()};
    sizes.insert(sizes.end(), target_.begin(), target_.end());
    return shikumi::reshape(x, sizes);
}

std::string Reshape::label() const { return "Reshape " + detail::in_brackets(target_); }

Config Reshape::get_config() const { return ConfigWriter()("target_shape", target_); }

Reshape Reshape::from_config(ConfigReader& config) {
    return Reshape(config.get<std::vector<Index>>("target_shape"));
}

}  // namespace shikumi::nn

#include <shikumi/nn/reshape.hpp>

#include <algorithm>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

Tensor Flatten::call(const Tensor& x, Mode) {
    Index features = 1;
    for (int axis = 1; axis < x.rank(); ++axis) features *= x.shape()[axis];
    return shikumi::reshape(x, Shape{x.shape().front(), features});
}

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

std::string Reshape::config() const {
    std::string text = "Reshape (";
    for (std::size_t i = 0; i < target_.size(); ++i)
        text += (i > 0 ? ", " : "") + std::to_string(target_[i]);
    return text + ")";
}

}  // namespace shikumi::nn

#include <shikumi/nn/layers/reshaping/reshape.hpp>

#include <algorithm>
#include <numeric>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

namespace {

// "(2, -1)".
template <class T>
std::string in_brackets(const std::vector<T>& list) {
    std::string text = "(";
    for (std::size_t i = 0; i < list.size(); ++i)
        text += (i > 0 ? ", " : "") + std::to_string(list[i]);
    return text + ")";
}

}  // namespace

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

std::string Reshape::config() const { return "Reshape " + in_brackets(target_); }

Permute::Permute(std::vector<int> dims, const LayerOptions& options)
    : Layer(options), dims_(std::move(dims)) {
    std::vector<int> wanted(dims_.size());
    std::iota(wanted.begin(), wanted.end(), 1);
    if (!std::is_permutation(dims_.begin(), dims_.end(), wanted.begin()))
        fail<ValueError>("permute", "wants the axes 1 to ", dims_.size(), ", each once, got ",
                         in_brackets(dims_));
}

Tensor Permute::call(const Tensor& x, Mode) {
    if (x.rank() != static_cast<int>(dims_.size()) + 1)
        fail<ShapeError>("permute", "takes samples of ", dims_.size(), " axes, got ", x.shape());
    std::vector<int> axes{0};
    axes.insert(axes.end(), dims_.begin(), dims_.end());
    return transpose(x, axes);
}

std::string Permute::config() const { return "Permute " + in_brackets(dims_); }

}  // namespace shikumi::nn

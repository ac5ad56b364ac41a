#include <shikumi/nn/layers/reshaping/permute.hpp>

#include <algorithm>
#include <numeric>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layers/reshaping/detail/in_brackets.hpp>

namespace shikumi::nn {

Permute::Permute(std::vector<int> dims, const LayerOptions& options)
    : Layer(options), dims_(std::move(dims)) {
    std::vector<int> wanted(dims_.size());
    std::iota(wanted.begin(), wanted.end(), 1);
    if (!std::is_permutation(dims_.begin(), dims_.end(), wanted.begin()))
        fail<ValueError>("permute", "wants the axes 1 to ", dims_.size(), ", each once, got ",
                         detail::in_brackets(dims_));
}

Tensor Permute::call(const Tensor& x, Mode) {
    if (x.rank() != static_cast<int>(dims_.size()) + 1)
        fail<ShapeError>("permute", "takes samples of ", dims_.size(), " axes, got ", x.shape());
    std::vector<int> axes{0};
    axes.insert(axes.end(), dims_.begin(), dims_.end());
    return transpose(x, axes);
}

std::string Permute::label() const { return "Permute " + detail::in_brackets(dims_); }

Config Permute::get_config() const { return ConfigWriter()("dims", dims_); }

Permute Permute::from_config(ConfigReader& config) {
    return Permute(config.get<std::vector<int>>("dims"));
}

}  // namespace shikumi::nn

#include <shikumi/nn/layers/activations/softmax.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layers/detail/hidden_score.hpp>

namespace shikumi::nn {

void Softmax::build_all(const std::vector<Spec>& inputs) {
    check_given(inputs.size());
    if (inputs.size() > 2 || (inputs.size() == 2 && inputs[1].dtype != bool_))
        fail<ShapeError>("softmax", "takes one tensor, and a mask of bool at most beside it");
}

Tensor Softmax::call(const Tensor& x, Mode) {
    if (normalize_axis("softmax", axis_, x.rank()) == 0)
        fail<ShapeError>("softmax", "axis ", axis_, " of ", x.shape(), " is the batch");
    return softmax(x, axis_);
}

std::vector<Tensor> Softmax::call_all(const std::vector<Tensor>& inputs, Mode mode) {
    check_given(inputs.size());
    if (inputs.size() == 1) return {call(inputs.front(), mode)};
    const Tensor &x = inputs[0], &mask = inputs[1];
    if (broadcast("softmax", x.shape(), mask.shape()) != x.shape())
        fail<ShapeError>("softmax", "the mask ", mask.shape(), " doesn't broadcast to ", x.shape());
    return {where(mask, call(where(mask, x, detail::hidden_score(x.dtype())), mode), 0)};
}

std::string Softmax::label() const { return sentence("Softmax over axis ", axis_); }

Config Softmax::get_config() const { return ConfigWriter()("axis", axis_); }

Softmax Softmax::from_config(ConfigReader& config) {
    return Softmax(config.get_or<Index>("axis", -1));
}

}  // namespace shikumi::nn

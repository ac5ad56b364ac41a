#include <shikumi/nn/layers/merging/concatenate.hpp>

#include <algorithm>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/detail/masks.hpp>

namespace shikumi::nn {

Tensor Concatenate::merge(const std::vector<Tensor>& inputs) const {
    if (normalize_axis("concatenate", axis_, inputs.front().rank()) == 0)
        fail<ShapeError>(name(), "axis ", axis_, " of ", inputs.front().shape(), " is the batch");
    return concatenate(inputs, axis_);
}

std::vector<Tensor> Concatenate::compute_mask_all(const std::vector<Tensor>& inputs,
                                                  const std::vector<Tensor>& masks) {
    check_given(std::min(inputs.size(), masks.size()));
    int rank = 0;
    for (const Tensor& mask : masks) rank = std::max(rank, mask.defined() ? mask.rank() : 0);
    const int axis = normalize_axis("concatenate", axis_, inputs.front().rank());
    if (axis >= rank) return Merge::compute_mask_all(inputs, masks);
    std::vector<Tensor> parts;
    for (std::size_t i = 0; i < masks.size(); ++i) {
        const Shape::Sizes sizes = inputs[i].shape().sizes();
        const Shape shape(std::span<const Index>(sizes.begin(), sizes.begin() + rank));
        parts.push_back(masks[i].defined() ? broadcast_to(detail::beside(masks[i], rank), shape)
                                           : ones(shape, bool_));
    }
    return {concatenate(parts, axis)};
}

std::string Concatenate::label() const { return sentence("Concatenate axis ", axis_); }

Config Concatenate::get_config() const { return ConfigWriter()("axis", axis_); }

Concatenate Concatenate::from_config(ConfigReader& config) {
    return Concatenate(config.get_or<Index>("axis", -1));
}

}  // namespace shikumi::nn

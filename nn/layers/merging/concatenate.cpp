#include <shikumi/nn/layers/merging/concatenate.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

Tensor Concatenate::merge(const std::vector<Tensor>& inputs) const {
    if (normalize_axis("concatenate", axis_, inputs.front().rank()) == 0)
        fail<ShapeError>(name(), "axis ", axis_, " of ", inputs.front().shape(), " is the batch");
    return concatenate(inputs, axis_);
}

std::string Concatenate::config() const { return sentence("Concatenate axis ", axis_); }

}  // namespace shikumi::nn

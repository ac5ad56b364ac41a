#include <shikumi/nn/layers/core/with_mask.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

namespace {

bool is_mask_of(const Spec& x, const Spec& mask) {
    if (mask.dtype != bool_ || mask.shape.rank() == 0 || mask.shape.rank() > x.shape.rank())
        return false;
    for (int axis = 0; axis < mask.shape.rank(); ++axis) {
        if (mask.shape[axis] != x.shape[axis]) return false;
    }
    return true;
}

}  // namespace

void WithMask::build_all(const std::vector<Spec>& inputs) {
    if (inputs.size() != 2 || !is_mask_of(inputs[0], inputs[1]))
        fail<ShapeError>("with_mask", "takes a tensor, and a mask of bool of its first axes",
                         inputs.size() == 2 ? sentence(", got ", inputs[0], " and ", inputs[1])
                                            : sentence(", got ", inputs.size(), " tensors"));
}

Tensor WithMask::call(const Tensor& x, Mode mode) { return call_all({x}, mode).front(); }

std::vector<Tensor> WithMask::call_all(const std::vector<Tensor>& inputs, Mode) {
    build_all(specs_of(inputs));
    return {identity(inputs.front())};  // a tensor keeps its first mask, and x may have one
}

std::vector<Tensor> WithMask::compute_mask_all(const std::vector<Tensor>& inputs,
                                               const std::vector<Tensor>&) {
    return {inputs.back()};
}

Config WithMask::get_config() const { return Config::Object{}; }

WithMask WithMask::from_config(ConfigReader&) { return WithMask(); }

}  // namespace shikumi::nn

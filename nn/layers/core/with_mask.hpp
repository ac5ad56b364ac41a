// WithMask.
#pragma once

#include <vector>

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// Gives a tensor a mask that is another tensor: called on x and a mask of bool, it passes on x,
/// whose mask is that one from there on, whatever it was before. Keras has it as the argument
/// `mask` of the layer that comes next.
class WithMask final : public Layer {
public:
    /// Any shapes: the layers behind it check the mask.
    explicit WithMask(const LayerOptions& options = {}) : Layer(options) {}
    /// Throws ShapeError: it takes two tensors.
    Tensor call(const Tensor& x, Mode mode) override;
    /// x under its own shape. Throws ShapeError unless there is a mask, of x's first axes.
    std::vector<Tensor> call_all(const std::vector<Tensor>& inputs, Mode mode) override;
    /// The second input.
    std::vector<Tensor> compute_mask_all(const std::vector<Tensor>& inputs,
                                         const std::vector<Tensor>& masks) override;
    void build_all(const std::vector<Spec>& inputs) override;
    Config get_config() const override;
    /// The layer of that configuration, which has no fields.
    static WithMask from_config(ConfigReader& config);

protected:
    void check_input(const Tensor&) override {}
};

}  // namespace shikumi::nn

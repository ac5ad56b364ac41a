// Normalization: standardises features by figures that are taken from data beforehand.
#pragma once

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

struct NormalizationOptions {
    Axes axis = -1;       ///< has a mean and variance for each place
    bool invert = false;  ///< back from standardised numbers
    std::string name = {};
    DType dtype = f32;
};

/// (x − mean)/√variance. Weights, none of them trainable: mean, variance, count.
class Normalization final : public Layer {
public:
    explicit Normalization(const NormalizationOptions& options = {});
    void build(const Spec& input) override;
    /// Takes mean and variance from data. Throws ShapeError where it doesn't fit the layer.
    void adapt(const Tensor& data);
    Tensor call(const Tensor& x, Mode mode) override;

private:
    NormalizationOptions options_;
    Shape stretched_;  // of the weights beside the input
    Parameter mean_, variance_, count_;
};

}  // namespace shikumi::nn

// RMSNormalization.
#pragma once

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

struct RMSNormalizationOptions {
    Axes axis = -1;         ///< what is normalised together
    double epsilon = 1e-6;  ///< added to the mean square
    std::string name = {};
    DType dtype = f32;
};

/// s x/√(mean of x² + ε), the mean over the axes. B. Zhang, R. Sennrich, NeurIPS 2019. Weight:
/// scale, of the axes' sizes.
class RMSNormalization final : public Layer {
public:
    /// Throws ValueError unless epsilon is positive.
    explicit RMSNormalization(const RMSNormalizationOptions& options = {});
    void build(const Spec& input) override;
    Tensor call(const Tensor& x, Mode mode) override;

private:
    RMSNormalizationOptions options_;
    Shape stretched_;  // of the weight beside the input
    Parameter scale_;
};

}  // namespace shikumi::nn

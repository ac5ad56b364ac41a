// RMSNormalization.
#pragma once

#include <string>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// What RMSNormalization can be given. Defaults are Keras's.
struct RMSNormalizationOptions {
    Axes axis = -1;         ///< axes that are normalised together; not the batch
    double epsilon = 1e-6;  ///< added to the mean square
    std::string name = {};  ///< "rms_normalization", "rms_normalization_1", … where it is empty
    DType dtype = f32;      ///< of the weights and the input: f32 or f64
};

/// s x/√(mean of x² + ε), of x's shape, with the mean over the axes. B. Zhang, R. Sennrich, NeurIPS
/// 2019. Weight: scale, of the axes' sizes.
class RMSNormalization final : public Layer {
public:
    /// Throws ValueError unless epsilon is positive.
    explicit RMSNormalization(const RMSNormalizationOptions& options = {});
    /// Makes the weight. Throws ShapeError for axes that the input hasn't got, and the batch.
    void build(const Spec& input) override;
    Tensor call(const Tensor& x, Mode mode) override;
    bool supports_masking() const override { return true; }
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static RMSNormalization from_config(ConfigReader& config);

private:
    RMSNormalizationOptions options_;
    Shape stretched_;  // of the weight beside the input
    Parameter scale_;
};

}  // namespace shikumi::nn

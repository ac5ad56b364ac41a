// Normalization.
#pragma once

#include <string>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// What Normalization can be given.
struct NormalizationOptions {
    Axes axis = -1;  ///< axes whose places have a mean and a variance each; {}: one for all
    std::vector<double> mean = {};      ///< where it is known beforehand, with the variance
    std::vector<double> variance = {};  ///< one number for each place, as for the mean
    bool invert = false;                ///< turn standardised numbers back into the original ones
    std::string name = {};  ///< "normalization", "normalization_1", … where it is empty
    DType dtype = f32;      ///< of the weights and the input: f32 or f64
};

/// (x − mean)/√variance, of x's shape. Mean and variance are given, or come from data by `adapt`.
/// As in Keras, the divisor is 1e-7 at least: a feature that was constant in the data gives 0 for
/// the same value, and 1e7 for one that differs by 1. Weights, none of them trainable: mean,
/// variance, count.
class Normalization final : public Layer {
public:
    /// Mean 0 and variance 1 until `adapt` is called, unless they are given. Throws ValueError for
    /// one without the other.
    explicit Normalization(const NormalizationOptions& options = {});
    /// Makes the weights. Throws ShapeError for axes that the input hasn't got, for the batch, and
    /// where mean and variance were given for another number of places.
    void build(const Spec& input) override;
    /// Takes mean and variance from data (samples, …). Throws ShapeError where it doesn't fit the
    /// layer, ValueError where there is none.
    void adapt(const Tensor& data);
    Tensor call(const Tensor& x, Mode mode) override;
    bool supports_masking() const override { return true; }
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static Normalization from_config(ConfigReader& config);

private:
    NormalizationOptions options_;
    Shape stretched_;  // of the weights beside the input
    Parameter mean_, variance_, count_;
};

}  // namespace shikumi::nn

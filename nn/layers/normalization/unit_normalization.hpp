// UnitNormalization.
#pragma once

#include <string>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// What UnitNormalization can be given.
struct UnitNormalizationOptions {
    Axes axis = -1;         ///< axes whose elements together get the length 1; not the batch
    std::string name = {};  ///< "unit_normalization", "unit_normalization_1", … where it is empty
};

/// x/√Σx², of x's shape, with the sum over the axes. Where all are 0 they stay 0, with the gradient
/// 0. There are no weights.
class UnitNormalization final : public Layer {
public:
    /// Axes are checked when the input is known.
    explicit UnitNormalization(const UnitNormalizationOptions& options = {})
        : Layer({.name = options.name}), axes_(options.axis) {}
    /// Throws ShapeError for axes that x hasn't got, and for the batch.
    Tensor call(const Tensor& x, Mode mode) override;
    bool supports_masking() const override { return true; }
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static UnitNormalization from_config(ConfigReader& config);

private:
    Axes axes_;
};

}  // namespace shikumi::nn

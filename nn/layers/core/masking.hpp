// Masking.
#pragma once

#include <string>

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// Gives sequences (batch, time, …) a mask: a step whose elements are all `mask_value` is padding,
/// which recurrent layers leave out. Its elements become 0; the shape stays.
class Masking final : public Layer {
public:
    /// Steps whose elements are all `mask_value` are padding.
    explicit Masking(double mask_value = 0, const LayerOptions& options = {})
        : Layer(options), mask_value_(mask_value) {}
    /// Throws ShapeError for less than three axes.
    Tensor call(const Tensor& x, Mode mode) override;
    /// (batch, time): true where the step isn't padding.
    Tensor compute_mask(const Tensor& x, const Tensor& mask) override;
    std::string config() const override;

private:
    double mask_value_;
};

}  // namespace shikumi::nn

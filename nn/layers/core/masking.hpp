// Masking: says which steps of a sequence are only padding.
#pragma once

#include <string>

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// Gives sequences (batch, time, …) a mask: a step all of whose elements are `mask_value` is
/// padding, which recurrent layers leave out. Its elements become 0.
class Masking final : public Layer {
public:
    explicit Masking(double mask_value = 0, const LayerOptions& options = {})
        : Layer(options), mask_value_(mask_value) {}
    Tensor call(const Tensor& x, Mode mode) override;
    Tensor compute_mask(const Tensor& x, const Tensor& mask) override;
    std::string config() const override;

private:
    double mask_value_;
};

}  // namespace shikumi::nn

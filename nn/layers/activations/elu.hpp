// ELU.
#pragma once

#include <string>

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// x, or alpha (eˣ − 1) where x is negative. D. Clevert et al., ICLR 2016.
class ELU final : public Layer {
public:
    /// Minus `alpha` is the limit for large negative x.
    explicit ELU(double alpha = 1, const LayerOptions& options = {});
    Tensor call(const Tensor& x, Mode mode) override;
    bool supports_masking() const override { return true; }
    std::string label() const override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static ELU from_config(ConfigReader& config);

private:
    double alpha_;
};

}  // namespace shikumi::nn

// GaussianDropout.
#pragma once

#include <string>

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// In training, x times normally distributed factors of mean 1 and deviation √(rate/(1 − rate)),
/// Dropout's own; in inference, x itself. N. Srivastava et al., JMLR 15 (2014).
class GaussianDropout final : public Layer {
public:
    /// Throws ValueError unless `rate` lies in [0, 1).
    explicit GaussianDropout(double rate, const LayerOptions& options = {});
    Tensor call(const Tensor& x, Mode mode) override;
    bool supports_masking() const override { return true; }
    std::string label() const override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static GaussianDropout from_config(ConfigReader& config);

private:
    double rate_;
};

}  // namespace shikumi::nn

// AlphaDropout.
#pragma once

#include <string>

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// In training, each element becomes SELU's negative limit with probability `rate`, then all are
/// scaled and shifted such that mean 0 and variance 1 stay; in inference, x itself. G. Klambauer et
/// al., NIPS 2017.
class AlphaDropout final : public Layer {
public:
    /// Throws ValueError unless `rate` lies in [0, 1).
    explicit AlphaDropout(double rate, const LayerOptions& options = {});
    Tensor call(const Tensor& x, Mode mode) override;
    bool supports_masking() const override { return true; }
    std::string label() const override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static AlphaDropout from_config(ConfigReader& config);

private:
    double rate_;
};

}  // namespace shikumi::nn

// Dropout.
#pragma once

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// While training, each element is 0 with probability `rate`, else multiplied by 1/(1 − rate);
/// otherwise x itself. N. Srivastava et al., JMLR 15 (2014), in the inverted form.
class Dropout final : public Layer {
public:
    /// Throws ValueError unless `rate` lies in [0, 1].
    explicit Dropout(double rate, const LayerOptions& options = {});
    Tensor call(const Tensor& x, Mode mode) override;
    std::string config() const override;

private:
    double rate_;
};

}  // namespace shikumi::nn

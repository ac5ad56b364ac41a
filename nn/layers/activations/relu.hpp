// ReLU.
#pragma once

#include <limits>
#include <string>

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// What ReLU can be given. Defaults are Keras's.
struct ReLUOptions {
    double max_value = std::numeric_limits<double>::infinity();  ///< largest output
    double negative_slope = 0;                                   ///< slope below the threshold
    double threshold = 0;                                        ///< smallest x that passes
    std::string name = {};  ///< "re_lu", "re_lu_1", … where it is empty
};

/// x from the threshold on and max_value at most; negative_slope (x − threshold) below it.
class ReLU final : public Layer {
public:
    /// Throws ValueError for a negative max_value, slope or threshold.
    explicit ReLU(const ReLUOptions& options = {});
    Tensor call(const Tensor& x, Mode mode) override;
    bool supports_masking() const override { return true; }

private:
    ReLUOptions options_;
};

}  // namespace shikumi::nn

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
    double threshold = 0;                                        ///< above it x passes
    std::string name = {};  ///< "re_lu", "re_lu_1", … where it is empty
};

/// x above the threshold and max_value at most; negative_slope (x − threshold) up to it. The
/// gradient is 0 at the threshold and 1 where x is max_value, unless the layer is relu6.
class ReLU final : public Layer {
public:
    /// Throws ValueError for a negative max_value, slope or threshold.
    explicit ReLU(const ReLUOptions& options = {});
    Tensor call(const Tensor& x, Mode mode) override;
    bool supports_masking() const override { return true; }
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static ReLU from_config(ConfigReader& config);

private:
    ReLUOptions options_;
};

}  // namespace shikumi::nn

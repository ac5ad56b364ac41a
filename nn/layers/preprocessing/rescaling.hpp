// Rescaling.
#pragma once

#include <vector>

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// scale x + offset, of x's shape, with one scale and offset for all or one for each channel, the
/// last axis. Integers are converted to the layer's dtype first.
class Rescaling final : public Layer {
public:
    /// Pixels of 0 to 255 come to [0, 1] by a scale of 1/255.
    explicit Rescaling(double scale, double offset = 0, const LayerOptions& options = {})
        : Rescaling(std::vector{scale}, std::vector{offset}, options) {}
    /// For each channel. Throws ValueError for empty lists.
    explicit Rescaling(const std::vector<double>& scale, const std::vector<double>& offset = {0},
                       const LayerOptions& options = {});
    /// Throws ShapeError for another number of channels.
    Tensor call(const Tensor& x, Mode mode) override;
    bool supports_masking() const override { return true; }
    std::string label() const override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static Rescaling from_config(ConfigReader& config);

private:
    std::vector<double> scale_, offset_;
};

}  // namespace shikumi::nn

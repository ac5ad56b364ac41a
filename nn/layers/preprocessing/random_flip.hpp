// RandomFlip.
#pragma once

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// How RandomFlip may turn pictures.
enum class Flip {
    horizontal,              ///< left to right
    vertical,                ///< upside down
    horizontal_and_vertical  ///< each by itself
};
/// "horizontal", "vertical" or "horizontal_and_vertical".
Config to_config(Flip flip);
/// Reads such a name.
void from_config(const Config& config, Flip& flip, std::string_view reading);

/// In training, turns each picture left to right, or upside down, or both, with probability 1/2
/// each. Pictures are
/// (batch, height, width, channels), f32 or f64, and keep their shape; in inference they stay as
/// they are.
class RandomFlip final : public Layer {
public:
    /// Allows both directions unless told otherwise.
    explicit RandomFlip(Flip mode = Flip::horizontal_and_vertical, const LayerOptions& options = {})
        : Layer(options), mode_(mode) {}
    Tensor call(const Tensor& x, Mode mode) override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static RandomFlip from_config(ConfigReader& config);

private:
    Flip mode_;
};

}  // namespace shikumi::nn

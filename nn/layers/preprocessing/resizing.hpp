// Resizing and CenterCrop.
#pragma once

#include <string>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// How Resizing brings a picture to another ratio of its sides.
enum class AspectRatio {
    stretch,  ///< the whole picture fills the new size
    crop,     ///< what exceeds the new ratio is cut off on both sides first
    pad,      ///< what is missing to the new ratio is added on both sides first
};

/// What Resizing can be given. Defaults are Keras's.
struct ResizingOptions {
    Interpolation interpolation = Interpolation::bilinear;  ///< values between the pixels
    AspectRatio aspect_ratio = AspectRatio::stretch;        ///< where the sides' ratio changes
    double fill_value = 0;                                  ///< of pixels that `pad` adds
    bool antialias = false;  ///< average over what becomes one pixel where a side shrinks
    std::string name = {};   ///< "resizing", "resizing_1", … where it is empty
};

/// Pictures (batch, rows, columns, channels) of another size. Integers are converted to the layer's
/// dtype first.
class Resizing final : public Layer {
public:
    /// Throws ValueError unless both sizes are positive.
    Resizing(Index height, Index width, const ResizingOptions& options = {});
    /// Throws ShapeError unless x is (batch, rows, columns, channels).
    Tensor call(const Tensor& x, Mode mode) override;
    std::string label() const override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static Resizing from_config(ConfigReader& config);

private:
    Index height_, width_;
    ResizingOptions options_;
};

/// The middle of pictures (batch, rows, columns, channels). Pictures that are smaller are cut to
/// the ratio of the sides and resized. Integers are converted to the layer's dtype first.
class CenterCrop final : public Layer {
public:
    /// Throws ValueError unless both sizes are positive.
    CenterCrop(Index height, Index width, const LayerOptions& options = {});
    /// Throws ShapeError unless x is (batch, rows, columns, channels).
    Tensor call(const Tensor& x, Mode mode) override;
    std::string label() const override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static CenterCrop from_config(ConfigReader& config);

private:
    Index height_, width_;
};

}  // namespace shikumi::nn

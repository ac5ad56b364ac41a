// Layers that vary pictures (batch, height, width, channels) in training, each picture differently.
// They take f32 and f64 and keep the shape; in inference they return x itself.
#pragma once

#include <optional>
#include <string>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// How RandomFlip may turn pictures.
enum class Flip {
    horizontal,              ///< left to right
    vertical,                ///< upside down
    horizontal_and_vertical  ///< each by itself
};

/// In training, turns each picture left to right, or upside down, or both, with probability 1/2
/// each.
class RandomFlip final : public Layer {
public:
    /// Allows both directions unless told otherwise.
    explicit RandomFlip(Flip mode = Flip::horizontal_and_vertical, const LayerOptions& options = {})
        : Layer(options), mode_(mode) {}
    Tensor call(const Tensor& x, Mode mode) override;

private:
    Flip mode_;
};

/// The pixels outside a picture a b c d.
enum class Fill {
    reflect,   ///< d c b a | a b c d | d c b a
    constant,  ///< fill_value
    wrap,      ///< a b c d | a b c d | a b c d
    nearest,   ///< a a a a | a b c d | d d d d
};

/// How layers read pictures between their pixels and beyond their borders.
struct ResampleOptions {
    Fill fill_mode = Fill::reflect;                         ///< the pixels beyond the borders
    Interpolation interpolation = Interpolation::bilinear;  ///< values between the pixels
    double fill_value = 0;                                  ///< the value of `Fill::constant`
    std::string name = {};                                  ///< numbered by class where it is empty
};

/// The range from which a layer draws a factor for each picture.
struct FactorRange {
    /// From −factor to factor.
    FactorRange(double factor) : low(-factor), high(factor) {}
    /// From one number to another.
    FactorRange(double from, double to) : low(from), high(to) {}
    double low;   ///< smallest factor
    double high;  ///< upper limit
};

/// In training, moves each picture down by a share of its height, and right by a share of its
/// width.
class RandomTranslation final : public Layer {
public:
    /// Throws ValueError for ranges that are empty or reach beyond −1 and 1.
    RandomTranslation(const FactorRange& height_factor, const FactorRange& width_factor,
                      const ResampleOptions& options = {});
    Tensor call(const Tensor& x, Mode mode) override;

private:
    FactorRange height_, width_;
    ResampleOptions options_;
};

/// In training, turns each picture around its middle by a share of a whole turn, counter-clockwise
/// where the share is positive.
class RandomRotation final : public Layer {
public:
    /// Throws ValueError for an empty range.
    explicit RandomRotation(const FactorRange& factor, const ResampleOptions& options = {});
    Tensor call(const Tensor& x, Mode mode) override;

private:
    FactorRange factor_;
    ResampleOptions options_;
};

/// In training, shows each picture from further away (positive factors) or from nearer.
class RandomZoom final : public Layer {
public:
    /// Without a width_factor, both directions get the same factor. Throws ValueError for ranges
    /// that are empty or reach below −1.
    explicit RandomZoom(const FactorRange& height_factor,
                        const std::optional<FactorRange>& width_factor = {},
                        const ResampleOptions& options = {});
    Tensor call(const Tensor& x, Mode mode) override;

private:
    FactorRange height_;
    std::optional<FactorRange> width_;
    ResampleOptions options_;
};

}  // namespace shikumi::nn

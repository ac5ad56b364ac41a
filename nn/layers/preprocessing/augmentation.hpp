// Layers that vary pictures (batch, height, width, channels) while training, each one differently.
#pragma once

#include <optional>
#include <utility>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

enum class Flip { horizontal, vertical, horizontal_and_vertical };

/// Turns each picture left to right, or upside down, or both, with probability 1/2 each.
class RandomFlip final : public Layer {
public:
    explicit RandomFlip(Flip mode = Flip::horizontal_and_vertical, const LayerOptions& options = {})
        : Layer(options), mode_(mode) {}
    Tensor call(const Tensor& x, Mode mode) override;

private:
    Flip mode_;
};

/// What stands outside a picture.
enum class Fill {
    reflect,   ///< d c b a | a b c d | d c b a
    constant,  ///< fill_value
    wrap,      ///< a b c d | a b c d | a b c d
    nearest,   ///< a a a a | a b c d | d d d d
};

struct ResampleOptions {
    Fill fill_mode = Fill::reflect;
    Interpolation interpolation = Interpolation::bilinear;
    double fill_value = 0;
    std::string name = {};
};

/// From where to where; a single number f stands for −f to f.
struct FactorRange {
    FactorRange(double factor) : low(-factor), high(factor) {}
    FactorRange(double from, double to) : low(from), high(to) {}
    double low, high;
};

/// Moves each picture down by a share of its height, and right by a share of its width.
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

/// Turns each picture around its middle, by a share of a whole turn; counter-clockwise where that
/// is positive.
class RandomRotation final : public Layer {
public:
    /// Throws ValueError for an empty range.
    explicit RandomRotation(const FactorRange& factor, const ResampleOptions& options = {});
    Tensor call(const Tensor& x, Mode mode) override;

private:
    FactorRange factor_;
    ResampleOptions options_;
};

/// Shows each picture from further away (positive factors) or from nearer.
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

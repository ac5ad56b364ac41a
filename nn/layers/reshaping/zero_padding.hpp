// ZeroPadding1D, ZeroPadding2D and ZeroPadding3D.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <shikumi/nn/layer.hpp>
#include <shikumi/nn/layers/reshaping/borders.hpp>

namespace shikumi::nn {

/// Zeros around each image: (batch, axes…, channels) becomes (batch, larger axes…, channels).
class ZeroPadding : public Layer {
public:
    /// Throws ShapeError unless x is (batch, axes…, channels).
    Tensor call(const Tensor& x, Mode mode) override;
    std::string label() const override;
    Config get_config() const override;

protected:
    /// Throws ValueError for a negative number.
    ZeroPadding(int axes, const Borders& padding, const LayerOptions& options);

private:
    std::vector<std::pair<Index, Index>> padding_;
};

/// Zeros before and after sequences (batch, steps, channels).
class ZeroPadding1D final : public ZeroPadding {
public:
    /// As many zeros on both sides. Throws ValueError for a negative number.
    explicit ZeroPadding1D(Index padding = 1, const LayerOptions& options = {})
        : ZeroPadding(1, padding, options) {}
    /// {before, after}. Throws ValueError for a negative number.
    explicit ZeroPadding1D(const std::pair<Index, Index>& padding, const LayerOptions& options = {})
        : ZeroPadding(1, Borders(padding), options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static ZeroPadding1D from_config(ConfigReader& config);
};

/// Zeros around pictures (batch, rows, columns, channels).
class ZeroPadding2D final : public ZeroPadding {
public:
    /// Throws ValueError for a negative number.
    explicit ZeroPadding2D(const Borders& padding = 1, const LayerOptions& options = {})
        : ZeroPadding(2, padding, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static ZeroPadding2D from_config(ConfigReader& config);
};

/// Zeros around volumes (batch, planes, rows, columns, channels).
class ZeroPadding3D final : public ZeroPadding {
public:
    /// Throws ValueError for a negative number.
    explicit ZeroPadding3D(const Borders& padding = 1, const LayerOptions& options = {})
        : ZeroPadding(3, padding, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static ZeroPadding3D from_config(ConfigReader& config);
};

}  // namespace shikumi::nn

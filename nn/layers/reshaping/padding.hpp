// Layers that add, cut off or repeat rows and columns. Data is (batch, axes…, channels).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// What lies on the sides of an image: one number for all, one for both sides of each axis, or
/// {before, after} for each axis, such as {top, bottom}, {left, right}.
class Borders {
public:
    using Pair = std::pair<Index, Index>;

    Borders(Index all) : pairs_{{all, all}} {}
    Borders(Index rows, Index columns) : pairs_{{rows, rows}, {columns, columns}} {}
    Borders(Index planes, Index rows, Index columns)
        : pairs_{{planes, planes}, {rows, rows}, {columns, columns}} {}
    Borders(const Pair& rows, const Pair& columns) : pairs_{rows, columns} {}
    Borders(const Pair& planes, const Pair& rows, const Pair& columns)
        : pairs_{planes, rows, columns} {}
    explicit Borders(const Pair& steps) : pairs_{steps} {}

    /// One pair for each of `axes` axes. Throws ShapeError where there are others, ValueError for a
    /// negative number.
    std::vector<Pair> pairs(std::string_view layer, int axes) const;

private:
    std::vector<Pair> pairs_;
};

/// What the layers below are: zeros around each image.
class ZeroPadding : public Layer {
public:
    Tensor call(const Tensor& x, Mode mode) override;
    std::string config() const override;

protected:
    /// Throws ValueError for a negative number.
    ZeroPadding(int axes, const Borders& padding, const LayerOptions& options);

private:
    std::vector<Borders::Pair> padding_;
};

class ZeroPadding1D final : public ZeroPadding {
public:
    explicit ZeroPadding1D(Index padding = 1, const LayerOptions& options = {})
        : ZeroPadding(1, padding, options) {}
    explicit ZeroPadding1D(const Borders::Pair& padding, const LayerOptions& options = {})
        : ZeroPadding(1, Borders(padding), options) {}
};
class ZeroPadding2D final : public ZeroPadding {
public:
    explicit ZeroPadding2D(const Borders& padding = 1, const LayerOptions& options = {})
        : ZeroPadding(2, padding, options) {}
};
class ZeroPadding3D final : public ZeroPadding {
public:
    explicit ZeroPadding3D(const Borders& padding = 1, const LayerOptions& options = {})
        : ZeroPadding(3, padding, options) {}
};

/// What the layers below are: each image without its borders.
class Cropping : public Layer {
public:
    /// Throws ShapeError where nothing is left.
    Tensor call(const Tensor& x, Mode mode) override;
    std::string config() const override;

protected:
    /// Throws ValueError for a negative number.
    Cropping(int axes, const Borders& cropping, const LayerOptions& options);

private:
    std::vector<Borders::Pair> cropping_;
};

class Cropping1D final : public Cropping {
public:
    explicit Cropping1D(Index cropping = 1, const LayerOptions& options = {})
        : Cropping(1, cropping, options) {}
    explicit Cropping1D(const Borders::Pair& cropping, const LayerOptions& options = {})
        : Cropping(1, Borders(cropping), options) {}
};
class Cropping2D final : public Cropping {
public:
    explicit Cropping2D(const Borders& cropping = 0, const LayerOptions& options = {})
        : Cropping(2, cropping, options) {}
};
class Cropping3D final : public Cropping {
public:
    explicit Cropping3D(const Borders& cropping = 1, const LayerOptions& options = {})
        : Cropping(3, cropping, options) {}
};

/// What the layers below are: each element as many times along each axis as `size` says.
class UpSampling : public Layer {
public:
    Tensor call(const Tensor& x, Mode mode) override;
    std::string config() const override;

protected:
    /// Throws ValueError for a size below 1.
    UpSampling(int axes, const PerAxis& size, Interpolation interpolation,
               const LayerOptions& options);

private:
    int axes_;
    std::vector<Index> size_;
    Interpolation interpolation_;
};

class UpSampling1D final : public UpSampling {
public:
    explicit UpSampling1D(Index size = 2, const LayerOptions& options = {})
        : UpSampling(1, size, Interpolation::nearest, options) {}
};

struct UpSamplingOptions {
    Interpolation interpolation = Interpolation::nearest;
    Shape input_shape = {};
    std::string name = {};
};

class UpSampling2D final : public UpSampling {
public:
    explicit UpSampling2D(const PerAxis& size = 2, const UpSamplingOptions& options = {})
        : UpSampling(2, size, options.interpolation,
                     {.name = options.name, .input_shape = options.input_shape}) {}
};

class UpSampling3D final : public UpSampling {
public:
    explicit UpSampling3D(const PerAxis& size = 2, const LayerOptions& options = {})
        : UpSampling(3, size, Interpolation::nearest, options) {}
};

}  // namespace shikumi::nn

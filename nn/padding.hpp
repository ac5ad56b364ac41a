// Layers that add, cut off or repeat rows and columns. Data is (batch, rows, columns, channels).
#pragma once

#include <utility>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// What lies on the four sides of an image: one number for all, one for rows and one for columns,
/// or {top, bottom}, {left, right}.
struct Borders {
    using Pair = std::pair<Index, Index>;

    Borders(Index all) : Borders(all, all) {}
    Borders(Index of_rows, Index of_columns)
        : rows(of_rows, of_rows), columns(of_columns, of_columns) {}
    Borders(const Pair& of_rows, const Pair& of_columns) : rows(of_rows), columns(of_columns) {}

    Pair rows, columns;
};

/// Adds rows and columns of zeros.
class ZeroPadding2D final : public Layer {
public:
    /// Throws ValueError for a negative number.
    explicit ZeroPadding2D(const Borders& padding = 1, const LayerOptions& options = {});
    Tensor call(const Tensor& x, Mode mode) override;
    std::string config() const override;

private:
    Borders padding_;
};

/// Cuts rows and columns off.
class Cropping2D final : public Layer {
public:
    /// Throws ValueError for a negative number.
    explicit Cropping2D(const Borders& cropping = 0, const LayerOptions& options = {});
    /// Throws ShapeError where nothing is left.
    Tensor call(const Tensor& x, Mode mode) override;
    std::string config() const override;

private:
    Borders cropping_;
};

struct UpSamplingOptions {
    Interpolation interpolation = Interpolation::nearest;
    Shape input_shape = {};
    std::string name = {};
};

/// Makes `size` rows of each row and `size` columns of each column.
class UpSampling2D final : public Layer {
public:
    /// Throws ValueError for a size below 1.
    explicit UpSampling2D(const PerAxis& size = 2, const UpSamplingOptions& options = {});
    Tensor call(const Tensor& x, Mode mode) override;
    std::string config() const override;

private:
    PerAxis size_;
    Interpolation interpolation_;
};

}  // namespace shikumi::nn

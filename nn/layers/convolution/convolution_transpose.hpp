// Conv1DTranspose, Conv2DTranspose and Conv3DTranspose.
#pragma once

#include <optional>
#include <string>

#include <shikumi/nn/layers/convolution/convolution.hpp>

namespace shikumi::nn {

/// activation(adjoint of a convolution + bias): strides enlarge. (batch, axes…, channels) becomes
/// (batch, axes…, filters). With `output_padding` p an axis of n becomes (n − 1) stride + window +
/// p, less twice half the window where the padding is `same`. Weights: kernel (window…, filters /
/// groups, channels), then bias (filters).
class ConvolutionTranspose : public ConvolutionalLayer {
public:
    /// Makes the weights. Throws ShapeError for channels that the groups don't divide.
    void build(const Spec& input) override;
    Tensor call(const Tensor& x, Mode mode) override;
    Config get_config() const override;

protected:
    /// Throws ValueError as Convolution does, and for an output_padding that is negative or reaches
    /// the stride.
    ConvolutionTranspose(int axes, Index filters, const PerAxis& kernel_size,
                         const ConvOptions& options);

private:
    std::string channels() const override;
    PerAxis sizes(const Shape& input) const;

    Index filters_;
    ConvOptions options_;
    Parameter kernel_;
};

/// A transposed convolution over time: (batch, steps, channels) becomes (batch, steps, filters).
class Conv1DTranspose final : public ConvolutionTranspose {
public:
    /// Throws as ConvolutionTranspose does.
    Conv1DTranspose(Index filters, const PerAxis& kernel_size, const ConvOptions& options = {})
        : ConvolutionTranspose(1, filters, kernel_size, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static Conv1DTranspose from_config(ConfigReader& config);
};

/// A transposed convolution over pictures: (batch, rows, columns, channels) becomes (batch, rows,
/// columns, filters).
class Conv2DTranspose final : public ConvolutionTranspose {
public:
    /// Throws as ConvolutionTranspose does.
    Conv2DTranspose(Index filters, const PerAxis& kernel_size, const ConvOptions& options = {})
        : ConvolutionTranspose(2, filters, kernel_size, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static Conv2DTranspose from_config(ConfigReader& config);
};

/// A transposed convolution over volumes: (batch, planes, rows, columns, channels) becomes (batch,
/// planes, rows, columns, filters).
class Conv3DTranspose final : public ConvolutionTranspose {
public:
    /// Throws as ConvolutionTranspose does.
    Conv3DTranspose(Index filters, const PerAxis& kernel_size, const ConvOptions& options = {})
        : ConvolutionTranspose(3, filters, kernel_size, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static Conv3DTranspose from_config(ConfigReader& config);
};

}  // namespace shikumi::nn

// UpSampling1D, UpSampling2D and UpSampling3D.
#pragma once

#include <string>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// Each axis enlarged by a whole number: (batch, axes…, channels) becomes (batch, size · axes…,
/// channels).
class UpSampling : public Layer {
public:
    /// Throws ShapeError unless x is (batch, axes…, channels).
    Tensor call(const Tensor& x, Mode mode) override;
    std::string label() const override;
    Config get_config() const override;

protected:
    /// Throws ValueError for a size below 1.
    UpSampling(int axes, const PerAxis& size, Interpolation interpolation,
               const LayerOptions& options);

private:
    int axes_;
    std::vector<Index> size_;
    Interpolation interpolation_;
};

/// Each step of (batch, steps, channels) `size` times.
class UpSampling1D final : public UpSampling {
public:
    /// Throws ValueError for a size below 1.
    explicit UpSampling1D(Index size = 2, const LayerOptions& options = {})
        : UpSampling(1, size, Interpolation::nearest, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static UpSampling1D from_config(ConfigReader& config);
};

/// What UpSampling2D can be given.
struct UpSamplingOptions {
    Interpolation interpolation = Interpolation::nearest;  ///< repeat pixels, or blend neighbours
    Shape input_shape = {};  ///< of one sample; known from the data where it is empty
    std::string name = {};   ///< "up_sampling2d", "up_sampling2d_1", … where it is empty
};

/// Pictures (batch, rows, columns, channels), enlarged.
class UpSampling2D final : public UpSampling {
public:
    /// Throws ValueError for a size below 1.
    explicit UpSampling2D(const PerAxis& size = 2, const UpSamplingOptions& options = {})
        : UpSampling(2, size, options.interpolation,
                     {.name = options.name, .input_shape = options.input_shape}) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static UpSampling2D from_config(ConfigReader& config);
};

/// Volumes (batch, planes, rows, columns, channels), each element repeated along each axis.
class UpSampling3D final : public UpSampling {
public:
    /// Throws ValueError for a size below 1.
    explicit UpSampling3D(const PerAxis& size = 2, const LayerOptions& options = {})
        : UpSampling(3, size, Interpolation::nearest, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static UpSampling3D from_config(ConfigReader& config);
};

}  // namespace shikumi::nn

// Cropping1D, Cropping2D and Cropping3D.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <shikumi/nn/layer.hpp>
#include <shikumi/nn/layers/reshaping/borders.hpp>

namespace shikumi::nn {

/// Each image without its borders: (batch, axes…, channels) becomes (batch, smaller axes…,
/// channels).
class Cropping : public Layer {
public:
    /// Throws ShapeError unless x is (batch, axes…, channels), and where nothing is left.
    Tensor call(const Tensor& x, Mode mode) override;
    std::string label() const override;
    Config get_config() const override;

protected:
    /// Throws ValueError for a negative number.
    Cropping(int axes, const Borders& cropping, const LayerOptions& options);

private:
    std::vector<std::pair<Index, Index>> cropping_;
};

/// Sequences (batch, steps, channels) without their first and last steps.
class Cropping1D final : public Cropping {
public:
    /// As many steps on both sides. Throws ValueError for a negative number.
    explicit Cropping1D(Index cropping = 1, const LayerOptions& options = {})
        : Cropping(1, cropping, options) {}
    /// {first, last}. Throws ValueError for a negative number.
    explicit Cropping1D(const std::pair<Index, Index>& cropping, const LayerOptions& options = {})
        : Cropping(1, Borders(cropping), options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static Cropping1D from_config(ConfigReader& config);
};

/// Pictures (batch, rows, columns, channels) without their borders.
class Cropping2D final : public Cropping {
public:
    /// Throws ValueError for a negative number.
    explicit Cropping2D(const Borders& cropping = 0, const LayerOptions& options = {})
        : Cropping(2, cropping, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static Cropping2D from_config(ConfigReader& config);
};

/// Volumes (batch, planes, rows, columns, channels) without their borders.
class Cropping3D final : public Cropping {
public:
    /// Throws ValueError for a negative number.
    explicit Cropping3D(const Borders& cropping = 1, const LayerOptions& options = {})
        : Cropping(3, cropping, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static Cropping3D from_config(ConfigReader& config);
};

}  // namespace shikumi::nn

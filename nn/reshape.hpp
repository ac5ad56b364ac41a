// Flatten and Reshape: the same numbers under another shape.
#pragma once

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// (batch, …) becomes (batch, features), the last axis running fastest.
class Flatten final : public Layer {
public:
    explicit Flatten(const LayerOptions& options = {}) : Layer(options) {}
    Tensor call(const Tensor& x, Mode mode) override;
};

/// (batch, …) becomes (batch, target…).
class Reshape final : public Layer {
public:
    /// One size of `target` may be -1 and is worked out. Throws ValueError for other negative ones.
    explicit Reshape(std::vector<Index> target, const LayerOptions& options = {});
    Tensor call(const Tensor& x, Mode mode) override;
    std::string config() const override;

private:
    std::vector<Index> target_;
};

}  // namespace shikumi::nn

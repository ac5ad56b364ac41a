// Flatten, Reshape and Permute: the same numbers under another shape or in another order.
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

/// Axis i of a sample's output is axis dims[i] of its input, both counted from 1.
class Permute final : public Layer {
public:
    /// Throws ValueError unless `dims` holds 1, 2, … in some order.
    explicit Permute(std::vector<int> dims, const LayerOptions& options = {});
    Tensor call(const Tensor& x, Mode mode) override;
    std::string config() const override;

private:
    std::vector<int> dims_;
};

}  // namespace shikumi::nn

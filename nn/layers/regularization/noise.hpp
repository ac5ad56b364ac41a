// Layers that disturb what passes through them while training.
#pragma once

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// x + ε, ε normal around 0 with `stddev`.
class GaussianNoise final : public Layer {
public:
    /// Throws ValueError for a negative stddev.
    explicit GaussianNoise(double stddev, const LayerOptions& options = {});
    Tensor call(const Tensor& x, Mode mode) override;
    std::string config() const override;

private:
    double stddev_;
};

/// x ε, ε normal around 1 with a standard deviation of √(rate/(1 − rate)): as much as Dropout's.
class GaussianDropout final : public Layer {
public:
    /// Throws ValueError unless `rate` lies in [0, 1).
    explicit GaussianDropout(double rate, const LayerOptions& options = {});
    Tensor call(const Tensor& x, Mode mode) override;
    std::string config() const override;

private:
    double rate_;
};

/// Each element is SELU's negative limit with probability `rate`, then all are scaled and shifted
/// so that mean 0 and variance 1 stay. G. Klambauer et al., NIPS 2017.
class AlphaDropout final : public Layer {
public:
    /// Throws ValueError unless `rate` lies in [0, 1).
    explicit AlphaDropout(double rate, const LayerOptions& options = {});
    Tensor call(const Tensor& x, Mode mode) override;
    std::string config() const override;

private:
    double rate_;
};

}  // namespace shikumi::nn

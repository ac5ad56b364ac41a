// ReLU and its relatives, as layers.
#pragma once

#include <limits>

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

struct ReLUOptions {
    double max_value = std::numeric_limits<double>::infinity();
    double negative_slope = 0;
    double threshold = 0;
    std::string name = {};
};

/// x from the threshold on and max_value at most; negative_slope (x − threshold) below it.
class ReLU final : public Layer {
public:
    /// Throws ValueError for a negative max_value, slope or threshold.
    explicit ReLU(const ReLUOptions& options = {});
    Tensor call(const Tensor& x, Mode mode) override;

private:
    ReLUOptions options_;
};

/// x, or negative_slope x where that is negative.
class LeakyReLU final : public Layer {
public:
    explicit LeakyReLU(double negative_slope = 0.3, const LayerOptions& options = {});
    Tensor call(const Tensor& x, Mode mode) override;
    std::string config() const override;

private:
    double negative_slope_;
};

/// x, or alpha (eˣ − 1) where that is negative.
class ELU final : public Layer {
public:
    explicit ELU(double alpha = 1, const LayerOptions& options = {});
    Tensor call(const Tensor& x, Mode mode) override;
    std::string config() const override;

private:
    double alpha_;
};

struct PReLUOptions {
    Initializer alpha_initializer = zeros_init();
    Regularizer alpha_regularizer = {};
    Constraint alpha_constraint = {};
    std::vector<int> shared_axes = {};  ///< along which all elements have one alpha; 1 is the first
    std::string name = {};
    DType dtype = f32;
};

/// x, or αx where that is negative, with an α of its own, which is learned, for each element of a
/// sample. K. He et al., ICCV 2015. Weight: alpha, of a sample's shape with 1 for shared axes.
class PReLU final : public Layer {
public:
    explicit PReLU(const PReLUOptions& options = {});
    void build(const Spec& input) override;
    Tensor call(const Tensor& x, Mode mode) override;

private:
    PReLUOptions options_;
    Parameter alpha_;
};

}  // namespace shikumi::nn

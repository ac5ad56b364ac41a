// Activation: any activation function as a layer.
#pragma once

#include <string>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/functions/activations.hpp>
#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// f(x), of x's shape and dtype.
class Activation final : public Layer {
public:
    /// Takes a constant, such as `nn::relu`, or any function of a tensor.
    explicit Activation(ActivationFunction f, const LayerOptions& options = {})
        : Layer(options), function_(std::move(f)) {}
    Tensor call(const Tensor& x, Mode) override { return function_(x); }
    bool supports_masking() const override { return true; }
    std::string label() const override { return sentence("Activation ", function_.name()); }
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static Activation from_config(ConfigReader& config);

private:
    ActivationFunction function_;
};

}  // namespace shikumi::nn

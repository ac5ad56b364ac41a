// AttentionLayer: the base of all layers that attend.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <shikumi/nn/layer.hpp>
#include <shikumi/nn/layers/regularization/dropout.hpp>

namespace shikumi::nn {

/// A layer that mixes values by how well their keys match queries. Called on {query, value}, on
/// {query, value, key}, or on one tensor that attends to itself; a bool tensor (batch, queries,
/// keys) at the end is a mask. Masks of value and key are heeded.
class AttentionLayer : public Layer {
public:
    void build(const Spec& input) override { build_all({input}); }
    Tensor call(const Tensor& x, Mode mode) override { return call_all({x}, mode).front(); }
    bool supports_masking() const override { return true; }

protected:
    /// Takes the layer's own options. Throws ValueError unless `dropout` lies in [0, 1].
    template <class Options>
    explicit AttentionLayer(const Options& options)
        : Layer({.name = options.name, .dtype = options.dtype}), dropout_(options.dropout) {}
    /// Anything but the mask is of the weights' dtype.
    void check_input(const Tensor& x) override {
        if (x.dtype() != bool_) Layer::check_input(x);
    }
    /// The shares of the values: softmax over the keys that the mask lets through, zeros for a
    /// query that may see none, with dropout in training.
    Tensor shares(const Tensor& scores, const Tensor& mask, Mode mode);

private:
    Dropout dropout_;
};

}  // namespace shikumi::nn

// Merge: the base of layers that make one output of several inputs.
#pragma once

#include <vector>

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// A layer that makes one output of two inputs or more, which have one dtype and one batch. Called
/// on one tensor it throws ShapeError.
class Merge : public Layer {
public:
    /// Throws ShapeError: one input can't be merged.
    Tensor call(const Tensor& x, Mode mode) override;
    void build_all(const std::vector<Spec>& inputs) override;
    /// Throws ShapeError for less than two inputs, and where their batches differ.
    std::vector<Tensor> call_all(const std::vector<Tensor>& inputs, Mode mode) override;

protected:
    /// Takes the options of every layer.
    explicit Merge(const LayerOptions& options = {}) : Layer(options) {}
    /// The output for two inputs or more of the same batch.
    virtual Tensor merge(const std::vector<Tensor>& inputs) const = 0;
    /// Throws ShapeError unless there are two inputs.
    void want_two(const std::vector<Tensor>& inputs) const;
};

}  // namespace shikumi::nn

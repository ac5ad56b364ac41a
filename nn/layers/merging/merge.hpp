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
    /// True where any input counts; none where an input has none, which counts everywhere.
    std::vector<Tensor> compute_mask_all(const std::vector<Tensor>& inputs,
                                         const std::vector<Tensor>& masks) override;

protected:
    /// Takes the options of every layer.
    explicit Merge(const LayerOptions& options = {}) : Layer(options) {}
    /// The inputs with as many axes as the one that has most: new ones follow the batch, so that no
    /// sample meets another one's values.
    static std::vector<Tensor> of_one_rank(std::vector<Tensor> inputs);
    /// Their masks, with the same axes added; undefined ones stay.
    static std::vector<Tensor> masks_of_one_rank(const std::vector<Tensor>& inputs,
                                                 std::vector<Tensor> masks);
    /// True where either mask is; undefined where either is, since such a one is true everywhere.
    static Tensor either(const Tensor& a, const Tensor& b);
    /// The output for two inputs or more of the same batch.
    virtual Tensor merge(const std::vector<Tensor>& inputs) const = 0;
    /// Throws ShapeError unless there are two inputs.
    void want_two(const std::vector<Tensor>& inputs) const;
};

}  // namespace shikumi::nn

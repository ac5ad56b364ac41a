// How tensors of PyTorch hold weights of a layer: one table for both ways.
#pragma once

#include <string>
#include <vector>

#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/nn/layer.hpp>

namespace shikumi::nn::detail {

/// Some tensors of a PyTorch module, and the weights that they hold together.
struct TorchLink {
    /// How several tensors, or several weights, belong together.
    enum class Kind {
        each,     ///< one tensor; several weights lie in it one after the other (in_proj_weight)
        sum,      ///< the weight is the sum of the tensors: the two biases of an LSTM
        stack,    ///< each tensor is a row of the weight: the two biases of a GRU
        counter,  ///< no weight: num_batches_tracked, a number that PyTorch counts up
        constant  ///< no weight: what PyTorch's module has and the layer does without
    };

    Kind kind = Kind::each;
    std::vector<std::string> tensors;  ///< their names in the module
    std::vector<Parameter> weights;    ///< none for a counter or a constant
    Shape shape = {};                  ///< of each tensor
    std::vector<int> blocks = {};      ///< which block of axis 0 comes where; empty: as it is
    Shape unfolded = {};               ///< what a weight's part is first reshaped to
    std::vector<int> axes = {};        ///< and then transposed by; empty: as it is
    double value = 0;                  ///< of a constant's elements

    /// The values of the weights, by those of the tensors.
    std::vector<Tensor> weights_of(const std::vector<Tensor>& values) const;
    /// The values of the tensors, by those of the weights. The terms of a sum are in the ratio that
    /// leaves the differences of `before`, their values so far; where there are none, all but the
    /// first are 0.
    std::vector<Tensor> tensors_of(const std::vector<Tensor>& values,
                                   const std::vector<Tensor>& before = {}) const;
    /// The same for what an optimiser keeps for each weight. Terms of a sum have equal gradients,
    /// so what is kept differs by their decay alone: the mean is that of the sum at twice the rate.
    std::vector<Tensor> slots_of(const std::vector<Tensor>& values) const;
    /// The way back.
    std::vector<Tensor> torch_slots_of(const std::vector<Tensor>& values) const;

private:
    Tensor laid_out(const Tensor& tensor, const Shape& shape) const;
    Tensor laid_back(const Tensor& weight) const;
};

/// The tensors of the PyTorch module that does what a built layer does; none where the layer has no
/// weights. `sample`, unless it is scalar, is the shape of a sample, channels last, that is
/// flattened before the layer, and that PyTorch flattens channels first. Throws ValueError, naming
/// the layer, where PyTorch has no such module.
std::vector<TorchLink> torch_links(const Layer& layer, const Shape& sample = {});

/// Whether `torch_links` knows the layer as a whole, so that its inner layers are no modules of
/// their own.
bool has_torch_links(const Layer& layer);

}  // namespace shikumi::nn::detail

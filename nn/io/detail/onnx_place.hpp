// OnnxPlace: the place of an operator in the functional model that a graph becomes.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <shikumi/nn/callbacks/detail/weights.hpp>
#include <shikumi/nn/io/detail/onnx_call.hpp>
#include <shikumi/nn/symbolic_tensor.hpp>

namespace shikumi::nn::detail {

class OnnxModelBuilder;
struct OnnxStep;

/// A tensor of the graph as a symbolic tensor, whose first axis is the batch: axis i of the graph's
/// tensor is axis order[i] of the symbolic one. So transpositions cost nothing.
struct OnnxSymbol {
    SymbolicTensor tensor;
    std::vector<int> order;
};

/// What a layer is made of that takes an operator's place, and where its output goes. Shapes are
/// those of the graph, for a batch of `some_batch`.
class OnnxPlace {
public:
    OnnxPlace(OnnxModelBuilder& builder, const OnnxStep& step, const OnnxCall& call)
        : builder_(builder), step_(step), call_(call) {}

    /// The operator's attributes and known inputs. Tensors in it have shapes, but no values.
    const OnnxCall& call() const noexcept { return call_; }
    /// Whether input i is a constant, whose value is `constant(i)`.
    bool is_constant(std::size_t i) const;
    Tensor constant(std::size_t i) const;
    /// Whether it is one that is trained, and no number of the graph.
    bool is_weight(std::size_t i) const;
    /// Whether input i depends on the model's inputs, and has a batch.
    bool is_symbol(std::size_t i) const;
    /// The axis of input i, or of output i, that is the batch.
    int batch_axis(std::size_t i) const;
    int output_batch_axis(std::size_t i) const;
    /// Shapes and dtypes in the graph.
    const Spec& input(std::size_t i) const { return call_[i].spec(); }
    Spec output(std::size_t i) const;
    /// Whether input 0 is a symbol of real numbers, and all others are constants or absent.
    bool one_real_symbol() const;

    /// Input i as it is.
    OnnxSymbol symbol(std::size_t i) const;
    /// Input i with its axes in that order, by a Permute layer if need be.
    SymbolicTensor ordered(std::size_t i, const std::vector<int>& order) const;
    /// Input i with the batch in front of the other axes.
    SymbolicTensor batch_first(std::size_t i) const;

    /// Gives output i.
    void give(std::size_t i, const SymbolicTensor& tensor, const std::vector<int>& order) const;
    /// Gives output i, whose batch is in front of the other axes of the graph's tensor.
    void give_batch_first(std::size_t i, const SymbolicTensor& tensor) const;
    /// Puts a layer of one input and output behind input 0 that keeps the axes, or works along some
    /// that have been found by `symbol`.
    template <std::derived_from<Layer> L>
    bool put(L layer) const {
        const OnnxSymbol x = symbol(0);
        give(0, x.tensor | std::move(layer), x.order);
        return true;
    }
    /// `x` with samples of that shape, by a Reshape or Flatten layer if need be.
    SymbolicTensor reshaped(const SymbolicTensor& x, const Shape& sample) const;

    /// The only step that reads output 0, which is no output of the graph; null where there is none
    /// or are several.
    const OnnxStep* only_reader() const;
    /// The constant that a step adds to output 0; undefined where it isn't that.
    Tensor added_constant(const OnnxStep& step) const;
    /// Gives the output of `step`, too, whose work is done then.
    void give_for(const OnnxStep& step, const SymbolicTensor& tensor,
                  const std::vector<int>& order) const;

private:
    OnnxModelBuilder& builder_;
    const OnnxStep& step_;
    const OnnxCall& call_;
};

/// The order of a tensor of so many axes whose batch moves from an axis to the front.
std::vector<int> batch_in_front(int rank, int batch_axis);

}  // namespace shikumi::nn::detail

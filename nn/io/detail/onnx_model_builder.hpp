// OnnxModelBuilder: makes a functional model of an ONNX graph.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <shikumi/nn/io/detail/onnx_place.hpp>
#include <shikumi/nn/io/detail/onnx_program.hpp>
#include <shikumi/nn/models/functional.hpp>

namespace shikumi::nn::detail {

/// The steps that one layer does.
using OnnxGroup = std::vector<std::size_t>;

/// Where the batch is in the tensors of a graph, which two runs with batches of two sizes tell.
class OnnxBatches {
public:
    /// Runs the program on placeholders: `samples` are the inputs without their batch. Throws what
    /// operators throw that a batch of another size than the file's doesn't suit.
    OnnxBatches(const OnnxProgram& program, const std::vector<Spec>& samples);

    /// What is known of a tensor for a batch of `some_batch`.
    const OnnxOperand& operand(const std::string& name) const { return values_.at(name); }
    /// The axis that is the batch; -1 where there is none, or sizes depend on it in other ways.
    int axis(const std::string& name) const;
    /// Whether it follows from shapes alone.
    bool known(const std::string& name) const { return values_.at(name).known; }

private:
    OnnxValues values_, others_;
};

/// The layers that do a program: what has no batch of its own lies within one, and so do the steps
/// that share a weight. In an order in which each follows those that it depends on.
std::vector<OnnxGroup> onnx_groups(const OnnxProgram& program, const OnnxBatches& batches);
/// The tensors of the inputs, or made of them, that a step reads; those in whose shapes alone it is
/// interested included.
std::vector<std::set<std::string>> onnx_reads(const OnnxProgram& program,
                                              const OnnxBatches& batches);

/// Puts layers in the places of operators.
class OnnxModelBuilder {
public:
    OnnxModelBuilder(const OnnxProgram& program, const OnnxBatches& batches,
                     const std::vector<Spec>& samples);
    /// The model. Throws ValueError for an output without a batch in front.
    Functional build(const std::string& name);

private:
    friend class OnnxPlace;
    using Order = std::vector<int>;

    void take_group(const OnnxGroup& group);
    bool take_layer(std::size_t step);
    void take_operations(const OnnxGroup& group);
    OnnxProgram program_of(const OnnxGroup& group, std::vector<SymbolicTensor>& inputs,
                           std::vector<std::string>& outputs) const;
    std::string name_of(const OnnxGroup& group);
    SymbolicTensor ordered(const std::string& name, const Order& order);
    SymbolicTensor reshaped(const SymbolicTensor& x, const Shape& sample);

    const OnnxProgram& program_;
    const OnnxBatches& batches_;
    std::vector<SymbolicTensor> inputs_;
    std::map<std::string, std::size_t> makers_;                // which step makes a tensor
    std::map<std::string, std::vector<std::size_t>> readers_;  // as an operand
    std::vector<std::set<std::string>> reads_;
    std::map<std::string, OnnxSymbol> symbols_;
    std::map<std::pair<std::string, Order>, SymbolicTensor> permuted_;
    std::map<const void*, SymbolicTensor> reshaped_from_;  // by the call of a Reshape
    std::set<std::size_t> done_;
    std::map<std::string, int> names_;  // of layers, and how often
};

}  // namespace shikumi::nn::detail

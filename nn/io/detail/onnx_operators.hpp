// The table of ONNX's operators: what each does by our operations, and which layer it is.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include <shikumi/nn/io/detail/onnx_call.hpp>

namespace shikumi::nn::detail {

class OnnxPlace;

/// The newest version of ONNX's own operators whose meaning is known here, and the oldest.
inline constexpr Index oldest_opset = 7, newest_opset = 21;
/// The same of the domain "ai.onnx.ml".
inline constexpr Index newest_ml_opset = 5;

/// An operator in a range of opsets. A new one takes an entry in the table of its family.
struct OnnxOperator {
    std::string_view name;
    Index since, until;  ///< opsets, both included
    /// The outputs, recorded in our operations. Throws what OnnxCall does for what can't be done.
    std::vector<Tensor> (*run)(const OnnxCall& call);
    /// Puts a layer of ours into its place; false where it is none, so that `run` does it.
    bool (*layer)(OnnxPlace& place) = nullptr;
    std::string_view domain = "";
    /// Whether the outputs follow from the shapes of the inputs.
    bool from_shapes = false;
    /// The inputs, a bit for each, that are no weights although they are real numbers: they are
    /// looked at when the graph is recorded.
    unsigned numbers = 0;
    /// The inputs, a bit for each, that are states, which no optimiser changes.
    unsigned states = 0;
};

/// The output of a function of the first input alone.
template <auto function>
std::vector<Tensor> each(const OnnxCall& call) {
    return {function(call[0])};
}

/// The families. Each lies in a file of its own.
std::span<const OnnxOperator> onnx_activations();
std::span<const OnnxOperator> onnx_math();
std::span<const OnnxOperator> onnx_products();
std::span<const OnnxOperator> onnx_reductions();
std::span<const OnnxOperator> onnx_shaping();
std::span<const OnnxOperator> onnx_indexing();
std::span<const OnnxOperator> onnx_convolutions();
std::span<const OnnxOperator> onnx_poolings();
std::span<const OnnxOperator> onnx_resizing();
std::span<const OnnxOperator> onnx_normalizations();
std::span<const OnnxOperator> onnx_recurrences();
std::span<const OnnxOperator> onnx_classic_learning();

/// All families.
std::vector<std::span<const OnnxOperator>> onnx_families();
/// The operator of that name in that opset; null where there is none.
const OnnxOperator* find_onnx_operator(std::string_view domain, std::string_view name, Index opset);

}  // namespace shikumi::nn::detail

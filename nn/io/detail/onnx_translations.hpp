// The table of our operations: which operators of ONNX each is.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>

#include <shikumi/nn/io/detail/onnx_task.hpp>

namespace shikumi::nn::detail {

/// The version of ONNX's operators that graphs are written in.
inline constexpr Index written_opset = 17;

/// How an operation is written. A new one takes an entry in the table of its family.
struct OnnxTranslation {
    std::string_view operation;  ///< its name, as Op::name gives it
    /// Adds operators and gives the outputs. Refuses what can't be written.
    void (*write)(const OnnxTask& task);
};

/// The families. Each lies in a file of its own.
std::span<const OnnxTranslation> pointwise_translations();
std::span<const OnnxTranslation> shaping_translations();
std::span<const OnnxTranslation> product_translations();
std::span<const OnnxTranslation> reduction_translations();
std::span<const OnnxTranslation> recurrence_translations();

/// The entry of an operation; null where there is none.
const OnnxTranslation* find_translation(std::string_view operation);

/// Writes a layer's whole work as one operator where it is the end of that, such as the last sum of
/// a normalisation. Returns whether it is.
bool write_as_layer(const OnnxTask& task);
/// Writes a slice of what an LSTM or GRU gives as the output that the operator has for it: all
/// steps, or the last one. Returns whether it is one.
bool write_as_output_of_recurrence(const OnnxTask& slice);
/// Writes the last step of a SimpleRNN that begins with zeros as an RNN. Returns whether it is one.
bool write_as_simple_recurrence(const OnnxTask& task);
/// Writes the steps of such a SimpleRNN in a row as that RNN's output. Returns whether they are.
bool write_as_all_steps(const OnnxTask& concatenation);

}  // namespace shikumi::nn::detail

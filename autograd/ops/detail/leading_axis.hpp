// Batching rules of operations whose inputs may have leading axes: the operation itself.
#pragma once

#include <vector>

#include <shikumi/autograd/graph/multi_output.hpp>

namespace shikumi::detail {

/// All inputs with the axis of the examples in front.
inline std::vector<Tensor> whole_inputs(const MappedInputs& in) {
    std::vector<Tensor> all;
    for (std::size_t i = 0; i < in.inputs().size(); ++i) all.push_back(in.whole(i));
    return all;
}

/// `op` for a batch.
template <class O>
Tensor with_leading_axis(const O& op, const MappedInputs& in) {
    return record(O(op), Tensors(whole_inputs(in)));
}
/// The same of an operation of several outputs.
template <class O>
std::vector<Tensor> all_with_leading_axis(const O& op, const MappedInputs& in) {
    return record_all(O(op), Tensors(whole_inputs(in)));
}

}  // namespace shikumi::detail

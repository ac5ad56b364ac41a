// A function as it is recorded for two sizes of the batch: what differs depends on the batch.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <shikumi/autograd/graph/op.hpp>

namespace shikumi::nn::detail {

/// A function of tensors that looks at no value.
using TensorFunction = std::function<std::vector<Tensor>(const std::vector<Tensor>&)>;
/// The same for the smaller and the larger batch.
template <class T>
using ForBoth = std::array<T, 2>;

/// The two sizes, which no other size is likely to depend on.
inline constexpr ForBoth<Index> batches{5, 7};

/// An operation, or a leaf.
struct RecordedNode {
    ForBoth<Tensor> tensor;             ///< what it gives
    ForBoth<const Op*> op;              ///< null: a leaf. Lives as long as the function's outputs
    std::string_view operation;         ///< its name; empty: a leaf
    std::string scope;                  ///< the layer that it was recorded in
    std::string weight;                 ///< the parameter that it is made of, if any
    std::vector<std::uint32_t> inputs;  ///< positions
    int argument = -1;                  ///< of the function; -1: none
    bool varies = false;  ///< its value depends on arguments or its shape on the batch
    int readers = 0;      ///< nodes that it is an input of, and outputs of the function

    const Spec& spec() const { return tensor[0].spec(); }
};

/// A function of tensors, each node behind those that it depends on.
struct Recording {
    std::vector<RecordedNode> nodes;
    std::vector<std::uint32_t> outputs;
};

/// Records the function on `arguments`; those that aren't known have no value. Throws
/// ValueError where the batch changes what the function does; StateError where it looks at values.
Recording record_for_both(std::string_view who, const TensorFunction& function,
                          const ForBoth<std::vector<Tensor>>& arguments);

}  // namespace shikumi::nn::detail

// Fused updates: chains of pointwise operations that have a loop of their own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <shikumi/autograd/core/dtype.hpp>

namespace shikumi::kernels {

/// The operations of a pattern on n elements. Value number i of the pattern lies at
/// `at[values[i]]`; what is only computed on the way isn't touched.
using FusedFunction = void (*)(Index n, void* const* at, const std::uint32_t* values);

/// A value of a pattern.
struct PatternValue {
    bool number = false;  ///< a single number for all elements
    bool stored = false;  ///< computed, and written to an array
};

/// One operation of a pattern. Its operands are the pattern's values by number.
struct PatternOperation {
    std::string_view name;
    std::size_t inputs = 0;
    std::array<std::uint8_t, 3> in{};
    std::uint8_t out = 0;
};

/// Operations that the evaluator may do in one loop instead of one after the other, where it meets
/// exactly them. The bits are the same: nothing is rounded together.
struct FusedPattern {
    std::span<const PatternOperation> operations;
    std::span<const PatternValue> values;
    /// Null for a dtype that there is no loop for.
    FusedFunction (*loop)(DType);
};

/// The optimisers' updates, which go over every weight at each step. A pattern that begins like
/// another one comes before it.
std::span<const FusedPattern> fused_patterns() noexcept;

}  // namespace shikumi::kernels

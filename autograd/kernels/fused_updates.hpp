// Runs: chains of pointwise operations that have a loop of their own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <shikumi/autograd/core/dtype.hpp>

namespace shikumi::kernels {

/// A whole run on n elements. The program's value i is at `at[values[i]]`; what is only computed on
/// the way isn't touched.
using FusedFunction = void (*)(Index n, void* const* at, const std::uint32_t* values);

/// Operations that the evaluator may do in one loop instead of one after the other, where it meets
/// exactly them. The bits are the same: nothing is rounded together.
struct FusedPattern {
    /// A line for each operation: its name, the numbers of its inputs, " > ", that of its output.
    /// Values are numbered as they appear; "s" follows a single number, "!" what is stored.
    std::string_view program;
    std::size_t length;
    /// Null for a dtype that the loop isn't there for.
    FusedFunction (*kernel)(DType);
};

/// The optimisers' updates, which go over every weight at each step.
std::span<const FusedPattern> fused_patterns() noexcept;

}  // namespace shikumi::kernels

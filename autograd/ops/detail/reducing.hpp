// Reductions as the evaluator sees them.
#pragma once

#include <shikumi/autograd/kernels/reduce.hpp>
#include <shikumi/autograd/ops/detail/axes.hpp>

namespace shikumi::detail {

/// Part of an operation with one input that is a reduction of it: where that input is computed
/// block by block, the evaluator feeds it to the reduction as it is computed.
struct Reducing {
    bool operator==(const Reducing&) const = default;

    kernels::Reduction reduction;
    AxisSet axes;
};

}  // namespace shikumi::detail

// What tests of running a graph have in common.
#pragma once

#include <shikumi/autograd/evaluate/plan/pending_graph.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi_test {

/// A known value.
inline shikumi::Tensor leaf(const shikumi::Shape& shape, double value = 1) {
    return shikumi::Tensor(full(shape, value).array());
}

inline shikumi::detail::PendingGraph graph_of(const shikumi::Tensor& root) {
    return {{&root, 1}, {}};
}

}  // namespace shikumi_test

// Shared by the tests of the planner's passes.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <shikumi/autograd/evaluate/plan/pending_graph.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi_test {

using shikumi::Tensor;
using shikumi::detail::PendingGraph;
using shikumi::detail::Position;

/// A known value.
inline Tensor known(const shikumi::Shape& shape, double value = 2) {
    return Tensor(shikumi::full(shape, value).array());
}

inline PendingGraph graph_of(const Tensor& root) { return {{&root, 1}, {}}; }

/// The position of the nth node of this name.
inline Position find(const PendingGraph& graph, std::string_view name, int nth = 0) {
    for (Position i = 0; i < graph.size(); ++i) {
        if (graph[i].op && graph[i].op->name() == name && nth-- == 0) return i;
    }
    throw shikumi::ValueError("[find] no node of this name");
}

}  // namespace shikumi_test

#include <shikumi/autograd/evaluate/plan/find_arrays.hpp>

namespace shikumi::detail {

Arrays find_arrays(const ClassifiedGraph& nodes, const FusionGroups& fusion) {
    const PendingGraph& graph = nodes.graph();
    Arrays arrays;
    arrays.stored.resize(graph.size());
    arrays.outlives.resize(graph.size());
    arrays.seen_by_view.resize(graph.size());
    arrays.read_in_parts.resize(graph.size());
    for (Position i = 0; i < graph.size(); ++i) {
        const Position array = graph.array(i);
        if (graph[i].spec.bytes() != graph[array].spec.bytes()) arrays.read_in_parts[array] = true;
        if (!graph.is_output(i)) continue;
        arrays.outlives[array] = true;
        if (array != i) arrays.seen_by_view[array] = true;
    }
    for (Position i = 0; i < graph.size(); ++i) {
        const NodeKind kind = nodes.kind(i);
        arrays.stored[i] =
            kind == NodeKind::call || kind == NodeKind::reduction ||
            (kind == NodeKind::pointwise && (arrays.outlives[i] || fusion.read_elsewhere[i]));
    }
    return arrays;
}

}  // namespace shikumi::detail

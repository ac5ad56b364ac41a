#include <shikumi/autograd/evaluate/plan/levels.hpp>

#include <algorithm>

namespace shikumi::detail {

namespace {

// The longest path from the known values.
std::vector<std::uint32_t> lowest_levels(const ClassifiedGraph& nodes) {
    const PendingGraph& graph = nodes.graph();
    std::vector<std::uint32_t> levels(graph.size());
    for (Position i = 0; i < graph.size(); ++i) {
        if (!nodes.computed(i)) continue;
        levels[i] = 1;
        nodes.for_each_read(i, [&](Position read, std::uint32_t) {
            const std::uint32_t step = nodes.can_fuse(read, i) ? 0 : 1;
            levels[i] = std::max(levels[i], levels[graph.array(read)] + step);
        });
    }
    return levels;
}

// What may as well be computed later: what reads known values alone, pointwise operations on such,
// and copies, which would be of no use if they were made early.
std::vector<bool> find_late(const ClassifiedGraph& nodes) {
    const PendingGraph& graph = nodes.graph();
    std::vector<bool> late(graph.size()), pointwise_only(graph.size());
    for (Position i = 0; i < graph.size(); ++i) {
        if (!nodes.computed(i)) continue;
        bool reads_known = true;
        pointwise_only[i] = nodes.kind(i) == NodeKind::pointwise;
        nodes.for_each_read(i, [&](Position read, std::uint32_t) {
            const Position array = graph.array(read);
            const bool known = nodes.kind(array) == NodeKind::known;
            reads_known = reads_known && known;
            pointwise_only[i] = pointwise_only[i] && (known || pointwise_only[array]);
        });
        late[i] = reads_known || pointwise_only[i] || graph.is_copy(i);
    }
    return late;
}

}  // namespace

// So momentum * velocity joins the update that reads it, and a dropout's numbers don't wait.
std::vector<std::uint32_t> assign_levels(const ClassifiedGraph& nodes) {
    constexpr std::uint32_t unlimited = ~0U;
    const PendingGraph& graph = nodes.graph();
    std::vector<std::uint32_t> levels = lowest_levels(nodes);
    const std::vector<bool> late = find_late(nodes);
    std::vector<std::uint32_t> limits(graph.size(), unlimited);  // set by the consumers
    for (Position i = graph.size(); i-- > 0;) {
        if (!nodes.computed(i)) continue;
        if (late[i] && limits[i] != unlimited) levels[i] = limits[i];
        nodes.for_each_read(i, [&](Position read, std::uint32_t) {
            std::uint32_t& limit = limits[graph.array(read)];
            limit = std::min(limit, levels[i] - (nodes.can_fuse(read, i) ? 0 : 1));
        });
    }
    return levels;
}

}  // namespace shikumi::detail

#include <shikumi/autograd/evaluate/plan/fuse.hpp>

#include <unordered_map>

namespace shikumi::detail {

namespace {

// Longer chains are cut: a group's addresses should stay in the first-level cache as well.
constexpr std::uint32_t largest_group = 512;

struct Key {
    std::uint32_t level;
    Shape shape;
    bool operator==(const Key&) const = default;
};
struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept {
        return key.shape.hash() * 31 + key.level;
    }
};

// The group that feeds a reduction; none where there is no such one. `reducers` has the first
// reduction of each group.
std::uint32_t feeding_group(const ClassifiedGraph& nodes, std::span<const std::uint32_t> levels,
                            const FusionGroups& fusion, std::vector<Position>& reducers,
                            Position reduction) {
    const Position source = nodes.source(nodes.graph().inputs(reduction)[0]);
    if (!nodes.can_fuse(source, reduction) || levels[source] != levels[reduction])
        return FusionGroups::none;
    const std::uint32_t group = fusion.group_of[source];
    reducers.resize(fusion.groups.size(), PendingGraph::none);
    if (reducers[group] == PendingGraph::none) reducers[group] = reduction;
    const bool same = nodes.reducer(reducers[group]).tree() == nodes.reducer(reduction).tree();
    return same ? group : FusionGroups::none;
}

void choose_groups(ClassifiedGraph& nodes, std::span<const std::uint32_t> levels,
                   FusionGroups& fusion) {
    const PendingGraph& graph = nodes.graph();
    std::unordered_map<Key, std::uint32_t, KeyHash> open;  // the group that takes the next member
    std::vector<Position> reducers;
    for (Position i = 0; i < graph.size(); ++i) {
        std::uint32_t& group = fusion.group_of[i];
        if (nodes.kind(i) == NodeKind::reduction) {
            group = feeding_group(nodes, levels, fusion, reducers, i);
            if (group == FusionGroups::none) nodes.make_call(i);
        } else if (nodes.kind(i) == NodeKind::pointwise) {
            const auto [it, fresh] = open.try_emplace({levels[i], graph[i].spec.shape});
            if (fresh || fusion.groups[it->second].count >= largest_group) {
                it->second = static_cast<std::uint32_t>(fusion.groups.size());
                fusion.groups.push_back({.level = levels[i], .first_node = i});
            }
            group = it->second;
        }
        if (group != FusionGroups::none) ++fusion.groups[group].count;
    }
}

void list_members(FusionGroups& fusion) {
    std::uint32_t first = 0;
    for (FusionGroups::Group& group : fusion.groups) {
        group.first = first;
        first += group.count;
        group.count = 0;  // counted again as they are filled
    }
    fusion.members.resize(first);
    for (Position i = 0; i < fusion.group_of.size(); ++i) {
        if (fusion.group_of[i] == FusionGroups::none) continue;
        FusionGroups::Group& group = fusion.groups[fusion.group_of[i]];
        fusion.members[group.first + group.count++] = i;
    }
}

void find_readers(const ClassifiedGraph& nodes, FusionGroups& fusion) {
    const PendingGraph& graph = nodes.graph();
    for (Position i = 0; i < graph.size(); ++i) {
        if (!nodes.computed(i)) continue;
        nodes.for_each_read(i, [&](Position read, std::uint32_t) {
            if (fusion.together(nodes, read, i)) return;
            const Position array = graph.array(read);
            fusion.read_elsewhere[array] = true;
            if (const std::uint32_t group = fusion.group_of[array]; group != FusionGroups::none)
                fusion.groups[group].is_read = true;
        });
    }
    for (const Position value : graph.assigned()) {
        if (nodes.kind(value) == NodeKind::pointwise)
            fusion.groups[fusion.group_of[value]].assigns = true;
    }
}

}  // namespace

FusionGroups fuse(ClassifiedGraph& nodes, std::span<const std::uint32_t> levels) {
    FusionGroups fusion;
    fusion.group_of.assign(nodes.graph().size(), FusionGroups::none);
    fusion.read_elsewhere.resize(nodes.graph().size());
    choose_groups(nodes, levels, fusion);
    list_members(fusion);
    find_readers(nodes, fusion);
    return fusion;
}

}  // namespace shikumi::detail

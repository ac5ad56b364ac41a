#include <shikumi/autograd/evaluate/plan/assign_slots.hpp>

#include <map>
#include <utility>

namespace shikumi::detail {

std::vector<SlotIndex> assign_slots(const ClassifiedGraph& nodes, const Arrays& arrays,
                                    Plan& plan) {
    const PendingGraph& graph = nodes.graph();
    std::vector<SlotIndex> slots(graph.size(), no_slot);
    for (Position i = 0; i < graph.size(); ++i) {
        if (nodes.kind(i) == NodeKind::known) {
            slots[i] = plan.slots++;
            plan.leaves.push_back({graph.number(i), slots[i]});
        } else if (arrays.stored[i]) {
            slots[i] = plan.slots++;
            if (!arrays.outlives[i]) continue;
            const Spec& spec = graph[i].spec;
            plan.output_buffers.push_back(
                {.slot = slots[i],
                 .bytes = spec.bytes(),
                 .scalar = spec.shape.rank() == 0 && !arrays.seen_by_view[i],
                 .node = graph.number(i)});
        }
    }
    std::map<std::pair<SlotIndex, std::size_t>, SlotIndex> inside;  // slot, bytes → slot
    for (Position i = 0; i < graph.size(); ++i) {
        const Position array = graph.array(i);
        const std::size_t bytes = graph.offset(i);
        if (graph.is_output(i))
            plan.outputs.push_back({graph.number(i), graph.number(array), bytes});
        if (array == i || slots[array] == no_slot) continue;
        slots[i] = slots[array];
        if (bytes == 0) continue;
        const auto [it, fresh] = inside.try_emplace({slots[array], bytes}, plan.slots);
        slots[i] = it->second;
        if (fresh) plan.offset_slots.push_back({plan.slots++, slots[array], bytes});
    }
    return slots;
}

}  // namespace shikumi::detail

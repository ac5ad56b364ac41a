#include <shikumi/autograd/evaluate/run/plan_cache.hpp>

#include <algorithm>

namespace shikumi::detail {

const Plan* PlanCache::find(std::span<const Tensor> roots, std::span<const Assignment> assignments,
                            std::size_t budget, std::vector<const Node*>& nodes) {
    if (entries_.empty()) return nullptr;
    const auto try_entry = [&](std::size_t i) -> const Plan* {
        if (entries_[i]->budget != budget) return nullptr;
        if (!entries_[i]->signature.matches(roots, assignments, nodes)) return nullptr;
        entries_[last_]->next = i;
        last_ = i;
        return &entries_[i]->plan;
    };
    const std::size_t hint = entries_[last_]->next;
    if (const Plan* plan = try_entry(hint)) return plan;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        if (i == hint) continue;
        if (const Plan* plan = try_entry(i)) return plan;
    }
    return nullptr;
}

bool PlanCache::seen_before(const PendingGraph& graph, std::size_t budget) {
    const std::uint64_t hash = structure_hash(graph) ^ budget;
    const auto seen = std::find(seen_.begin(), seen_.end(), hash);
    if (seen != seen_.end()) {
        seen_.erase(seen);
        return true;
    }
    if (seen_.size() == most_seen) seen_.pop_front();
    seen_.push_back(hash);
    return false;
}

void PlanCache::keep(const Plan& plan, const PendingGraph& graph, std::size_t budget) {
    if (graph.size() > largest) return;
    auto entry = std::make_unique<Entry>(plan, graph, budget);
    const std::size_t place = place_for(graph.size());
    entry->next = place;
    if (place == entries_.size())
        entries_.push_back(std::move(entry));
    else
        entries_[place] = std::move(entry);
}

std::size_t PlanCache::place_for(std::size_t nodes) {
    if (nodes > large) {
        const auto other = std::find_if(entries_.begin(), entries_.end(), [](const auto& entry) {
            return entry->signature.size() > large;
        });
        if (other != entries_.end()) return static_cast<std::size_t>(other - entries_.begin());
    }
    if (entries_.size() < most_entries) return entries_.size();
    return replaced_ = (replaced_ + 1) % most_entries;
}

}  // namespace shikumi::detail

#include <shikumi/autograd/evaluate/run/plan_cache.hpp>

#include <algorithm>

namespace shikumi::detail {

void GraphSignature::describe(const PendingGraph& graph) {
    checks_.assign(graph.size(), Check{});
    edges_.clear();
    roots_.clear();
    weights_.clear();
    for (Position i = 0; i < graph.size(); ++i) {
        const Node& node = graph[i];
        Check& check = checks_[i];
        check.op = node.data ? nullptr : node.op;
        check.scope = node.data ? nullptr : node.scope;
        check.spec = node.spec;
        check.has_buffer = static_cast<bool>(node.buffer);
        check.root = graph.is_root(i);
        check.held = !check.root && graph.held(i);
        check.uses = graph.uses(i);
        check.edges = static_cast<std::uint32_t>(graph.inputs(i).size());
    }
    // The order of `matches`: roots first, then consumers before their inputs.
    std::vector<bool> visited(graph.size());
    const auto visit = [&](Position position) -> Visit {
        const bool first = !visited[position];
        visited[position] = true;
        return {position, first ? 1U : 0U};
    };
    for (const Position root : graph.roots()) {
        roots_.push_back(visit(root));
        weights_.push_back(graph[root].weight);
    }
    for (Position i = graph.size(); i-- > 0;) {
        for (const Position input : graph.inputs(i)) edges_.push_back(visit(input));
    }
    old_leaves_.assign(graph.old_values().begin(), graph.old_values().end());
}

bool GraphSignature::matches(std::span<const Tensor> roots, std::span<const Assignment> assignments,
                             std::vector<const Node*>& nodes) const {
    if (roots.size() + assignments.size() != roots_.size() ||
        assignments.size() != old_leaves_.size())
        return false;
    const std::uint32_t* weight = weights_.data();
    for (const Tensor& root : roots) {
        if (root.node()->weight != *weight++) return false;
    }
    for (const Assignment& a : assignments) {
        if (a.value.node()->weight != *weight++) return false;
    }
    nodes.resize(checks_.size());
    const Node** const found = nodes.data();
    const auto reach = [&](Visit visit, const Node* node) {
        if (visit.first) found[visit.position] = node;
        return found[visit.position] == node;
    };
    const Visit* root = roots_.data();
    for (const Tensor& t : roots) {
        if (!reach(*root++, t.node())) return false;
    }
    for (const Assignment& a : assignments) {
        if (!reach(*root++, a.value.node())) return false;
    }
    const Visit* edge = edges_.data();
    const std::uint16_t me = current_thread_id;
    for (std::size_t i = checks_.size(); i-- > 0;) {
        const Check& check = checks_[i];
        const Node& node = *found[i];
        if (node.spec != check.spec) return false;
        if (!check.op) {
            if (!node.data || static_cast<bool>(node.buffer) != check.has_buffer) return false;
            continue;
        }
        if (node.op != check.op || node.data || node.arity != check.edges ||
            node.owner.load(std::memory_order_relaxed) != me || node.scope != check.scope)
            return false;
        // Exact, so that no inner node stands for two of the plan's.
        if (!check.root && (node.handles() > check.uses) != check.held) return false;
        for (const Tensor& input : node.inputs()) {
            if (!reach(*edge++, input.node())) return false;
        }
    }
    for (std::size_t a = 0; a < assignments.size(); ++a) {
        if (old_leaves_[a] != PendingGraph::none &&
            found[old_leaves_[a]] != assignments[a].parameter.value().node())
            return false;
    }
    return true;
}

void GraphSignature::retain() const noexcept {
    for (const Check& c : checks_) {
        if (c.op) c.op->retain();
    }
}

void GraphSignature::release() const noexcept {
    for (const Check& c : checks_) {
        if (c.op) c.op->release();
    }
}

PlanCache::~PlanCache() {
    for (const auto& entry : entries_) entry->structure.release();
}

const Plan* PlanCache::find(std::span<const Tensor> roots, std::span<const Assignment> assignments,
                            std::size_t budget, std::vector<const Node*>& nodes) {
    if (entries_.empty()) return nullptr;
    const auto try_entry = [&](std::size_t i) -> const Plan* {
        if (entries_[i]->budget != budget) return nullptr;
        if (!entries_[i]->structure.matches(roots, assignments, nodes)) return nullptr;
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

bool PlanCache::seen_before(std::uint64_t hash) {
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
    auto entry = std::make_unique<Entry>(Entry{{}, plan, budget});
    entry->structure.describe(graph);
    entry->structure.retain();
    const auto other = std::find_if(entries_.begin(), entries_.end(), [&](const auto& e) {
        return e->structure.size() > large && graph.size() > large;
    });
    if (other != entries_.end()) {
        entry->next = static_cast<std::size_t>(other - entries_.begin());
        (*other)->structure.release();
        *other = std::move(entry);
        return;
    }
    if (entries_.size() < most_entries) {
        entries_.push_back(std::move(entry));
        entries_.back()->next = entries_.size() - 1;
        return;
    }
    replaced_ = (replaced_ + 1) % most_entries;
    entry->next = replaced_;
    entries_[replaced_]->structure.release();
    entries_[replaced_] = std::move(entry);
}

}  // namespace shikumi::detail

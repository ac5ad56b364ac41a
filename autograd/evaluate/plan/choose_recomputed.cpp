#include <shikumi/autograd/evaluate/plan/choose_recomputed.hpp>

#include <algorithm>
#include <unordered_set>
#include <utility>
#include <vector>

#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/detail/recomputable.hpp>

namespace shikumi::detail {

namespace {

// Arrays that all fit into the cache together cost no traffic, and less than an operation to read:
// measured where 32 MiB are shared by the processor's cores. A single value is worth the trouble
// from some tens of blocks on.
constexpr std::size_t cache_bytes = std::size_t{16} << 20;
constexpr std::size_t least_bytes = std::size_t{64} << 10;

// An operation on blocks in the cache, compared with reading as many bytes as it writes there.
constexpr std::size_t operations_per_load = 4;

bool is_recomputable(const Node& node) {
    return dynamic_cast<const Recomputable*>(node.op) != nullptr;
}

// A group that reads a value of another one.
struct Reading {
    Position value;
    std::uint32_t group;
    auto operator<=>(const Reading&) const = default;
};

std::size_t bytes_of_arrays(const ClassifiedGraph& nodes, const Arrays& arrays) {
    std::size_t bytes = 0;
    for (Position i = 0; i < nodes.graph().size(); ++i) {
        if (arrays.stored[i] || nodes.kind(i) == NodeKind::known)
            bytes += nodes.graph()[i].spec.bytes();
    }
    return bytes;
}

// Readings of the arrays that need not be ones, sorted.
std::vector<Reading> readings_of_candidates(const ClassifiedGraph& nodes,
                                            const FusionGroups& fusion, const Arrays& arrays) {
    const PendingGraph& graph = nodes.graph();
    std::vector<bool> candidate(graph.size());
    for (Position i = 0; i < graph.size(); ++i)
        candidate[i] = nodes.kind(i) == NodeKind::pointwise && arrays.stored[i] &&
                       !arrays.outlives[i] && graph[i].spec.bytes() >= least_bytes &&
                       is_recomputable(graph[i]);
    std::vector<Reading> readings;
    if (std::ranges::find(candidate, true) == candidate.end()) return readings;
    for (Position i = 0; i < graph.size(); ++i) {
        if (!nodes.computed(i)) continue;
        nodes.for_each_read(i, [&](Position read, std::uint32_t) {
            const Position array = graph.array(read);
            if (!candidate[array] || fusion.together(nodes, array, i)) return;
            // An update's loop is known by what it computes.
            candidate[array] = read == array && nodes.can_fuse(array, i) &&
                               !fusion.groups[fusion.group_of[i]].assigns;
            readings.push_back({array, fusion.group_of[i]});
        });
    }
    std::erase_if(readings, [&](const Reading& r) { return !candidate[r.value]; });
    std::ranges::sort(readings);
    readings.erase(std::unique(readings.begin(), readings.end()), readings.end());
    return readings;
}

// Counts bytes. Without the array of a recomputable value, its own group writes that much less and
// each other group that reads it reads that much less. Those groups compute it from values that
// they have anyway, from others that are computed again, or from arrays that they read for it; a
// computed block counts as a quarter of a read one.
class Choice {
public:
    Choice(const ClassifiedGraph& nodes, const FusionGroups& fusion, Arrays& arrays,
           std::span<const Reading> readings);
    /// Decides on one value, given who reads it. Values come in the graph's order, so that what a
    /// value is computed from is decided before.
    void decide(std::span<const Reading> readings);
    /// What is to be computed again, and where.
    std::vector<Reading> take() { return std::move(chosen_); }

private:
    static std::uint64_t key(std::uint32_t group, Position node) {
        return std::uint64_t{group} << 32 | node;
    }
    bool is_worth_it(std::span<const Reading> readings);

    const ClassifiedGraph& nodes_;
    Arrays& arrays_;
    std::unordered_set<std::uint64_t> present_;  // what a group computes or reads
    std::vector<Reading> chosen_, trial_;
    std::vector<std::uint64_t> added_;  // to present_, by the trial
};

Choice::Choice(const ClassifiedGraph& nodes, const FusionGroups& fusion, Arrays& arrays,
               std::span<const Reading> readings)
    : nodes_(nodes), arrays_(arrays) {
    std::vector<bool> entered(fusion.groups.size());
    for (const Reading& r : readings) {
        if (entered[r.group]) continue;
        entered[r.group] = true;
        for (const Position member : fusion.members_of(fusion.groups[r.group])) {
            present_.insert(key(r.group, member));
            nodes.for_each_read(
                member, [&](Position read, std::uint32_t) { present_.insert(key(r.group, read)); });
        }
    }
}

// The trial begins with the value in each of the groups and grows by what that needs in turn.
bool Choice::is_worth_it(std::span<const Reading> readings) {
    const PendingGraph& graph = nodes_.graph();
    const std::size_t saved = graph[readings[0].value].spec.bytes() * (1 + readings.size());
    std::size_t cost = 0;
    trial_.assign(readings.begin(), readings.end());
    added_.clear();
    for (std::size_t next = 0; next < trial_.size() && cost < saved; ++next) {
        const Reading r = trial_[next];
        cost += graph[r.value].spec.bytes() / operations_per_load;
        nodes_.for_each_read(r.value, [&](Position read, std::uint32_t) {
            if (!present_.insert(key(r.group, read)).second) return;
            added_.push_back(key(r.group, read));
            if (nodes_.kind(read) != NodeKind::pointwise || arrays_.stored[read])
                cost += graph[graph.array(read)].spec.bytes();
            else if (is_recomputable(graph[read]))
                trial_.push_back({read, r.group});
            else
                cost = saved;
        });
    }
    return cost < saved;
}

void Choice::decide(std::span<const Reading> readings) {
    if (is_worth_it(readings)) {
        arrays_.stored[readings[0].value] = false;
        chosen_.insert(chosen_.end(), trial_.begin(), trial_.end());
    } else {
        for (const std::uint64_t k : added_) present_.erase(k);
    }
}

// Makes the values members of the groups that compute them again, in the graph's order, and leaves
// out what nobody reads any longer.
void add_members(std::vector<Reading> chosen, const ClassifiedGraph& nodes, const Arrays& arrays,
                 FusionGroups& fusion) {
    std::ranges::sort(chosen, {}, [](const Reading& r) { return std::pair(r.group, r.value); });
    std::vector<Position> members, all;
    std::vector<std::uint32_t> read_by(nodes.graph().size(), FusionGroups::none);
    auto next = chosen.begin();
    for (std::uint32_t g = 0; g < fusion.groups.size(); ++g) {
        FusionGroups::Group& group = fusion.groups[g];
        const auto own = fusion.members_of(group);
        all.assign(own.begin(), own.end());
        for (; next != chosen.end() && next->group == g; ++next) all.push_back(next->value);
        std::ranges::sort(all, std::greater{});  // readers first
        group.first = static_cast<std::uint32_t>(members.size());
        for (const Position m : all) {
            if (read_by[m] != g && !(fusion.group_of[m] == g && arrays.stored[m])) continue;
            nodes.for_each_read(m, [&](Position read, std::uint32_t) { read_by[read] = g; });
            members.push_back(m);
        }
        group.count = static_cast<std::uint32_t>(members.size()) - group.first;
        std::reverse(members.begin() + group.first, members.end());
    }
    fusion.members = std::move(members);
}

}  // namespace

void choose_recomputed(const ClassifiedGraph& nodes, FusionGroups& fusion, Arrays& arrays) {
    if (bytes_of_arrays(nodes, arrays) < cache_bytes) return;
    const std::vector<Reading> readings = readings_of_candidates(nodes, fusion, arrays);
    Choice choice(nodes, fusion, arrays, readings);
    for (auto first = readings.begin(); first != readings.end();) {
        const auto last = std::find_if(first, readings.end(),
                                       [&](const Reading& r) { return r.value != first->value; });
        choice.decide({first, last});
        first = last;
    }
    std::vector<Reading> chosen = choice.take();
    if (!chosen.empty()) add_members(std::move(chosen), nodes, arrays, fusion);
}

}  // namespace shikumi::detail

// Values that are computed again in the groups that read them, instead of being kept for those.
#include <algorithm>
#include <unordered_set>
#include <utility>

#include <shikumi/autograd/evaluate/plan/planner.hpp>
#include <shikumi/autograd/ops/detail/recomputable.hpp>

namespace shikumi::detail {

namespace {

// Arrays that all fit into the cache together cost no traffic, and less than an operation to read:
// measured where 32 MiB are shared by the processor's cores. A single value is worth the trouble
// from some tens of blocks on.
constexpr std::size_t cache_bytes = std::size_t{16} << 20;
constexpr std::size_t least_bytes = std::size_t{64} << 10;

// An operation on blocks in the cache, compared with reading as many bytes as it writes there.
constexpr std::size_t operations_a_load = 4;

bool cheap(const Node& node) {
    return dynamic_cast<const detail::Recomputable*>(node.op) != nullptr;
}

}  // namespace

// Counts bytes. A cheap value that only other groups of its space read need not be an array:
// without it, its own group writes that much less and each of the others reads that much less. They
// have to compute it, from values that they have anyway, from others that are computed again, or
// from arrays that they read for it; and a computed block counts as a quarter of a read one. Values
// are decided in the walk's order, so that what a value is computed from is known.
void Planner::compute_again() {
    std::size_t bytes = 0;
    for (std::uint32_t i = 0; i < graph_->size(); ++i) {
        if (info_[i].stored || info_[i].kind == Kind::leaf) bytes += (*graph_)[i].spec.bytes();
    }
    if (bytes < cache_bytes) return;
    const std::vector<Reading> readings = readings_of_cheap_values();
    std::unordered_set<std::uint64_t> present;  // what a group computes or reads
    const auto key = [](std::uint32_t cluster, std::uint32_t node) {
        return std::uint64_t{cluster} << 32 | node;
    };
    std::vector<bool> entered(clusters_.size());
    for (const Reading& r : readings) {
        if (entered[r.cluster]) continue;
        entered[r.cluster] = true;
        const Cluster& c = clusters_[r.cluster];
        for (std::uint32_t m = c.first; m < c.first + c.count; ++m) {
            present.insert(key(r.cluster, members_[m]));
            for_each_read(members_[m], [&](std::uint32_t read, std::uint32_t) {
                present.insert(key(r.cluster, read));
            });
        }
    }
    std::vector<Reading> again, trial;
    std::vector<std::uint64_t> added;
    for (auto first = readings.begin(); first != readings.end();) {
        const auto last = std::find_if(first, readings.end(),
                                       [&](const Reading& r) { return r.value != first->value; });
        const std::size_t saved =
            (*graph_)[first->value].spec.bytes() * static_cast<std::size_t>(1 + (last - first));
        std::size_t cost = 0;
        trial.assign(first, last);
        added.clear();
        for (std::size_t next = 0; next < trial.size() && cost < saved; ++next) {
            const Reading r = trial[next];
            cost += (*graph_)[r.value].spec.bytes() / operations_a_load;
            for_each_read(r.value, [&](std::uint32_t read, std::uint32_t) {
                if (!present.insert(key(r.cluster, read)).second) return;
                added.push_back(key(r.cluster, read));
                if (info_[read].kind != Kind::pointwise || info_[read].stored)
                    cost += (*graph_)[info_[read].array].spec.bytes();
                else if (cheap((*graph_)[read]))
                    trial.push_back({read, r.cluster});
                else
                    cost = saved;
            });
        }
        if (cost < saved) {
            info_[first->value].stored = false;
            again.insert(again.end(), trial.begin(), trial.end());
        } else {
            for (const std::uint64_t k : added) present.erase(k);
        }
        first = last;
    }
    if (!again.empty()) take_in(std::move(again));
}

// Who reads the arrays that need not be ones, by value.
std::vector<Planner::Reading> Planner::readings_of_cheap_values() const {
    std::vector<bool> candidate(graph_->size());
    for (std::uint32_t i = 0; i < graph_->size(); ++i) {
        const Info& info = info_[i];
        candidate[i] = info.kind == Kind::pointwise && info.stored && !info.kept &&
                       (*graph_)[i].spec.bytes() >= least_bytes && cheap((*graph_)[i]);
    }
    std::vector<Reading> readings;
    if (std::ranges::find(candidate, true) == candidate.end()) return readings;
    for (std::uint32_t i = 0; i < graph_->size(); ++i) {
        if (info_[i].kind != Kind::call && !blockwise(i)) continue;
        for_each_read(i, [&](std::uint32_t read, std::uint32_t) {
            const std::uint32_t array = info_[read].array;
            if (!candidate[array] || same_group(array, i)) return;
            // An update's loop is known by what it computes.
            candidate[array] = read == array && same_group_possible(array, i) &&
                               !clusters_[info_[i].cluster].assigns;
            readings.push_back({array, info_[i].cluster});
        });
    }
    std::erase_if(readings, [&](const Reading& r) { return !candidate[r.value]; });
    std::ranges::sort(readings);
    readings.erase(std::unique(readings.begin(), readings.end()), readings.end());
    return readings;
}

// Makes the values members of the groups that compute them again, in the walk's order, and leaves
// out what nobody reads any longer.
void Planner::take_in(std::vector<Reading> again) {
    std::ranges::sort(again, {}, [](const Reading& r) { return std::pair(r.cluster, r.value); });
    std::vector<std::uint32_t> members, all;
    std::vector<std::uint32_t> read_by(graph_->size(), ~0U);
    auto next = again.begin();
    for (std::uint32_t c = 0; c < clusters_.size(); ++c) {
        Cluster& cluster = clusters_[c];
        all.assign(members_.begin() + cluster.first,
                   members_.begin() + cluster.first + cluster.count);
        for (; next != again.end() && next->cluster == c; ++next) all.push_back(next->value);
        std::ranges::sort(all, std::greater{});  // readers first
        cluster.first = static_cast<std::uint32_t>(members.size());
        for (const std::uint32_t m : all) {
            if (read_by[m] != c && !(info_[m].cluster == c && info_[m].stored)) continue;
            for_each_read(m, [&](std::uint32_t read, std::uint32_t) { read_by[read] = c; });
            members.push_back(m);
        }
        cluster.count = static_cast<std::uint32_t>(members.size()) - cluster.first;
        std::reverse(members.begin() + cluster.first, members.end());
    }
    members_ = std::move(members);
}

}  // namespace shikumi::detail

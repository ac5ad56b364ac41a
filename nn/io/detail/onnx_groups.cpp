// Which steps of a graph become one layer.
#include <algorithm>
#include <numeric>

#include <shikumi/nn/detail/placeholder.hpp>
#include <shikumi/nn/io/detail/onnx_graph_layer.hpp>
#include <shikumi/nn/io/detail/onnx_model_builder.hpp>

namespace shikumi::nn::detail {

namespace {

constexpr Index other_batch = 5;

std::vector<Tensor> placeholders(const std::vector<Spec>& samples, Index batch) {
    std::vector<Tensor> inputs;
    for (const Spec& sample : samples)
        inputs.push_back(placeholder({batch_of(batch, sample.shape), sample.dtype}));
    return inputs;
}

// Sets of steps that grow together.
class Sets {
public:
    explicit Sets(std::size_t count) : parents_(count) {
        std::iota(parents_.begin(), parents_.end(), std::size_t{0});
    }
    std::size_t of(std::size_t i) {
        while (parents_[i] != i) i = parents_[i] = parents_[parents_[i]];
        return i;
    }
    void join(std::size_t a, std::size_t b) {
        a = of(a);
        b = of(b);
        parents_[std::max(a, b)] = std::min(a, b);
    }

private:
    std::vector<std::size_t> parents_;
};

using Edges = std::vector<std::set<std::size_t>>;

// Joins what lies on a circle of sets, by Kosaraju's two walks.
void join_circles(Sets& sets, const Edges& edges) {
    const std::size_t count = edges.size();
    Edges forward(count), backward(count);
    for (std::size_t i = 0; i < count; ++i)
        for (const std::size_t j : edges[i]) {
            const std::size_t a = sets.of(i), b = sets.of(j);
            if (a == b) continue;
            forward[a].insert(b);
            backward[b].insert(a);
        }
    // Visits everything that can be reached from `start`, each before what led to it.
    const auto walk = [&](std::size_t start, const Edges& next, std::vector<bool>& met,
                          std::vector<std::size_t>& order) {
        std::vector<std::pair<std::size_t, std::set<std::size_t>::const_iterator>> open;
        const auto enter = [&](std::size_t at) {
            met[at] = true;
            open.emplace_back(at, next[at].begin());
        };
        enter(start);
        while (!open.empty()) {
            auto& [at, child] = open.back();
            if (child == next[at].end()) {
                order.push_back(at);
                open.pop_back();
            } else if (const std::size_t to = *child++; !met[to]) {
                enter(to);
            }
        }
    };
    std::vector<bool> met(count, false);
    std::vector<std::size_t> finished;
    for (std::size_t i = 0; i < count; ++i)
        if (sets.of(i) == i && !met[i]) walk(i, forward, met, finished);
    std::fill(met.begin(), met.end(), false);
    for (auto root = finished.rbegin(); root != finished.rend(); ++root) {
        if (met[*root]) continue;
        std::vector<std::size_t> circle;
        walk(*root, backward, met, circle);
        for (const std::size_t i : circle) sets.join(i, *root);
    }
}

// The sets in an order in which each follows those that lead to it; the members in theirs.
std::vector<OnnxGroup> in_order(Sets& sets, const Edges& edges, const std::vector<bool>& taken) {
    const std::size_t count = edges.size();
    std::map<std::size_t, OnnxGroup> members;
    std::map<std::size_t, std::set<std::size_t>> before, behind;
    for (std::size_t i = 0; i < count; ++i) {
        if (!taken[i]) continue;
        members[sets.of(i)].push_back(i);
        for (const std::size_t j : edges[i]) {
            if (sets.of(i) == sets.of(j)) continue;
            before[sets.of(j)].insert(sets.of(i));
            behind[sets.of(i)].insert(sets.of(j));
        }
    }
    std::set<std::size_t> ready;
    for (const auto& [root, steps] : members)
        if (before[root].empty()) ready.insert(root);
    std::vector<OnnxGroup> groups;
    while (!ready.empty()) {
        const std::size_t root = *ready.begin();
        ready.erase(ready.begin());
        groups.push_back(members[root]);
        for (const std::size_t next : behind[root]) {
            before[next].erase(root);
            if (before[next].empty()) ready.insert(next);
        }
    }
    return groups;
}

bool is_known(const OnnxStep& step, const OnnxBatches& batches) {
    return std::ranges::all_of(step.node.outputs, [&](const std::string& output) {
        return output.empty() || batches.known(output);
    });
}

}  // namespace

OnnxBatches::OnnxBatches(const OnnxProgram& program, const std::vector<Spec>& samples)
    : values_(run_onnx(program, placeholders(samples, some_batch))),
      others_(run_onnx(program, placeholders(samples, other_batch))) {}

int OnnxBatches::axis(const std::string& name) const {
    const Shape a = values_.at(name).tensor.shape(), b = others_.at(name).tensor.shape();
    if (a.rank() != b.rank()) return -1;
    int found = -1;
    for (int i = 0; i < a.rank(); ++i) {
        if (a[i] == b[i]) continue;
        if (found >= 0 || a[i] != some_batch || b[i] != other_batch) return -1;
        found = i;
    }
    return found;
}

std::vector<std::set<std::string>> onnx_reads(const OnnxProgram& program,
                                              const OnnxBatches& batches) {
    std::vector<std::set<std::string>> reads(program.steps.size());
    std::map<std::string, std::set<std::string>, std::less<>> behind_known;
    for (std::size_t i = 0; i < program.steps.size(); ++i) {
        const OnnxStep& step = program.steps[i];
        for (const std::string& input : step.node.inputs) {
            if (input.empty() || program.constants.contains(input)) continue;
            const auto known = behind_known.find(input);
            if (known == behind_known.end())
                reads[i].insert(input);
            else
                reads[i].insert(known->second.begin(), known->second.end());
        }
        if (!is_known(step, batches)) continue;
        for (const std::string& output : step.node.outputs)
            if (!output.empty()) behind_known[output] = reads[i];
    }
    return reads;
}

std::vector<OnnxGroup> onnx_groups(const OnnxProgram& program, const OnnxBatches& batches) {
    const std::size_t count = program.steps.size();
    const auto reads = onnx_reads(program, batches);
    std::vector<bool> taken(count);
    std::map<std::string, std::size_t, std::less<>> makers, weight_readers;
    // A step that follows from shapes and weights alone is done in each layer that needs it.
    std::map<std::string, std::set<std::string>, std::less<>> weights_behind;
    Sets sets(count);
    Edges edges(count);
    for (std::size_t i = 0; i < count; ++i) {
        const OnnxStep& step = program.steps[i];
        taken[i] = !is_known(step, batches);
        for (const std::string& output : step.node.outputs)
            if (!output.empty()) makers[output] = i;
        std::set<std::string> weights;
        for (const std::string& input : step.node.inputs) {
            if (is_weight(program, input)) weights.insert(input);
            const auto behind = weights_behind.find(input);
            if (behind != weights_behind.end())
                weights.insert(behind->second.begin(), behind->second.end());
        }
        if (!taken[i]) {
            for (const std::string& output : step.node.outputs)
                if (!output.empty() && !weights.empty()) weights_behind[output] = weights;
            continue;
        }
        for (const std::string& name : reads[i]) {
            const auto maker = makers.find(name);
            if (maker == makers.end()) continue;
            edges[maker->second].insert(i);
            if (batches.axis(name) < 0) sets.join(maker->second, i);
        }
        for (const std::string& weight : weights) {
            const auto [reader, is_new] = weight_readers.emplace(weight, i);
            if (!is_new) sets.join(reader->second, i);
        }
    }
    join_circles(sets, edges);
    return in_order(sets, edges, taken);
}

}  // namespace shikumi::nn::detail

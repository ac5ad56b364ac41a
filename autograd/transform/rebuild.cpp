#include <algorithm>
#include <optional>

#include <shikumi/autograd/graph/multi_output.hpp>
#include <shikumi/autograd/transform/detail/rebuild.hpp>
#include <shikumi/autograd/transform/pack.hpp>

namespace shikumi::detail {

std::vector<Replacement> replacements_of(const std::vector<Tensor>& tensors,
                                         const std::vector<Tensor>& by) {
    std::vector<Replacement> replacements;
    for (std::size_t k = 0; k < tensors.size(); ++k) replacements.push_back({tensors[k], by[k]});
    return replacements;
}

Rebuild::Rebuild(std::span<const Tensor> roots, std::span<const Replacement> replacements,
                 std::span<const Tensor> stops)
    : roots_(roots.begin(), roots.end()) {
    std::vector<const Node*> nodes, leaves;
    for (const Tensor& root : roots) nodes.push_back(root.node());
    for (const Replacement& r : replacements) leaves.push_back(r.tensor.node());
    for (const Tensor& stop : stops) leaves.push_back(stop.node());
    std::ranges::sort(leaves);
    walk_.run(nodes, [&](const Node& node) {
        return node.recorded() && !std::ranges::binary_search(leaves, &node);
    });
    by_.resize(walk_.size());
    replaced_.resize(walk_.size());
    for (const Node* node : nodes)
        root_positions_.push_back(static_cast<std::uint32_t>(walk_.position(*node)));
    for (const Replacement& r : replacements) {
        const std::int64_t position = walk_.position(*r.tensor.node());
        if (position < 0) continue;
        by_[static_cast<std::size_t>(position)] = r.by;
        replaced_[static_cast<std::size_t>(position)] = true;
    }
    for (std::uint32_t i = 0; i < walk_.size(); ++i) {
        replaced_[i] = replaced_[i] || std::ranges::any_of(walk_.inputs(i), [&](std::uint32_t k) {
                           return replaced_[k];
                       });
    }
}

std::vector<Tensor> Rebuild::run() {
    for (std::uint32_t i = 0; i < walk_.size(); ++i) rebuild(i);
    std::vector<Tensor> found;
    for (const std::uint32_t root : root_positions_) found.push_back(by_[root]);
    return found;
}

std::vector<Tensor> Rebuild::kept() const {
    std::vector<bool> read(walk_.size());
    for (std::uint32_t i = 0; i < walk_.size(); ++i) {
        for (const std::uint32_t input : walk_.inputs(i)) read[input] = read[input] || replaced_[i];
    }
    std::vector<Tensor> kept;
    for (std::uint32_t i = 0; i < walk_.size(); ++i) {
        if (read[i] && !replaced_[i]) kept.push_back(Tensor::of(&walk_[i]));
    }
    return kept;
}

void Rebuild::rebuild(std::uint32_t i) {
    const auto inputs = walk_.inputs(i);
    if (!replaced_[i] || by_[i].defined()) return;
    const Node& node = walk_[i];
    if (!node.recorded()) {  // a constant that has been evaluated and folded meanwhile
        by_[i] = Tensor::of(&node);
        return;
    }
    if (const auto pack = outputs_.find(inputs[0]); pack != outputs_.end()) {
        by_[i] = pack->second[output_number(node)];
        return;
    }
    std::vector<Tensor> in;
    std::vector<bool> replaced;
    for (std::size_t k = 0; k < inputs.size(); ++k) {
        replaced.push_back(replaced_[inputs[k]]);
        in.push_back(replaced.back() ? by_[inputs[k]] : node.inputs()[k]);
    }
    const Scope scope(node.scope);
    std::optional<NoGrad> constant;
    if (node.has(Node::constant)) constant.emplace();
    if (multi_output(node))
        outputs_.emplace(i, rebuilt_all(node, in, replaced));
    else
        by_[i] = rebuilt(node, in, replaced);
}

namespace {
std::vector<const Node*> nodes_of(Tensors tensors) {
    std::vector<const Node*> nodes;
    for (const Tensor& t : tensors) nodes.push_back(t.node());
    return nodes;
}
}  // namespace

Tensor Rebuild::rebuilt(const Node& node, Tensors in, const std::vector<bool>&) {
    node.op->retain();
    return record(*node.op, nodes_of(in));
}

std::vector<Tensor> Rebuild::rebuilt_all(const Node& pack, Tensors in, const std::vector<bool>&) {
    pack.op->retain();
    return record_all(*multi_output(pack), nodes_of(in));
}

}  // namespace shikumi::detail

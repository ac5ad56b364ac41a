#include <shikumi/autograd/evaluate/plan/pending_graph.hpp>

#include <algorithm>

#include <shikumi/autograd/graph/op.hpp>

namespace shikumi::detail {

void PendingGraph::clear() noexcept {
    traversal_.clear();
    nodes_.clear();
    edges_.clear();
    first_edge_.resize(1);
    entries_.clear();
    roots_.clear();
    old_values_.clear();
    numbers_.clear();
    places_.clear();
}

void PendingGraph::reset(std::span<const Tensor> roots, std::span<const Assignment> assignments) {
    clear();
    for (const Tensor& root : roots) nodes_.push_back(root.node());
    for (const Assignment& a : assignments) nodes_.push_back(a.value.node());
    traversal_.run(nodes_, [](const Node& node) { return node.data == nullptr; });
    for (const Node* root : nodes_) roots_.push_back(position(*root));
    for (const Assignment& a : assignments)
        old_values_.push_back(position(*a.parameter.value().node()));

    nodes_.clear();
    for (Position i = 0; i < traversal_.size(); ++i) append(&traversal_[i], traversal_.inputs(i));
    for (const Position input : edges_) ++entries_[input].uses;
    for (const Position root : roots_) entries_[root].root = true;
    for (Position i = 0; i < size(); ++i) entries_[i].held = nodes_[i]->held_beyond(uses(i));
}

PendingGraph PendingGraph::repeated(const Repetition& repetition) const {
    const auto& late = repetition.late;
    const auto& dropped = repetition.dropped;
    PendingGraph graph;
    graph.traversal_ = traversal_;
    graph.places_.assign(size(), none);
    std::vector<Position> copies(size(), none), inputs;
    const auto append = [&](Position i, bool reads_copies) {
        inputs.clear();
        for (const Position input : this->inputs(i))
            inputs.push_back(reads_copies && dropped[input] ? copies[input] : graph.places_[input]);
        graph.numbers_.push_back(i);
        return graph.append(nodes_[i], inputs);
    };
    std::vector<Position> wanted;  // copies that come next
    const auto want_inputs = [&](Position i) {
        for (const Position input : this->inputs(i)) {
            if (!dropped[input] || copies[input] != none) continue;
            copies[input] = 0;  // until its place is known
            wanted.push_back(input);
        }
    };
    for (Position i = 0; i < size(); ++i) {
        if (late[i]) {
            wanted.clear();
            want_inputs(i);
            for (std::size_t next = 0; next < wanted.size(); ++next) want_inputs(wanted[next]);
            std::sort(wanted.begin(), wanted.end());  // inputs first, as in the order without them
            for (const Position w : wanted) copies[w] = append(w, true);
        }
        Entry& entry = graph.entries_[graph.places_[i] = append(i, late[i])];
        entry.uses = entries_[i].uses;
        entry.root = entries_[i].root;
        entry.held = entries_[i].held;
    }
    for (const Position root : roots_) graph.roots_.push_back(graph.places_[root]);
    for (const Position old : old_values_)
        graph.old_values_.push_back(old == none ? none : graph.places_[old]);
    return graph;
}

Position PendingGraph::position(const Node& node) const noexcept {
    const std::int64_t found = traversal_.position(node);
    return found < 0 ? none : placed(static_cast<Position>(found));
}

Position PendingGraph::append(const Node* node, std::span<const Position> inputs) {
    const Position i = size();
    nodes_.push_back(node);
    edges_.insert(edges_.end(), inputs.begin(), inputs.end());
    first_edge_.push_back(static_cast<std::uint32_t>(edges_.size()));
    entries_.push_back({.array = i});
    find_array(i);
    return i;
}

void PendingGraph::find_array(Position i) {
    const Node& node = *nodes_[i];
    if (!pending(i) || !node.op || node.op->form() != Op::Form::view) return;
    const Entry& input = entries_[inputs(i)[0]];
    // A known scalar lies in its node: there is no buffer to share.
    if (!pending(input.array) && !nodes_[input.array]->buffer) return;
    const Spec* const spec = &nodes_[inputs(i)[0]]->spec;
    entries_[i].array = input.array;
    entries_[i].offset = input.offset + node.op->view_offset(std::span(&spec, 1));
}

}  // namespace shikumi::detail

#include <shikumi/autograd/evaluate/plan/classify.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/detail/reducing.hpp>

namespace shikumi::detail {

ClassifiedGraph classify(const PendingGraph& graph) {
    ClassifiedGraph nodes(graph);
    for (Position i = 0; i < graph.size(); ++i) {
        nodes.entries_[i].kind = nodes.kind_by_form(i);
        nodes.entries_[i].source = nodes.source_by_kind(i);
    }
    nodes.make_arrays_of_broadcasts();
    for (Position i = 0; i < graph.size(); ++i) nodes.entries_[i].source = nodes.source_by_kind(i);
    return nodes;
}

NodeKind ClassifiedGraph::kind_by_form(Position i) {
    if (!graph_->pending(i)) return NodeKind::known;
    const Node& node = (*graph_)[i];
    if (!node.op)
        throw StateError("[evaluate] " + to_string(node.spec) +
                         " has no value: it is a placeholder");
    switch (node.op->form()) {
        case Op::Form::pointwise:
            return NodeKind::pointwise;
        case Op::Form::view:
            return graph_->array(i) == i ? NodeKind::call : NodeKind::view;
        case Op::Form::broadcast:
            return NodeKind::broadcast;
        case Op::Form::kernel:
            break;
    }
    return add_reducer(i) ? NodeKind::reduction : NodeKind::call;
}

// A new shape starts a new iteration space; a view of the same shape is read through.
Position ClassifiedGraph::source_by_kind(Position i) const noexcept {
    if (kind(i) != NodeKind::view && kind(i) != NodeKind::broadcast) return i;
    const Position input = graph_->inputs(i)[0];
    const bool same = (*graph_)[input].spec == (*graph_)[i].spec;
    return kind(i) == NodeKind::broadcast || same ? source(input) : i;
}

// True for a reduction of what a group computes, if it can be fed block by block.
bool ClassifiedGraph::add_reducer(Position i) {
    const auto inputs = graph_->inputs(i);
    if (inputs.size() != 1) return false;
    const Spec& in = (*graph_)[inputs[0]].spec;
    const Position computed = source(inputs[0]);
    if (kind(computed) != NodeKind::pointwise || (*graph_)[computed].spec.shape != in.shape)
        return false;
    const auto* reducing = dynamic_cast<const Reducing*>((*graph_)[i].op);
    if (!reducing) return false;
    const auto reducer = kernels::Reducer::in_blocks(reducing->reduction, in, reducing->axes);
    if (!reducer) return false;
    entries_[i].reducer = static_cast<std::uint32_t>(reducers_.size());
    reducers_.push_back(*reducer);
    return true;
}

// A broadcast is a call where the evaluation gives it away, a call reads it, or a view reshapes it.
void ClassifiedGraph::make_arrays_of_broadcasts() {
    std::vector<bool> wanted(graph_->size());
    for (Position i = graph_->size(); i-- > 0;) {
        if (graph_->is_output(i) || (kind(i) == NodeKind::view && source(i) == i))
            wanted[graph_->array(i)] = true;
        if (kind(i) == NodeKind::broadcast && wanted[i]) entries_[i].kind = NodeKind::call;
        if (kind(i) != NodeKind::call) continue;
        for (const Position input : graph_->inputs(i)) wanted[graph_->array(input)] = true;
    }
}

}  // namespace shikumi::detail

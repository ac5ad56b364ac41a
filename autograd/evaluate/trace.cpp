#include <shikumi/autograd/evaluate/trace.hpp>

#include <algorithm>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/evaluate/walk.hpp>

namespace shikumi {

namespace {
thread_local constinit Trace* trace = nullptr;
}  // namespace

Trace::Trace() noexcept { trace = this; }
Trace::~Trace() {
    trace = nullptr;
    for (const Key& key : keys_) --key.source->stream;
    for (std::size_t i = 0; i < assignments_.size(); ++i)
        assignments_[i].parameter.slot().value = std::move(old_values_[i]);
}
Trace* Trace::current() noexcept { return trace; }

bool capturing() noexcept { return trace != nullptr; }
void redraw(const Tensor& key, Generator& rng) {
    if (trace) trace->redraw(key, rng);
}

void Trace::allow(std::span<const Tensor> roots) const {
    std::vector<const Node*> nodes;
    for (const Tensor& root : roots) nodes.push_back(root.node());
    Walk walk;
    walk.run(nodes, [](const Node& node) { return node.data == nullptr; });
    for (const Node* node : walk.nodes()) {
        const bool drawn = std::any_of(keys_.begin(), keys_.end(),
                                       [&](const Key& key) { return key.leaf.node() == node; });
        const bool argument = !node->op && !node->data;
        if (!drawn && !argument && !node->has(Node::parameter)) continue;
        const Slot* slot = node->slot();
        fail<StateError>("capture", "a value that depends on ",
                         slot       ? "parameter '" + slot->name + "'"
                         : argument ? "an argument, " + to_string(node->spec()) + ","
                                    : std::string("random numbers"),
                         " is looked at inside a captured function, which is recorded once and "
                         "replayed: return it and look at it outside, or call the function under "
                         "Eager");
    }
}

void Trace::assign(std::span<const Assignment> assignments) {
    for (const Assignment& a : assignments) {
        const auto known =
            std::find_if(assignments_.begin(), assignments_.end(),
                         [&](const Assignment& b) { return b.parameter == a.parameter; });
        Slot& slot = a.parameter.slot();
        if (known == assignments_.end()) {
            assignments_.push_back(a);
            old_values_.push_back(slot.value);
        } else {
            known->value = a.value;
        }
        slot.value = a.value;
    }
}

}  // namespace shikumi

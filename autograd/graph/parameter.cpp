#include <shikumi/autograd/graph/parameter.hpp>

#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/node.hpp>

namespace shikumi {

namespace {

void unbind(const Slot& slot) noexcept {
    if (!slot.value.defined()) return;
    Node& leaf = *slot.value.node();
    leaf.inputs_.slot = nullptr;
    leaf.flags &= static_cast<std::uint8_t>(~Node::parameter);
}

}  // namespace

Slot::~Slot() { unbind(*this); }

void rebind(Slot& slot, const Tensor& leaf) {
    const Node* given = leaf.node();
    const bool own = given->op == nullptr && !given->has(Node::parameter);
    Tensor value = own ? leaf : detached_leaf(leaf);
    unbind(slot);
    value.node()->flags |= Node::parameter;
    value.node()->inputs_.slot = &slot;
    slot.value = std::move(value);
}

Parameter::Parameter(std::string name, const Tensor& value)
    : slot_(std::make_shared<Slot>(std::move(name))) {
    evaluate_once(value);
    slot_->trainable = is_floating(value.dtype());
    rebind(*slot_, detached_leaf(value));
}

Slot& Parameter::slot() const {
    if (!slot_) throw StateError("[parameter] an empty Parameter has no value");
    return *slot_;
}

const Tensor& Parameter::grad() const {
    const Slot& s = slot();
    if (!s.gradient.defined())
        fail<GradientError>("grad", "parameter '", s.name,
                            "' has no gradient: call backward on a loss first");
    return s.gradient;
}

void Parameter::assign(const Tensor& value) {
    Slot& s = slot();
    if (value.shape() != shape())
        fail<ShapeError>("assign", "parameter '", s.name, "' is ", s.value.spec(), ", got ",
                         value.spec());
    if (value.dtype() != dtype())
        fail<DTypeError>("assign", "parameter '", s.name, "' is ", s.value.spec(), ", got ",
                         value.spec());
    if (capturing()) {
        const Assignment later{*this, value};
        return evaluate({}, {&later, 1});
    }
    evaluate(value);
    rebind(s, detached_leaf(value));
}

}  // namespace shikumi

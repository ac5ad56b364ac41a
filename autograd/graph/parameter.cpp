#include <shikumi/autograd/graph/parameter.hpp>

#include <atomic>

#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/node.hpp>

namespace shikumi {

namespace {

void unbind(const detail::ParameterState& state) noexcept {
    if (!state.value.defined()) return;
    const Node& leaf = *state.value.node();
    leaf.inputs_.former = state.number;
    leaf.lower(Node::parameter);
    leaf.raise(Node::former);
}

}  // namespace

detail::ParameterState::ParameterState(std::string parameter_name)
    : name(std::move(parameter_name)), number([] {
          static std::atomic<std::uint64_t> last{0};
          return last.fetch_add(1, std::memory_order_relaxed) + 1;
      }()) {}
detail::ParameterState::~ParameterState() { unbind(*this); }

void detail::rebind(ParameterState& state, const Tensor& leaf) {
    const Node* given = leaf.node();
    const bool own = given->op == nullptr && !given->has(Node::parameter);
    Tensor value = own ? leaf : detached_leaf(leaf);
    unbind(state);
    value.node()->lower(Node::former);
    value.node()->raise(Node::parameter);
    value.node()->inputs_.parameter = &state;
    state.value = std::move(value);
}

Parameter::Parameter(std::string name, const Tensor& value)
    : state_(std::make_shared<detail::ParameterState>(std::move(name))) {
    detail::evaluate_once(value);
    state_->trainable = is_floating(value.dtype());
    detail::rebind(*state_, detail::detached_leaf(value));
}

detail::ParameterState& Parameter::state() const {
    if (!state_) throw StateError("[parameter] an empty Parameter has no value");
    return *state_;
}

const Tensor& Parameter::grad() const {
    const detail::ParameterState& s = state();
    if (!s.gradient.defined())
        fail<GradientError>("grad", "parameter '", s.name,
                            "' has no gradient: call backward on a loss first");
    return s.gradient;
}

void Parameter::assign(const Tensor& value) {
    detail::ParameterState& s = state();
    if (value.shape() != shape())
        fail<ShapeError>("assign", "parameter '", s.name, "' is ", s.value.spec(), ", got ",
                         value.spec());
    if (value.dtype() != dtype())
        fail<DTypeError>("assign", "parameter '", s.name, "' is ", s.value.spec(), ", got ",
                         value.spec());
    if (detail::capturing()) {
        const Assignment later{*this, value};
        return evaluate({}, {&later, 1});
    }
    detail::require_value(value);
    detail::rebind(s, detail::detached_leaf(value));
}

}  // namespace shikumi

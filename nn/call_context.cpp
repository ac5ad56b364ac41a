#include <shikumi/nn/call_context.hpp>

#include <algorithm>

#include <shikumi/autograd/ops/shaping.hpp>

namespace shikumi::nn {

namespace {

thread_local CallContext* innermost = nullptr;

auto updates_of(const Parameter& state) {
    return [&](const Assignment& update) { return update.parameter == state; };
}

}  // namespace

CallContext::CallContext() : CallContext(innermost ? innermost->copies_ : Copies::share_weights) {}

CallContext::CallContext(Copies copies)
    : outer_(innermost), active_layer_(outer_ ? outer_->active_layer_ : nullptr), copies_(copies) {
    innermost = this;
}

CallContext::~CallContext() { innermost = outer_; }

CallContext* CallContext::current() noexcept { return innermost; }

void CallContext::add_update(const Parameter& state, const Tensor& value) {
    const auto found = std::find_if(updates_.begin(), updates_.end(), updates_of(state));
    if (found == updates_.end())
        updates_.push_back({state, value});
    else
        found->value = value;
}

Tensor CallContext::value_of(const Parameter& state) const {
    const auto found = std::find_if(updates_.begin(), updates_.end(), updates_of(state));
    return found == updates_.end() ? state.value() : stop_gradient(found->value);
}

Tensor CallContext::mask_of(const Tensor& x) const {
    for (const auto& [tensor, mask] : masks_) {
        if (tensor.node() == x.node()) return mask;
    }
    return {};
}

bool copies_are_unbuilt() noexcept { return innermost && innermost->copies() == Copies::unbuilt; }

Tensor mask_of(const Tensor& x) { return innermost ? innermost->mask_of(x) : Tensor(); }

std::vector<Tensor> masks_of(const std::vector<Tensor>& tensors) {
    std::vector<Tensor> masks;
    for (const Tensor& t : tensors) masks.push_back(mask_of(t));
    return masks;
}

}  // namespace shikumi::nn

#include <shikumi/nn/pass.hpp>

#include <algorithm>

namespace shikumi::nn {

namespace {

thread_local Pass* innermost = nullptr;

}  // namespace

Pass::Pass() : outer_(std::exchange(innermost, this)) {}

Pass::~Pass() { innermost = outer_; }

Pass* Pass::current() noexcept { return innermost; }

void Pass::add_update(const Parameter& state, const Tensor& value) {
    const auto found =
        std::find_if(updates_.begin(), updates_.end(),
                     [&](const Assignment& update) { return update.parameter == state; });
    if (found == updates_.end())
        updates_.push_back({state, value});
    else
        found->value = value;
}

Tensor Pass::mask_of(const Tensor& x) const {
    for (const auto& [tensor, mask] : masks_) {
        if (tensor.node() == x.node()) return mask;
    }
    return {};
}

Tensor mask_of(const Tensor& x) {
    const Pass* pass = Pass::current();
    return pass ? pass->mask_of(x) : Tensor();
}

}  // namespace shikumi::nn

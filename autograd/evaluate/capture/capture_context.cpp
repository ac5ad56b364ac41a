#include <shikumi/autograd/evaluate/capture/capture_context.hpp>

#include <algorithm>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/traversal.hpp>

namespace shikumi {

using namespace detail;

namespace {
thread_local constinit CaptureContext* context = nullptr;

Traversal pending(const Tensor& t) {
    const Node* const root = t.node();
    Traversal walk;
    walk.run({&root, 1}, [](const Node& node) { return node.data == nullptr; });
    return walk;
}

}  // namespace

CaptureContext::CaptureContext() noexcept { context = this; }
CaptureContext::~CaptureContext() {
    context = nullptr;
    for (const RandomDraw& draw : draws_) --draw.generator->stream;
    for (Assigned& a : assigned_) a.parameter.state().value = std::move(a.old_value);
}
CaptureContext* CaptureContext::current() noexcept { return context; }

bool detail::capturing() noexcept { return context != nullptr; }
void detail::redraw(const Tensor& key, Generator& rng) {
    if (context || DrawLog::active()) redraw(key, rng.shared());
}
void detail::redraw(const Tensor& key, const std::shared_ptr<RandomKey>& generator) {
    if (context) context->redraw(key, generator);
    DrawLog::add(key, generator);
}

std::string CaptureContext::cause(const Tensor& t) const {
    const Traversal walk = pending(t);
    for (const Node* node : walk.nodes()) {
        if (const ParameterState* state = node->parameter_state())
            return "parameter '" + state->name + "'";
        if (!node->data && !node->op) return "an argument, " + to_string(node->spec) + ",";
        if (std::any_of(draws_.begin(), draws_.end(),
                        [&](const RandomDraw& draw) { return draw.key.node() == node; }))
            return "random numbers";
    }
    return {};
}

void CaptureContext::evaluate_once(const Tensor& t) {
    const Traversal walk = pending(t);
    std::erase_if(draws_,
                  [&](const RandomDraw& draw) { return walk.position(*draw.key.node()) >= 0; });
}

void CaptureContext::assign(std::span<const Assignment> assignments) {
    for (const Assignment& a : assignments) {
        const bool known = std::any_of(assigned_.begin(), assigned_.end(), [&](const Assigned& b) {
            return b.parameter == a.parameter;
        });
        Tensor& value = a.parameter.state().value;
        if (!known) assigned_.push_back({a.parameter, value});
        value = a.value;
    }
}

std::vector<Assignment> CaptureContext::assignments() const {
    std::vector<Assignment> assignments;
    for (const Assigned& a : assigned_) assignments.push_back({a.parameter, a.parameter.value()});
    return assignments;
}

}  // namespace shikumi

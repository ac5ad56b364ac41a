#include <shikumi/autograd/graph/trace.hpp>

#include <algorithm>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/node.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/graph/traversal.hpp>

namespace shikumi::detail {

namespace {
thread_local constinit DrawLog* log = nullptr;
}  // namespace

DrawLog::DrawLog() noexcept : outer_(std::exchange(log, this)) {}
DrawLog::~DrawLog() { log = outer_; }
bool DrawLog::active() noexcept { return log != nullptr; }
void DrawLog::add(const Tensor& key, const std::shared_ptr<RandomKey>& generator) {
    for (DrawLog* each = log; each; each = each->outer_) each->draws_.push_back({key, generator});
}

Tensor pending_leaf(const Spec& spec) {
    Node* node = new_node();
    node->spec = spec;
    return Tensor::adopt(node);
}

Trace::Trace(std::string_view transform) noexcept
    : transform_(transform),
      outer_(std::exchange(recording.trace, this)),
      eager_(std::exchange(recording.eager, false)) {}

Trace::~Trace() {
    recording.trace = outer_;
    recording.eager = eager_;
}

Trace* Trace::current() noexcept { return recording.trace; }

bool Trace::known(const Tensor& t) {
    const Node* const root = t.node();
    Traversal walk;
    walk.run({&root, 1}, [](const Node& node) { return node.data == nullptr; });
    return std::none_of(walk.nodes().begin(), walk.nodes().end(),
                        [](const Node* node) { return !node->data && !node->op; });
}

void Trace::want_known(const Tensor& t) const {
    if (!known(t)) refuse("a value that depends on an argument is looked at");
}

void Trace::refuse(std::string_view what) const {
    fail<StateError>(transform_, what,
                     " inside a function that is recorded without values: return what is to be "
                     "looked at, and choose with where");
}

}  // namespace shikumi::detail

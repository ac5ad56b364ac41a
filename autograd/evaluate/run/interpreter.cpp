#include <shikumi/autograd/evaluate/run/interpreter.hpp>

#include <algorithm>
#include <array>

#include <shikumi/autograd/evaluate/run/scope_context.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/kernels/copy.hpp>
#include <shikumi/autograd/kernels/denormals.hpp>
#include <shikumi/autograd/memory/thread_cache.hpp>

namespace shikumi::detail {

namespace {

// Elements of an array, and bytes of all together, up to which a run without a plan is faster.
constexpr Index small_array = 512;
constexpr std::size_t small_graph = std::size_t{4} << 20;
// For such an array of any dtype.
constexpr std::size_t stretched_bytes = small_array * sizeof(double);

std::size_t room_for(const Spec& spec) noexcept {
    return (spec.bytes() + Buffer::alignment - 1) / Buffer::alignment * Buffer::alignment;
}

bool pending(const Node& node) noexcept { return node.data == nullptr; }

}  // namespace

void Interpreter::look_at(std::span<const Tensor> roots, std::span<const Assignment> assignments) {
    roots_.clear();
    for (const Tensor& root : roots) roots_.push_back(root.node());
    for (const Assignment& a : assignments) roots_.push_back(a.value.node());
    walk_.run(roots_, pending);
}

std::uint64_t Interpreter::hash() const noexcept {
    std::uint64_t h = roots_.size();
    const auto mix = [&](std::uint64_t x) { h = (h ^ x) * 0x9E3779B97F4A7C15U + (h >> 29); };
    for (std::uint32_t i = 0; i < walk_.size(); ++i) {
        const Node& node = walk_[i];
        mix(pending(node) ? reinterpret_cast<std::uintptr_t>(node.op) : 0);
        mix(node.spec.shape.hash() + static_cast<std::uint64_t>(node.spec.dtype));
        for (const std::uint32_t input : walk_.inputs(i)) mix(i - input);
    }
    return h;
}

bool Interpreter::small() const noexcept {
    std::size_t all = 0;
    for (const Node* node : walk_.nodes()) {
        if (!pending(*node)) continue;
        if (!node->op || node->spec.size() > small_array) return false;
        all += room_for(node->spec);
    }
    return all <= small_graph;
}

void Interpreter::find_held() {
    uses_.assign(walk_.size(), 0);
    for (std::uint32_t i = 0; i < walk_.size(); ++i) {
        for (const std::uint32_t input : walk_.inputs(i)) ++uses_[input];
    }
    for (const Node* root : roots_) uses_[static_cast<std::size_t>(walk_.position(*root))] = 0;
    held_.clear();
    for (std::uint32_t i = 0; i < walk_.size(); ++i) {
        const Node& node = walk_[i];
        if (pending(node) && node.held_beyond(uses_[i])) held_.push_back(i);
    }
}

// A view shows another node's array; it need not be able to compute one.
void Interpreter::find_arrays() {
    arrays_.resize(walk_.size());
    for (std::uint32_t i = 0; i < walk_.size(); ++i) {
        const Node& node = walk_[i];
        arrays_[i] = i;
        if (!pending(node) || node.op->form() != Op::Form::view) continue;
        const std::uint32_t array = arrays_[walk_.inputs(i)[0]];
        // A leaf scalar lives in its node: there is no buffer to share.
        if (pending(walk_[array]) || walk_[array].buffer) arrays_[i] = array;
    }
}

void Interpreter::find_places() {
    kept_.assign(walk_.size(), Buffer());
    for (const std::uint32_t i : held_) {
        const std::uint32_t array = arrays_[i];
        if (walk_[i].spec.shape.empty() || !pending(walk_[array]) || kept_[array]) continue;
        kept_[array] = Buffer::allocate(walk_[array].spec.bytes());
    }
    std::size_t bytes = 0;
    for (const Node* node : walk_.nodes()) bytes += pending(*node) ? room_for(node->spec) : 0;
    ensure_capacity(workspace_, bytes);
    ensure_capacity(stretched_, 3 * stretched_bytes);
    auto* next = static_cast<std::byte*>(workspace_.data());
    data_.resize(walk_.size());
    for (std::uint32_t i = 0; i < walk_.size(); ++i) {
        const Node& node = walk_[i];
        if (arrays_[i] != i) {
            data_[i] = data_[arrays_[i]];
        } else if (!pending(node)) {
            data_[i] = node.data;
        } else if (kept_[i]) {
            data_[i] = kept_[i].data();
        } else {
            data_[i] = next;
            next += room_for(node.spec);
        }
    }
}

void Interpreter::run() {
    find_arrays();
    find_held();
    find_places();
    const kernels::FlushDenormals flush;
    for (std::uint32_t i = 0; i < walk_.size(); ++i) {
        const Node& node = walk_[i];
        if (!pending(node) || arrays_[i] != i) continue;
        with_scope_context(node.scope, [&] { compute(i); });
    }
    publish();
}

void Interpreter::compute(std::uint32_t i) {
    const Node& node = walk_[i];
    const auto inputs = walk_.inputs(i);
    views_.clear();
    for (const std::uint32_t input : inputs) views_.push_back({data_[input], walk_[input].spec});
    const View out{data_[i], node.spec};
    if (node.op->form() != Op::Form::pointwise) return node.op->eval(views_, out);

    auto* room = static_cast<std::byte*>(stretched_.data());
    for (ConstView& view : views_) {
        if (view.spec.shape != out.spec.shape) {
            const View whole{room, {out.spec.shape, view.spec.dtype}};
            kernels::broadcast(view, whole);
            view = {whole.data, whole.spec};
        }
        room += stretched_bytes;
    }
    node.op->eval(views_, out);
}

void Interpreter::publish() noexcept {
    for (const std::uint32_t i : held_) {
        const Node& node = walk_[i];
        if (node.spec.shape.empty()) {
            std::copy_n(static_cast<const std::byte*>(data_[i]), size_of(node.spec.dtype),
                        static_cast<std::byte*>(node.store_scalar()));
            continue;
        }
        const Buffer& own = kept_[arrays_[i]];
        node.buffer = own ? own : walk_[arrays_[i]].buffer;
        node.data = data_[i];
    }
    // Once all are known: the edges that go here count for `held`.
    for (const std::uint32_t i : held_) {
        const Node& node = walk_[i];
        if (node.has(Node::constant)) drop_inputs(node);
    }
}

void Interpreter::clear() noexcept {
    walk_.clear();
    roots_.clear();
    kept_.clear();
    release_if_large(workspace_);
}

}  // namespace shikumi::detail

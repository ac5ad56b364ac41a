// Node: one immutable entry of the expression graph, and the counting that keeps it alive.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <span>
#include <string>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi {

class Op;
struct Slot;

/// A thread's place in the reference counting: every node is biased to the thread that made it,
/// which counts its own handles without atomics (J. Choi, T. Shull, J. Torrellas, "Biased
/// reference counting", PACT 2018). 0 before the thread's first node.
extern thread_local constinit std::uint16_t current_thread_id;
/// The number of this thread's latest walk: what `Node::visit.mark` is compared with. A thread that
/// inherits another's nodes goes on from its number.
extern thread_local constinit std::uint32_t traversal_mark;

/// One operation applied to inputs, or a leaf with a value. Never changes once recorded, except
/// that a value is added when it is evaluated and that the inputs go when the graph is consumed.
///
/// Two cache lines: what walks and comparisons look at lies in the first.
struct alignas(64) Node {
    enum Flag : std::uint8_t {
        constant = 1,   ///< recorded under NoGrad: differentiation stops here
        consumed = 2,   ///< an evaluation with assignments took its inputs
        parameter = 4,  ///< a leaf that is the current value of a Parameter: `inputs_.slot`
        tail = 8,       ///< more than three inputs: `inputs_.many`
    };
    static constexpr std::uint16_t nobody = 0xFFFF;

    const Op* op = nullptr;  ///< null: a leaf

    std::uint32_t local = 1;              // handles counted by the owner
    std::atomic<std::int32_t> shared{0};  // handles counted by others, times 4, plus two flag bits
    std::atomic<std::uint16_t> owner;     // `nobody` once the two counts are one
    std::uint16_t home;                   // whose mailbox it goes to

    std::uint8_t flags = 0;
    std::uint8_t arity = 0;

    // One walk's bookkeeping, used by the owner's thread alone; the next dead node while dying.
    struct Visit {
        std::uint32_t mark, index;
    };
    union {
        Visit visit;
        Node* next;
    };
    void* data = nullptr;  ///< the value; null while it is pending
    Spec spec;

    union Inputs {
        Inputs() noexcept : slot(nullptr) {}
        ~Inputs() {}
        Tensor few[3];
        Tensor* many;
        Slot* slot;
    } inputs_;
    const std::string* scope = nullptr;  ///< the layer it was recorded in
    std::uint32_t weight = 0;  ///< size of the pending graph below, along its heaviest path
    alignas(8) std::byte scalar[8];
    Buffer buffer;  ///< holds the value; empty for a scalar, which lives in `scalar`

    Node() noexcept : owner(current_thread_id), home(current_thread_id), visit{0, 0} {}
    ~Node() = default;
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    bool has(Flag f) const noexcept { return (flags & f) != 0; }
    /// The inputs; none for a leaf.
    std::span<const Tensor> inputs() const noexcept { return const_cast<Node*>(this)->edges(); }
    /// The same for those who take them away.
    std::span<Tensor> edges() noexcept { return {has(tail) ? inputs_.many : inputs_.few, arity}; }
    Slot* slot() const noexcept { return has(parameter) ? inputs_.slot : nullptr; }
    /// Points `data` at the room that a scalar's value has in the node, and gives it.
    void* store_scalar() noexcept { return data = scalar; }

    bool mine() const noexcept {
        return owner.load(std::memory_order_relaxed) == current_thread_id;
    }
    /// Handles of all threads together. Exact only where no other thread changes its own now.
    std::int64_t handles() const noexcept {
        return static_cast<std::int64_t>(local) + (shared.load(std::memory_order_acquire) >> 2);
    }
    /// Whether somebody holds it beside so many edges of a graph. Another thread's count can't be
    /// read exactly: taken as held.
    bool held_beyond(std::int64_t edges) const noexcept { return !mine() || handles() > edges; }
};

namespace detail {
/// Room for a node.
union Cell {
    Cell* next;
    alignas(Node) std::byte bytes[sizeof(Node)];
};
/// This thread's cells for new nodes; none where it has no place in the counting.
extern thread_local constinit Cell* free_cells;
/// This thread's share of the nodes alive, not yet told to the others.
extern thread_local constinit std::int64_t born;
Node* new_node_elsewhere();
}  // namespace detail

/// A fresh node with one handle, which the caller owns (see `Tensor::adopt`).
inline Node* new_node() {
    detail::Cell* cell = detail::free_cells;
    if (!cell) [[unlikely]]
        return detail::new_node_elsewhere();
    detail::free_cells = cell->next;
    ++detail::born;
    return new (cell) Node;
}
/// Lets go of the inputs: the node becomes a leaf. Its value must be known.
void drop_inputs(Node& node) noexcept;
/// Sets `node.weight` from its own size and the heaviest pending input's weight.
inline void weigh(Node& node, std::uint32_t below) noexcept {
    // 16,384 elements weigh as much as a node, and no single node more than a whole heavy graph.
    constexpr std::uint64_t unit = 1 << 14, most = 4096;
    const auto size = static_cast<std::uint64_t>(node.spec.size());
    const std::uint64_t own = size < unit ? 1 : size < unit * most ? 1 + size / unit : most;
    node.weight =
        below > ~std::uint32_t{most} ? ~std::uint32_t{0} : below + static_cast<std::uint32_t>(own);
}
/// Frees what other threads have let go of; called at evaluations.
void collect_released() noexcept;
/// Nodes alive in the whole process, without those that threads keep for reuse: what tests of leaks
/// look at.
std::int64_t live_nodes() noexcept;
/// Says that this thread keeps so many more of its nodes for reuse, or fewer.
void keep_nodes(int more) noexcept;

namespace detail {
void retain_shared(Node* node) noexcept;
bool release_shared(Node* node) noexcept;
bool release_last_local(Node* node) noexcept;
void destroy(Node* node) noexcept;

inline void add_handle(Node* node) noexcept {
    if (node->mine())
        ++node->local;
    else
        retain_shared(node);
}
/// True where the last handle went.
inline bool drop_handle(Node* node) noexcept {
    if (!node->mine()) return release_shared(node);
    if (--node->local != 0) return false;
    // No other thread ever held it, or all have let go.
    return node->shared.load(std::memory_order_acquire) == 0 || release_last_local(node);
}
}  // namespace detail

inline Tensor::Tensor(const Tensor& other) noexcept : node_(other.node_) {
    if (node_) detail::add_handle(node_);
}
inline Tensor::~Tensor() {
    if (node_ && detail::drop_handle(node_)) detail::destroy(node_);
}
inline Tensor Tensor::of(const Node* node) noexcept {
    Tensor t;
    t.node_ = const_cast<Node*>(node);
    if (node) detail::add_handle(t.node_);
    return t;
}
inline const Spec& Tensor::spec() const {
    if (!node_) [[unlikely]]
        refuse_empty();
    return node_->spec;
}

}  // namespace shikumi

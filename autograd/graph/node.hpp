// Node: one entry of the expression graph, and the counting that keeps it alive.
//
// Handles are counted by the thread that made the node, without atomics ("biased"). To record and
// drop a node of two inputs takes 12.9 ns so, and 14.8 ns with plain atomic counts; with a node of
// the derivative beside each, 15.1 and 17.7 ns a node (AMD EPYC, g++ 12 -O2, medians of three
// runs).
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <span>
#include <string>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi {

class Op;

namespace detail {
struct ParameterState;
/// A thread's place in the reference counting: every node is biased to the thread that made it,
/// which counts its own handles without atomics (J. Choi, T. Shull, J. Torrellas, "Biased
/// reference counting", PACT 2018). 0 before the thread's first node.
extern thread_local constinit std::uint16_t current_thread_id;

/// The address of a value. Whoever sees one sees the value, too: threads may look while another one
/// publishes it.
class ValueAddress {
public:
    ValueAddress(void* address) noexcept : address_(address) {}
    ValueAddress& operator=(void* address) noexcept {
        address_.store(address, std::memory_order_release);
        return *this;
    }
    void* get() const noexcept { return address_.load(std::memory_order_acquire); }
    operator void*() const noexcept { return get(); }

private:
    std::atomic<void*> address_;
};
}  // namespace detail

/// One operation applied to inputs, or a leaf with a value.
///
/// Whoever has a handle sees it as const: shape, dtype and scope never change. What is `mutable`
/// belongs to the engine: reference counts, marks of traversals, the value, which an evaluation
/// adds, and operation and inputs, which go when the graph is consumed. Other threads look at
/// operation and inputs under `detail::ForeignGraphs` alone.
///
/// Two cache lines. The first one holds everything that traversals and comparisons read.
struct alignas(64) Node {
    /// Properties of a node.
    enum Flag : std::uint8_t {
        constant = 1,   ///< recorded under NoGrad: differentiation stops here
        consumed = 2,   ///< an evaluation with assignments took its inputs
        parameter = 4,  ///< a leaf that is the current value of a Parameter: `inputs_.parameter`
        tail = 8,       ///< more than three inputs: `inputs_.many`
        former = 16,    ///< a leaf that was the value of a Parameter: `inputs_.former`
    };
    /// A value of `owner`.
    static constexpr std::uint16_t nobody = 0xFFFF;

    mutable const Op* op = nullptr;  ///< null: a leaf

    mutable std::atomic<std::int64_t> shared{
        0};                                    ///< handles of others, times 4, plus two flag bits
    mutable std::uint32_t local = 1;           ///< handles counted by the owner
    mutable std::uint32_t visit = ~0U;         ///< position in the owner's latest traversal
    mutable std::atomic<std::uint16_t> owner;  ///< `nobody` once the two counts are one
    std::uint16_t home;                        ///< whose mailbox it goes to
    mutable std::atomic<std::uint8_t> flags = 0;  ///< of Flag
    mutable std::uint8_t arity = 0;               ///< number of inputs

    mutable detail::ValueAddress data = nullptr;  ///< the value; null while it is pending
    Spec spec;                                    ///< of the value

    /// Where the inputs are, or whose value a leaf is.
    union Inputs {
        Inputs() noexcept : parameter(nullptr) {}
        ~Inputs() {}
        Tensor few[3];                      ///< up to three inputs
        Tensor* many;                       ///< with Flag::tail
        detail::ParameterState* parameter;  ///< with Flag::parameter
        std::uint64_t former;               ///< with Flag::former: the Parameter's number
    };
    mutable Inputs inputs_;              ///< see `inputs` and `parameter_state`
    const std::string* scope = nullptr;  ///< the layer it was recorded in
    mutable std::uint32_t weight = 0;    ///< size of the pending graph below, on its heaviest path
    union {
        alignas(8) mutable std::byte scalar[8];  ///< the value where it is a scalar
        mutable const Node* next;                ///< while it dies: the next dead node
    };
    mutable Buffer buffer;  ///< the value where it is none; else empty

    Node() noexcept : owner(detail::current_thread_id), home(detail::current_thread_id) {}
    ~Node() = default;
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;
    /// From the thread's free cells, of which there must be one: see `detail::new_node`.
    static inline void* operator new(std::size_t) noexcept;
    /// Back to the thread's free cells.
    static inline void operator delete(void* node) noexcept;

    /// Whether `f` is set.
    bool has(Flag f) const noexcept { return (flags.load(std::memory_order_relaxed) & f) != 0; }
    /// Sets `f`. No two threads change flags at once, but others may look at them.
    void raise(Flag f) const noexcept {
        flags.store(static_cast<std::uint8_t>(flags.load(std::memory_order_relaxed) | f),
                    std::memory_order_relaxed);
    }
    /// Takes `f` back.
    void lower(Flag f) const noexcept {
        flags.store(static_cast<std::uint8_t>(flags.load(std::memory_order_relaxed) & ~f),
                    std::memory_order_relaxed);
    }
    /// Whether it has an operation; for threads that may not look at it yet.
    bool recorded() const noexcept {
        return std::atomic_ref(op).load(std::memory_order_relaxed) != nullptr;
    }
    /// The first byte of the value.
    std::byte* bytes() const noexcept { return static_cast<std::byte*>(data.get()); }
    /// The inputs; none for a leaf.
    std::span<const Tensor> inputs() const noexcept { return edges(); }
    /// The inputs, for the engine, which takes them away.
    std::span<Tensor> edges() const noexcept {
        return {has(tail) ? inputs_.many : inputs_.few, arity};
    }
    /// Whose current value this leaf is; null where it is no parameter's.
    detail::ParameterState* parameter_state() const noexcept {
        return has(parameter) ? inputs_.parameter : nullptr;
    }
    /// The number of the Parameter whose value this leaf was before another was assigned; 0 where
    /// it was none's.
    std::uint64_t former_of() const noexcept { return has(former) ? inputs_.former : 0; }
    /// Points `data` at the room that a scalar's value has in the node, and gives it.
    void* store_scalar() const noexcept {
        data = scalar;
        return scalar;
    }

    /// Whether this thread counts its handles without atomics.
    bool mine() const noexcept {
        return owner.load(std::memory_order_relaxed) == detail::current_thread_id;
    }
    /// Whether this thread alone changes its place in the graph: it has recorded the node, or has
    /// taken over the place of the thread that did.
    bool at_home() const noexcept { return home == detail::current_thread_id; }
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
/// `new_node` where the thread has no free cell.
Node* new_node_elsewhere();
/// Makes room for this thread's next `count` nodes: they take no memory.
void reserve_nodes(std::size_t count);
/// Where a thread without a place in the counting has destroyed a node.
void share_cells() noexcept;

/// A fresh node with one handle, which the caller owns (see `Tensor::adopt`).
inline Node* new_node() {
    if (!free_cells) [[unlikely]]
        return new_node_elsewhere();
    return new Node;
}
/// Lets go of the inputs: the node becomes a leaf. Its value must be known.
void drop_inputs(const Node& node) noexcept;
/// Sets `node.weight` from its own size and the heaviest pending input's weight.
inline void weigh(const Node& node, std::uint32_t below) noexcept {
    // 16,384 elements weigh as much as a node, and no single node more than a whole heavy graph.
    constexpr std::uint64_t unit = 1 << 14, most = 4096;
    const auto size = static_cast<std::uint64_t>(node.spec.size());
    const std::uint64_t own = size < unit ? 1 : size < unit * most ? 1 + size / unit : most;
    node.weight =
        below > ~std::uint32_t{most} ? ~std::uint32_t{0} : below + static_cast<std::uint32_t>(own);
}
/// Frees this thread's nodes whose last handles other threads have dropped; called at evaluations.
void collect_released() noexcept;
/// Number of nodes alive in the whole process, without those that threads keep for reuse. Tests of
/// leaks compare it.
std::int64_t live_nodes() noexcept;
/// Says that this thread keeps so many more of its nodes for reuse, or fewer.
void keep_nodes(int more) noexcept;

}  // namespace detail

inline void* Node::operator new(std::size_t) noexcept {
    detail::Cell* const cell = detail::free_cells;
    detail::free_cells = cell->next;
    ++detail::born;
    return cell;
}
inline void Node::operator delete(void* node) noexcept {
    auto* const cell = static_cast<detail::Cell*>(node);
    cell->next = detail::free_cells;
    detail::free_cells = cell;
    --detail::born;
    if (detail::current_thread_id == 0) [[unlikely]]
        detail::share_cells();
}

namespace detail {
/// Adds an edge from a node that this thread records to one that it doesn't own. Where another
/// thread's is pending, it is evaluated: a pending graph is recorded by one thread.
void hold_foreign(const Node& node);
/// The counting where an owner's plain count will not do.
void retain_shared(const Node* node) noexcept;
bool release_shared(const Node* node) noexcept;
bool release_last_local(const Node* node) noexcept;
void destroy(const Node* node) noexcept;

inline void add_handle(const Node* node) noexcept {
    if (node->mine())
        ++node->local;
    else
        retain_shared(node);
}
/// True where the last handle went.
inline bool drop_handle(const Node* node) noexcept {
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
    t.node_ = node;
    if (node) detail::add_handle(node);
    return t;
}
inline const Spec& Tensor::spec() const {
    if (!node_) [[unlikely]]
        refuse_empty();
    return node_->spec;
}

}  // namespace shikumi

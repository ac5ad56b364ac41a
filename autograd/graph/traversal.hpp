// A traversal of the expression graph: an order of its nodes, and the edges as numbers.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include <shikumi/autograd/graph/graph_locks.hpp>
#include <shikumi/autograd/graph/node.hpp>

namespace shikumi::detail {

/// The nodes below some roots, inputs before consumers, each once. Iterative, so any depth will do.
/// Where it goes down into nodes that other threads have recorded, nobody else works on their
/// graphs until `clear`.
class Traversal {
public:
    /// Goes down from `roots` (null ones are left out) into the inputs of every node for which
    /// `descend(node)` holds; the others are part of the walk, as its leaves.
    template <class Descend>
    void run(std::span<const Node* const> roots, Descend&& descend) {
        clear();
        thread_ = current_thread_id;
        for (const Node* root : roots) {
            if (root) visit(*root, descend);
        }
    }

    std::uint32_t size() const noexcept { return size_; }
    const Node& operator[](std::uint32_t i) const noexcept { return *nodes_[i]; }
    std::span<const Node* const> nodes() const noexcept { return nodes_; }
    /// Positions of node i's inputs; none for the walk's leaves.
    std::span<const std::uint32_t> inputs(std::uint32_t i) const noexcept {
        return {edges_.data() + first_edge_[i], first_edge_[i + 1] - first_edge_[i]};
    }
    bool is_leaf(std::uint32_t i) const noexcept { return first_edge_[i] == first_edge_[i + 1]; }
    /// Position of `node`, or -1. Right only until this thread's next walk.
    std::int64_t position(const Node& node) const noexcept {
        const std::uint32_t* index = find(node);
        return index ? std::int64_t{*index} : -1;
    }
    /// Forgets the nodes; memory stays for the next run.
    void clear() noexcept;
    std::size_t capacity() const noexcept { return nodes_.capacity(); }

private:
    struct Open {
        const Node* node;
        std::uint32_t next;
    };

    bool mine(const Node& node) const noexcept {
        return node.owner.load(std::memory_order_relaxed) == thread_;
    }
    // Own nodes know their position, and the list of nodes tells whether it is one in this walk (P.
    // Briggs, L. Torczon, "An efficient representation for sparse sets", 1993). Another thread's
    // are in a table, since it may be walking too. A node is not met again before it is in the
    // list: nothing below it leads to it.
    bool has(const Node& own) const noexcept {
        return own.visit < size_ && nodes_[own.visit] == &own;
    }
    const std::uint32_t* find(const Node& node) const noexcept {
        if (!mine(node)) [[unlikely]]
            return find_other(node);
        return has(node) ? &node.visit : nullptr;
    }
    // Of a node that is known to have one.
    std::uint32_t position_of(const Node& node) const noexcept {
        return mine(node) ? node.visit : *find_other(node);
    }
    const std::uint32_t* find_other(const Node& node) const noexcept;
    void mark_other(const Node& node);

    void add(const Node& node) {
        if (mine(node)) [[likely]]
            node.visit = size_;
        else
            mark_other(node);
        nodes_.push_back(&node);
        first_edge_.push_back(static_cast<std::uint32_t>(edges_.size()));
        ++size_;
    }

    // Takes a node as a leaf, or opens it; unless that has been done. A call would cost more than
    // what it does.
    template <class Descend>
    [[gnu::always_inline]] void enter(const Node& node, Descend& descend) {
        if (!mine(node)) [[unlikely]]
            return enter_other(node, descend);
        if (has(node)) return;
        if (!descend(node) || node.arity == 0) return add(node);
        stack_.push_back({&node, 0});
    }
    template <class Descend>
    void enter_other(const Node& node, Descend& descend) {
        if (find_other(node)) return;
        if (!descend(node)) return add(node);
        if (!node.at_home()) {
            foreign_.enter(node.home);
            if (!descend(node)) return add(node);
        }
        if (node.arity == 0) return add(node);
        stack_.push_back({&node, 0});
    }

    // A function of its own, so that its loop has the registers.
    template <class Descend>
    [[gnu::noinline]] void visit(const Node& root, Descend& descend) {
        enter(root, descend);
        while (!stack_.empty()) {
            Open& frame = stack_.back();
            const Node& node = *frame.node;
            if (frame.next < node.arity) {
                enter(*node.inputs()[frame.next++].node(), descend);
                continue;
            }
            stack_.pop_back();
            for (const Tensor& input : node.inputs()) edges_.push_back(position_of(*input.node()));
            add(node);
        }
    }

    std::uint32_t size_ = 0;    // of nodes_
    std::uint16_t thread_ = 0;  // whoever walks
    std::vector<const Node*> nodes_;
    std::vector<std::uint32_t> edges_;
    std::vector<std::uint32_t> first_edge_{0};
    std::vector<Open> stack_;
    std::unordered_map<const Node*, std::uint32_t> others_;
    ForeignGraphs foreign_;
};

}  // namespace shikumi::detail

#include <shikumi/autograd/evaluate/run/interpreter.hpp>

#include <algorithm>

#include <shikumi/autograd/core/error.hpp>
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
// For such an array of any dtype, and for those of a pointwise operation.
constexpr std::size_t broadcast_bytes = small_array * sizeof(double);
constexpr std::size_t most_broadcasts = 3;

std::size_t room_for(const Spec& spec) noexcept {
    return (spec.bytes() + Buffer::alignment - 1) / Buffer::alignment * Buffer::alignment;
}

// Of all values together, as if none of them left the evaluation.
std::size_t workspace_bytes(const PendingGraph& graph) noexcept {
    std::size_t bytes = 0;
    for (Position i = 0; i < graph.size(); ++i)
        bytes += graph.pending(i) ? room_for(graph[i].spec) : 0;
    return bytes;
}

Buffer buffer_for(const Node& node) try {
    return Buffer::allocate(node.spec.bytes());
} catch (MemoryError& error) {
    error.add_context(sentence("for ", node.op->name(), ", which gives ", node.spec));
    throw;
}

std::byte* plus(void* address, std::size_t bytes) noexcept {
    return static_cast<std::byte*>(address) + bytes;
}

}  // namespace

bool Interpreter::suits(const PendingGraph& graph) noexcept {
    for (Position i = 0; i < graph.size(); ++i) {
        if (graph.pending(i) && (!graph[i].op || graph[i].spec.size() > small_array)) return false;
    }
    return workspace_bytes(graph) <= small_graph;
}

void Interpreter::run(const PendingGraph& graph) {
    take_memory(graph);
    const kernels::FlushDenormals flush;
    for (Position i = 0; i < graph.size(); ++i) {
        // A view shows another node's array; it need not be able to compute one.
        if (!graph.pending(i) || graph.array(i) != i) continue;
        compute(graph, i);
    }
    publish(graph);
}

void Interpreter::take_memory(const PendingGraph& graph) {
    outputs_.clear();
    output_buffers_.assign(graph.size(), Buffer());
    for (Position i = 0; i < graph.size(); ++i) {
        if (!graph.is_output(i)) continue;
        outputs_.push_back(i);
        const Position array = graph.array(i);
        if (graph[i].spec.shape.empty() || !graph.pending(array)) continue;
        if (!output_buffers_[array]) output_buffers_[array] = buffer_for(graph[array]);
    }
    ensure_capacity(workspace_, workspace_bytes(graph));
    ensure_capacity(broadcasts_, most_broadcasts * broadcast_bytes);
    auto* next = static_cast<std::byte*>(workspace_.data());
    data_.resize(graph.size());
    for (Position i = 0; i < graph.size(); ++i) {
        if (graph.array(i) != i) {
            data_[i] = plus(data_[graph.array(i)], graph.offset(i));
        } else if (!graph.pending(i)) {
            data_[i] = graph[i].data;
        } else if (output_buffers_[i]) {
            data_[i] = output_buffers_[i].data();
        } else {
            data_[i] = next;
            next += room_for(graph[i].spec);
        }
    }
}

void Interpreter::compute(const PendingGraph& graph, Position i) try {
    const Node& node = graph[i];
    views_.clear();
    for (const Position input : graph.inputs(i))
        views_.push_back({data_[input], graph[input].spec});
    if (node.op->form() == Op::Form::pointwise) expand_broadcasts(node.spec.shape);
    node.op->eval(views_, {data_[i], node.spec});
} catch (Error& error) {
    add_scope_context(error, graph[i].scope);
    throw;
}

// A kernel of a pointwise operation wants inputs of the output's shape.
void Interpreter::expand_broadcasts(const Shape& shape) {
    auto* room = static_cast<std::byte*>(broadcasts_.data());
    for (ConstView& view : views_) {
        if (view.spec.shape != shape) {
            const View whole{room, {shape, view.spec.dtype}};
            kernels::broadcast(view, whole);
            view = {whole.data, whole.spec};
        }
        room += broadcast_bytes;
    }
}

void Interpreter::publish(const PendingGraph& graph) noexcept {
    for (const Position i : outputs_) {
        const Node& node = graph[i];
        if (node.spec.shape.empty()) {
            std::copy_n(static_cast<const std::byte*>(data_[i]), size_of(node.spec.dtype),
                        node.scalar);
            node.store_scalar();
            continue;
        }
        const Buffer& own = output_buffers_[graph.array(i)];
        node.buffer = own ? own : graph[graph.array(i)].buffer;
        node.data = data_[i];
    }
    // Only now: with its inputs a node may let others go.
    for (const Position i : outputs_) {
        if (graph[i].has(Node::constant) && graph[i].at_home()) drop_inputs(graph[i]);
    }
}

void Interpreter::release() noexcept {
    output_buffers_.clear();
    release_if_large(workspace_);
}

}  // namespace shikumi::detail

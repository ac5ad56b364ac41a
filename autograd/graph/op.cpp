#include <shikumi/autograd/graph/op.hpp>

#include <algorithm>
#include <bit>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>

#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/node.hpp>
#include <shikumi/autograd/memory/thread_object.hpp>

namespace shikumi {

thread_local constinit detail::RecordingState detail::recording;

namespace {

using detail::recording;

// From this weight on a pending graph is searched for parts that can be evaluated and dropped.
constexpr std::uint32_t heavy = 4096;

}  // namespace

kernels::Prepared Op::prepare(Specs, const Spec&) const { return {}; }

Tensor Op::batched(const MappedInputs&) const { return {}; }

std::size_t Op::view_offset(Specs) const noexcept { return 0; }

double Op::flops(Specs, const Spec&) const noexcept { return 0; }

double Pointwise::flops(Specs, const Spec& out) const noexcept {
    return static_cast<double>(out.size());
}

void Pointwise::eval(ConstViews in, View out) const {
    std::array<const Spec*, 3> specs{};
    for (std::size_t i = 0; i < in.size(); ++i) specs[i] = &in[i].spec;
    kernel(std::span(specs.data(), in.size()))
        .full(out.size(), out.data, in[0].data, in.size() > 1 ? in[1].data : nullptr,
              in.size() > 2 ? in[2].data : nullptr);
}

namespace {

// Takes a handle on the next input for `node`, gives its spec, and raises `below` to its weight.
inline const Spec* hold(Node& node, Tensor* place, const Node* input, std::uint32_t& below) {
    if (!input) [[unlikely]]
        fail<StateError>(node.op->name(), "input ", int{node.arity},
                         " is an empty Tensor (default-constructed or moved from)");
    if (input->mine()) [[likely]]
        ++input->local;
    else
        detail::hold_foreign(*input);
    new (place) Tensor(Tensor::adopt(input));
    ++node.arity;
    if (!input->data) below = std::max(below, input->weight);
    return &input->spec;
}

inline Node& begun(const Op& op) try {
    Node& node = *detail::new_node();
    node.op = &op;
    node.scope = recording.scope;
    if (recording.no_grad) node.raise(Node::constant);
    return node;
} catch (...) {
    op.release();  // no node has taken over the count
    throw;
}

void evaluate_fresh(const Tensor& tensor) { evaluate(tensor); }

inline void finish(Node& node, const Tensor& tensor, Specs specs, std::uint32_t below) {
    new (&node.spec) Spec(node.op->infer(specs));
    detail::weigh(node, below);
    if (recording.eager) return (recording.evaluate ? recording.evaluate : evaluate_fresh)(tensor);
    // At each doubling, so that a graph that can't be folded is not looked at again and again.
    if (node.weight >= heavy && std::bit_width(node.weight) > std::bit_width(below))
        detail::fold_pending(tensor);
}

}  // namespace

namespace detail {

RecentOps* recent_ops(const void* type) {
    auto* const by_type = thread_object<std::unordered_map<const void*, RecentOps>>();
    return by_type ? &(*by_type)[type] : nullptr;
}

template <std::size_t inputs>
requires(inputs <= 3) Tensor record(const Op& op, const std::array<const Node*, inputs>& in) {
    Node& node = begun(op);
    Tensor tensor = Tensor::adopt(&node);  // lets go of what the node holds, whatever happens
    std::array<const Spec*, inputs> specs;
    std::uint32_t below = 0;
    [&]<std::size_t... i>(std::index_sequence<i...>) {
        (..., (specs[i] = hold(node, &node.inputs_.few[i], in[i], below)));
    }
    (std::make_index_sequence<inputs>());
    finish(node, tensor, specs, below);
    return tensor;
}
template Tensor record(const Op& op, const std::array<const Node*, 1>& in);
template Tensor record(const Op& op, const std::array<const Node*, 2>& in);
template Tensor record(const Op& op, const std::array<const Node*, 3>& in);

Tensor record(const Op& op, std::span<const Node* const> in) {
    Node& node = begun(op);
    Tensor tensor = Tensor::adopt(&node);
    if (in.size() > 0xFF) fail<ValueError>(op.name(), "at most 255 inputs, got ", in.size());
    Tensor* places = node.inputs_.few;
    if (in.size() > std::size(node.inputs_.few)) {
        places = node.inputs_.many = new Tensor[in.size()];
        node.raise(Node::tail);
    }
    std::vector<const Spec*> specs(in.size());
    std::uint32_t below = 0;
    for (std::size_t i = 0; i < in.size(); ++i) specs[i] = hold(node, places + i, in[i], below);
    finish(node, tensor, specs, below);
    return tensor;
}

}  // namespace detail

DType common_dtype(std::string_view op, Specs in) {
    const DType first = in[0].dtype;
    for (std::size_t i = 1; i < in.size(); ++i) {
        if (in[i].dtype != first)
            fail<DTypeError>(op, "mixed dtypes ", in[0], " and ", in[i], ": convert the ",
                             first < in[i].dtype ? first : in[i].dtype, " with .cast(",
                             wider(first, in[i].dtype), ")");
    }
    return first;
}

Spec pointwise_spec(std::string_view op, Specs in) {
    const DType dtype = in[0].dtype;
    Shape shape = in[0].shape;
    for (std::size_t i = 1; i < in.size(); ++i) {
        if (in[i].dtype != dtype) common_dtype(op, in);
        if (in[i].shape != shape) shape = broadcast(op, shape, in[i].shape);
    }
    return {shape, dtype};
}

Spec floating_spec(std::string_view op, Specs in) {
    const Spec spec = pointwise_spec(op, in);
    if (!is_floating(spec.dtype))
        fail<DTypeError>(op, "wants f32 or f64, got ", in[0], ": convert it with .cast(f32)");
    return spec;
}

Spec numeric_spec(std::string_view op, Specs in) {
    const Spec spec = pointwise_spec(op, in);
    if (spec.dtype == bool_)
        fail<DTypeError>(op, "wants numbers, got ", in[0], ": convert it with .cast(f32)");
    return spec;
}

namespace {

const std::string* interned_path(const std::string* outer, std::string_view name) {
    // Leaked on purpose: nodes point at their scope's name for as long as they live.
    static auto& mutex = *new std::mutex;
    static auto& names = *new std::set<std::string, std::less<>>;
    std::string path = outer ? *outer + "/" : "";
    path += name;
    const std::lock_guard lock(mutex);
    return &*names.insert(std::move(path)).first;
}

}  // namespace

Scope::Scope(std::string_view name) : before_(recording.scope) {
    recording.scope = interned_path(before_, name);
}
Scope::Scope(std::string_view name, Known& known) : before_(recording.scope) {
    if (!known.path || known.outer != before_) known = {before_, interned_path(before_, name)};
    recording.scope = known.path;
}

}  // namespace shikumi

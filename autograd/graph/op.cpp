#include <shikumi/autograd/graph/op.hpp>

#include <algorithm>
#include <bit>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/node.hpp>

namespace shikumi {

namespace {

struct Recording {
    bool no_grad = false;
    bool eager = false;
    const std::string* scope = nullptr;
};
thread_local constinit Recording recording;

// A pending graph this heavy asks whether parts of it can be evaluated and let go of.
constexpr std::uint32_t heavy = 4096;

}  // namespace

kernels::Prepared Op::prepare(Specs, const Spec&) const { return {}; }

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

namespace detail {

Tensor record(const Op& op, std::span<Node* const> in) {
    const Tensor tensor = Tensor::adopt(new_node());
    Node& node = *tensor.node();
    node.op = &op;  // from here on the node lets go of what it holds, whatever happens
    constexpr std::size_t few = 3;
    std::array<const Spec*, few> few_specs;
    std::vector<const Spec*> many_specs;
    const Spec** specs = few_specs.data();
    if (in.size() > few) [[unlikely]] {
        if (in.size() > 0xFF) fail<ValueError>(op.name(), "at most 255 inputs, got ", in.size());
        many_specs.resize(in.size());
        specs = many_specs.data();
        node.inputs_.many = new Tensor[in.size()];
        node.flags |= Node::tail;
    }
    Tensor* const inputs = in.size() > few ? node.inputs_.many : node.inputs_.few;
    std::uint32_t below = 0;
    for (std::size_t i = 0; i < in.size(); ++i) {
        Node* const input = in[i];
        if (!input)
            fail<StateError>(op.name(), "input ", i,
                             " is an empty Tensor (default-constructed or moved from)");
        add_handle(input);
        new (&inputs[i]) Tensor(Tensor::adopt(input));
        ++node.arity;
        specs[i] = &input->spec;
        if (!input->data) below = std::max(below, input->weight);
    }
    node.spec = op.infer(std::span(specs, in.size()));
    node.scope = recording.scope;
    if (recording.no_grad) node.flags |= Node::constant;

    weigh(node, below);
    if (recording.eager) evaluate(tensor);
    // At each doubling, so that a graph that can't be folded is not looked at again and again.
    else if (node.weight >= heavy && std::bit_width(node.weight) > std::bit_width(below))
        fold_pending(tensor);
    return tensor;
}

}  // namespace detail

DType common_dtype(std::string_view op, Specs in) {
    const DType first = in[0].dtype;
    for (std::size_t i = 1; i < in.size(); ++i) {
        if (in[i].dtype != first)
            fail<DTypeError>(op, "mixed dtypes ", in[0], " and ", in[i],
                             ": convert one with .cast(", first, ")");
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

NoGrad::NoGrad() noexcept : before_(std::exchange(recording.no_grad, true)) {}
NoGrad::~NoGrad() { recording.no_grad = before_; }
Eager::Eager() noexcept : before_(std::exchange(recording.eager, true)) {}
Eager::~Eager() { recording.eager = before_; }
bool Eager::active() noexcept { return recording.eager; }

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
Scope::Scope(const std::string* path) noexcept
    : before_(std::exchange(recording.scope, path ? path : recording.scope)) {}
Scope::~Scope() { recording.scope = before_; }
const std::string* Scope::current() noexcept { return recording.scope; }

}  // namespace shikumi

#include <shikumi/autograd/transform/transform.hpp>

#include <algorithm>
#include <map>

#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/autograd/transform/pack.hpp>
#include <shikumi/autograd/transform/reverse.hpp>

namespace shikumi {

using namespace detail;

namespace {

void check_scalar(const Tensor& y) {
    if (!y.defined()) throw StateError("[grad] the function gave an empty Tensor");
    if (!is_floating(y.dtype()))
        fail<GradientError>("grad", "wants a floating scalar to differentiate, got ", y.spec(),
                            ": cast it to f32 or f64");
    if (y.size() != 1)
        fail<GradientError>("grad", "wants a scalar to differentiate, got ", y.spec(),
                            ": reduce it with sum or mean, or try jacobian");
    if (y.node()->has(Node::consumed))
        throw GradientError(
            "[grad] the graph of this tensor was consumed by an optimiser's step or in a captured "
            "function: record it again, or differentiate before that");
}

void check_floating(const Tensor& x) {
    if (!x.defined())
        throw StateError("[grad] wants a tensor to differentiate by, got an empty Tensor");
    if (!is_floating(x.dtype()))
        fail<GradientError>("grad", "can't differentiate by integers: got ", x.spec(),
                            ", wanted f32 or f64 (cast it first)");
}

void check_like(std::string_view what, const Tensor& t, const Tensor& x) {
    if (!t.defined() || t.spec() != x.spec())
        fail<GradientError>(what, "wants ", x.spec(), ", got ",
                            t.defined() ? to_string(t.spec()) : "an empty Tensor");
}

// What x is inside a transform: a node of its own, so that nested transforms of the same tensor
// don't mix their derivatives up.
Tensor variable(const Tensor& x) {
    check_floating(x);
    return identity(x);
}

std::vector<Tensor> variables(const std::vector<Tensor>& x) {
    std::vector<Tensor> out;
    for (const Tensor& t : x) out.push_back(variable(t));
    return out;
}

// The product with the transposed Jacobian is linear in the cotangent: its own derivative by the
// cotangent is the product with the Jacobian.
Tensor jvp_by_vjp(const Node& node, const Tensor& out, Tensors tangents) {
    const Tensor cotangent = identity(zeros_like(out));
    Tensor total;
    for (std::size_t i = 0; i < tangents.size(); ++i) {
        if (!tangents[i].defined()) continue;
        const Tensor pulled = node.op->vjp(static_cast<int>(i), node.inputs(), out, cotangent);
        if (!pulled.defined()) continue;
        const Tensor fit = fitted(pulled, node.inputs()[i].spec(), *node.op, "cotangent");
        const Tensor term = vjp(fit, {cotangent}, tangents[i])[0];
        total = total.defined() ? total + term : term;
    }
    return total;
}

// The i-th unit vector, in the shape and dtype of x.
Tensor unit(const Tensor& x, Index i) {
    return reshape(cast(equal(arange(x.size()), i), x.dtype()), x.shape());
}

Shape joined(const Shape& a, const Shape& b) {
    Shape::Sizes sizes = a.sizes();
    for (const Index s : b.sizes()) sizes.push_back(s);
    return Shape(sizes);
}

}  // namespace

std::vector<Tensor> vjp(const Tensor& y, const std::vector<Tensor>& wrt, const Tensor& cotangent) {
    check_like("vjp", cotangent, y);
    for (const Tensor& x : wrt) check_floating(x);
    const ThreadCache<Reverse> reverse;
    const Node* const only = wrt.size() == 1 ? wrt[0].node() : nullptr;
    reverse->walk_from(y, [&](const Node& node) { return &node == only; });
    for (const Tensor& x : wrt) {
        const std::int64_t position = reverse->walk.position(*x.node());
        reverse->targets.push_back(position);
        if (position >= 0) reverse->want(static_cast<std::uint32_t>(position));
    }
    reverse->propagate(cotangent);

    std::vector<Tensor> found(wrt.size());
    bool any = false;
    for (std::size_t k = 0; k < wrt.size(); ++k) {
        if (reverse->targets[k] < 0) continue;
        found[k] = reverse->cotangents[static_cast<std::size_t>(reverse->targets[k])];
        any = any || found[k].defined();
    }
    if (!any) {
        for (const Node* node : reverse->walk.nodes()) {
            if (node->has(Node::consumed))
                throw GradientError(
                    "[grad] no path leads to the tensors asked for, and part of the graph was "
                    "consumed by an optimiser's step or in a captured function: record it again");
        }
    }
    for (std::size_t k = 0; k < wrt.size(); ++k) {
        if (!found[k].defined()) found[k] = zeros_like(wrt[k]);
    }
    return found;
}

std::vector<Tensor> grad(const Tensor& y, const std::vector<Tensor>& wrt) {
    check_scalar(y);
    return vjp(y, wrt, ones_like(y));
}

Tensor jvp(const Tensor& y, const std::vector<Tensor>& wrt, const std::vector<Tensor>& tangents) {
    if (wrt.size() != tangents.size())
        fail<GradientError>("jvp", "wants one tangent for each of ", wrt.size(), " tensors, got ",
                            tangents.size());
    for (std::size_t k = 0; k < wrt.size(); ++k) {
        check_floating(wrt[k]);
        check_like("jvp", tangents[k], wrt[k]);
    }
    const auto target = [&](const Node& node) {
        return std::find_if(wrt.begin(), wrt.end(),
                            [&](const Tensor& x) { return x.node() == &node; }) -
               wrt.begin();
    };
    const auto given = static_cast<std::ptrdiff_t>(wrt.size());
    Traversal walk;
    const Node* const root = y.node();
    walk.run({&root, 1}, [&](const Node& node) {
        return node.op != nullptr && !node.has(Node::constant) && target(node) == given;
    });
    std::vector<Tensor> tangent(walk.size());
    std::map<std::uint32_t, std::vector<Tensor>> of_outputs;  // by the position of the pack
    std::vector<Tensor> of_inputs;
    for (std::uint32_t i = 0; i < walk.size(); ++i) {
        const Node& node = walk[i];
        if (const auto k = target(node); k != given) {
            tangent[i] = tangents[static_cast<std::size_t>(k)];
            continue;
        }
        of_inputs.clear();
        bool any = false;
        for (const std::uint32_t input : walk.inputs(i)) {
            of_inputs.push_back(tangent[input]);
            any = any || tangent[input].defined();
        }
        if (!any) {
            if (of_outputs.empty() || walk.is_leaf(i)) continue;
            if (const auto pack = of_outputs.find(walk.inputs(i)[0]); pack != of_outputs.end())
                tangent[i] = pack->second[output_number(node)];
            continue;
        }
        if (!is_floating(node.spec.dtype)) {
            if (multi_output(node)) of_outputs.emplace(i, push_forward(node, of_inputs));
            continue;
        }
        const Tensor out = Tensor::of(&node);
        Tensor t = node.op->jvp(node.inputs(), out, of_inputs);
        if (!t.defined()) t = jvp_by_vjp(node, out, of_inputs);
        if (t.defined()) tangent[i] = fitted(t, node.spec, *node.op, "tangent");
    }
    return tangent.back().defined() ? tangent.back() : zeros_like(y);
}

std::function<std::pair<Tensor, Tensor>(const Tensor&)> value_and_grad(Function f) {
    return [f = std::move(f)](const Tensor& x) {
        const Tensor v = variable(x);
        const Tensor y = f(v);
        return std::pair(y, grad(y, {v})[0]);
    };
}

std::function<std::pair<Tensor, std::vector<Tensor>>(const std::vector<Tensor>&)> value_and_grad(
    FunctionOfMany f) {
    return [f = std::move(f)](const std::vector<Tensor>& x) {
        const std::vector<Tensor> v = variables(x);
        const Tensor y = f(v);
        return std::pair(y, grad(y, v));
    };
}

Function grad(Function f) {
    return [g = value_and_grad(std::move(f))](const Tensor& x) { return g(x).second; };
}

std::function<std::vector<Tensor>(const std::vector<Tensor>&)> grad(FunctionOfMany f) {
    return [g = value_and_grad(std::move(f))](const std::vector<Tensor>& x) { return g(x).second; };
}

std::pair<Tensor, Tensor> vjp(const Function& f, const Tensor& x, const Tensor& cotangent) {
    const Tensor v = variable(x);
    const Tensor y = f(v);
    return {y, vjp(y, {v}, cotangent)[0]};
}

std::pair<Tensor, Tensor> jvp(const Function& f, const Tensor& x, const Tensor& tangent) {
    const Tensor v = variable(x);
    const Tensor y = f(v);
    return {y, jvp(y, {v}, {tangent})};
}

Function jacobian(Function f) {
    return [f = std::move(f)](const Tensor& x) {
        const Tensor v = variable(x);
        const Tensor y = f(v);
        check_floating(y);
        const Shape shape = joined(y.shape(), x.shape());
        if (shape.size() == 0) return zeros(shape, x.dtype());
        std::vector<Tensor> parts;
        if (y.size() <= x.size()) {  // a row for each output, in reverse
            for (Index i = 0; i < y.size(); ++i) parts.push_back(vjp(y, {v}, unit(y, i))[0]);
            return reshape(stack(parts), shape);
        }
        for (Index i = 0; i < x.size(); ++i)  // a column for each input, forwards
            parts.push_back(reshape(jvp(y, {v}, {unit(x, i)}), {-1}));
        return reshape(stack(parts, 1), shape);
    };
}

Function hessian(Function f) { return jacobian(grad(std::move(f))); }

Tensor hvp(const Function& f, const Tensor& x, const Tensor& v) {
    return jvp(grad(f), x, v).second;
}

void Tensor::backward() const {
    check_scalar(*this);
    const ThreadCache<Reverse> reverse;
    reverse->walk_from(*this, [](const Node&) { return false; });
    for (std::uint32_t i = 0; i < reverse->walk.size(); ++i) {
        const ParameterState* state = reverse->walk[i].parameter_state();
        if (state && state->trainable) reverse->want(i);
    }
    reverse->propagate(ones_like(*this));
    bool any = false;
    for (std::uint32_t i = 0; i < reverse->walk.size(); ++i) {
        if (!reverse->wanted(i) || !reverse->cotangents[i].defined()) continue;
        Tensor& gradient = reverse->walk[i].parameter_state()->gradient;
        gradient = gradient.defined() ? gradient + reverse->cotangents[i] : reverse->cotangents[i];
        any = true;
    }
    if (!any)
        throw GradientError(
            "[backward] the tensor depends on no trainable parameter's current value: was it "
            "recorded before "
            "the parameters changed, or under NoGrad?");
}

}  // namespace shikumi

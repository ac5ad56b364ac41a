#include <shikumi/autograd/transform/transform.hpp>

#include <map>

#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/autograd/graph/sole_recorder.hpp>
#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/transform/pack.hpp>
#include <shikumi/autograd/transform/reverse.hpp>

namespace shikumi {

using namespace detail;

namespace {

// `op` is the transform that the user called, as in all checks.
void check_scalar(std::string_view op, const Tensor& y) {
    if (!y.defined()) fail<StateError>(op, "the function gave an empty Tensor");
    if (!is_floating(y.dtype()))
        fail<GradientError>(op, "wants a floating scalar to differentiate, got ", y.spec(),
                            ": cast it to f32 or f64");
    if (y.size() != 1)
        fail<GradientError>(op, "wants a scalar to differentiate, got ", y.spec(),
                            ": reduce it with sum or mean, or try jacobian");
    if (y.node()->has(Node::consumed))
        fail<GradientError>(op,
                            "the graph of this tensor was consumed by an optimiser's step or in a "
                            "captured function: record it again, or differentiate before that");
}

void check_floating(std::string_view op, const Tensor& x) {
    if (!x.defined())
        fail<StateError>(op, "wants a tensor to differentiate by, got an empty Tensor");
    if (!is_floating(x.dtype()))
        fail<GradientError>(op, "can't differentiate by integers: got ", x.spec(),
                            ", wanted f32 or f64 (cast it first)");
}

void check_like(std::string_view op, std::string_view what, const Tensor& t, const Tensor& x) {
    if (!t.defined() || t.spec() != x.spec())
        fail<GradientError>(op, "wants a ", what, " ", x.spec(), ", got ",
                            t.defined() ? to_string(t.spec()) : "an empty Tensor");
}

void check_count(std::string_view op, std::size_t tangents, std::size_t tensors) {
    if (tangents != tensors)
        fail<GradientError>(op, "wants one tangent for each of ", tensors, " tensors, got ",
                            tangents);
}

// Refuses x where the graph knows it only as it was before an assignment: the derivative by the
// parameter would be 0 without a word.
void refuse_former(std::string_view op, const Traversal& walk, const Tensor& x) {
    const ParameterState* const current = x.node()->parameter_state();
    if (!current && !capturing()) return;
    for (const Node* node : walk.nodes()) {
        // While a function is captured, the old leaf keeps the parameter, whose value is to come.
        const ParameterState* const state = current ? current : node->parameter_state();
        if (!state || node == x.node()) continue;
        if (current ? node->former_of() == current->number : state->value.node() == x.node())
            fail<GradientError>(op, "parameter '", state->name,
                                "' was assigned after the graph was recorded, which holds its "
                                "former value: record it again");
    }
}

// What x is inside a transform: a node of its own, so that nested transforms of the same tensor
// don't mix their derivatives up.
std::vector<Tensor> variables(std::string_view op, const std::vector<Tensor>& x) {
    std::vector<Tensor> out;
    for (const Tensor& t : x) {
        check_floating(op, t);
        out.push_back(identity(t));
    }
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
        add_to(total, vjp(fit, {cotangent}, tangents[i])[0]);
    }
    return total;
}

// Tangents from the tensors that have one to y. A tensor's own is added to that which reaches it
// from others in the list, so that y's is Σ gradient · tangent.
class Forward {
public:
    Forward(std::string_view op, const Tensor& y, const std::vector<Tensor>& wrt,
            const std::vector<Tensor>& tangents)
        : y_(y) {
        const Node* const root = y.node();
        const Node* const only = wrt.size() == 1 ? wrt[0].node() : nullptr;
        walk_.run({&root, 1}, [&](const Node& node) {
            return node.recorded() && !node.has(Node::constant) && &node != only;
        });
        tangents_.resize(walk_.size());
        for (std::size_t k = 0; k < wrt.size(); ++k) {
            const std::int64_t position = walk_.position(*wrt[k].node());
            if (position >= 0)
                add_to(tangents_[static_cast<std::size_t>(position)], tangents[k]);
            else
                refuse_former(op, walk_, wrt[k]);
        }
    }

    Tensor tangent() {
        for (std::uint32_t i = 0; i < walk_.size(); ++i) add_to(tangents_[i], pushed(i));
        return tangents_.back().defined() ? tangents_.back() : zeros_like(y_);
    }

private:
    // What reaches node i from its inputs; undefined for zero.
    Tensor pushed(std::uint32_t i) {
        const Node& node = walk_[i];
        of_inputs_.clear();
        bool any = false;
        for (const std::uint32_t input : walk_.inputs(i)) {
            of_inputs_.push_back(tangents_[input]);
            any = any || tangents_[input].defined();
        }
        if (!any) {
            if (of_outputs_.empty() || walk_.is_leaf(i)) return {};
            const auto pack = of_outputs_.find(walk_.inputs(i)[0]);
            return pack != of_outputs_.end() ? pack->second[output_number(node)] : Tensor();
        }
        if (!is_floating(node.spec.dtype)) {
            if (multi_output(node)) of_outputs_.emplace(i, push_forward(node, of_inputs_));
            return {};
        }
        const Tensor out = Tensor::of(&node);
        Tensor t = node.op->jvp(node.inputs(), out, of_inputs_);
        if (!t.defined()) t = jvp_by_vjp(node, out, of_inputs_);
        return t.defined() ? fitted(t, node.spec, *node.op, "tangent") : Tensor();
    }

    Tensor y_;
    Traversal walk_;
    std::vector<Tensor> tangents_, of_inputs_;
    std::map<std::uint32_t, std::vector<Tensor>> of_outputs_;  // by the position of the pack
};

// The i-th unit vector, in the shape and dtype of x.
Tensor unit(const Tensor& x, Index i) {
    return reshape(cast(equal(arange(x.size()), i), x.dtype()), x.shape());
}

Shape joined(const Shape& a, const Shape& b) {
    Shape::Sizes sizes = a.sizes();
    for (const Index s : b.sizes()) sizes.push_back(s);
    return Shape(sizes);
}

std::vector<Tensor> pull(std::string_view op, const Tensor& y, const std::vector<Tensor>& wrt,
                         const Tensor& cotangent) {
    for (const Tensor& x : wrt) check_floating(op, x);
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
                fail<GradientError>(
                    op,
                    "no path leads to the tensors asked for, and part of the graph was consumed by "
                    "an optimiser's step or in a captured function: record it again");
        }
    }
    for (std::size_t k = 0; k < wrt.size(); ++k) {
        if (found[k].defined()) continue;
        refuse_former(op, reverse->walk, wrt[k]);
        found[k] = zeros_like(wrt[k]);
    }
    return found;
}

std::vector<Tensor> gradients(std::string_view op, const Tensor& y,
                              const std::vector<Tensor>& wrt) {
    check_scalar(op, y);
    return pull(op, y, wrt, ones_like(y));
}

Tensor push(std::string_view op, const Tensor& y, const std::vector<Tensor>& wrt,
            const std::vector<Tensor>& tangents) {
    check_count(op, tangents.size(), wrt.size());
    for (std::size_t k = 0; k < wrt.size(); ++k) {
        check_floating(op, wrt[k]);
        check_like(op, "tangent", tangents[k], wrt[k]);
    }
    return Forward(op, y, wrt, tangents).tangent();
}

// ---- of functions -------------------------------------------------------------------------------

FunctionOfMany of_list(Function f) {
    return [f = std::move(f)](const std::vector<Tensor>& x) { return f(x[0]); };
}

// A function's variables and its value there.
struct Applied {
    std::vector<Tensor> x;
    Tensor y;
};
Applied apply(std::string_view op, const FunctionOfMany& f, const std::vector<Tensor>& at) {
    Applied applied{variables(op, at), {}};
    applied.y = f(applied.x);
    if (!applied.y.defined()) fail<StateError>(op, "the function gave an empty Tensor");
    return applied;
}

std::pair<Tensor, std::vector<Tensor>> value_and_gradients(std::string_view op,
                                                           const FunctionOfMany& f,
                                                           const std::vector<Tensor>& at) {
    const auto [x, y] = apply(op, f, at);
    return {y, gradients(op, y, x)};
}

// dy/dx for each x, by reverse mode: a row for each element of y.
std::vector<Tensor> rows_of_jacobians(std::string_view op, const Tensor& y,
                                      const std::vector<Tensor>& x) {
    std::vector<std::vector<Tensor>> rows(x.size());
    for (Index i = 0; i < y.size(); ++i) {
        const std::vector<Tensor> row = pull(op, y, x, unit(y, i));
        for (std::size_t k = 0; k < x.size(); ++k) rows[k].push_back(row[k]);
    }
    std::vector<Tensor> found;
    for (std::size_t k = 0; k < x.size(); ++k) {
        const Shape shape = joined(y.shape(), x[k].shape());
        found.push_back(rows[k].empty() ? zeros(shape, x[k].dtype())
                                        : reshape(stack(rows[k]), shape));
    }
    return found;
}

// The same by forward mode: a column for each element of x.
std::vector<Tensor> columns_of_jacobians(std::string_view op, const Tensor& y,
                                         const std::vector<Tensor>& x) {
    std::vector<Tensor> found;
    for (const Tensor& by : x) {
        std::vector<Tensor> columns;
        for (Index i = 0; i < by.size(); ++i)
            columns.push_back(flatten(push(op, y, {by}, {unit(by, i)})).cast(by.dtype()));
        const Shape shape = joined(y.shape(), by.shape());
        found.push_back(columns.empty() ? zeros(shape, by.dtype())
                                        : reshape(stack(columns, 1), shape));
    }
    return found;
}

// dy/dx for each x, in the mode that needs fewer passes.
std::vector<Tensor> jacobians(std::string_view op, const Tensor& y, const std::vector<Tensor>& x) {
    if (!is_floating(y.dtype()))
        fail<GradientError>(op, "can't differentiate a function that gives ", y.spec(),
                            ": wanted f32 or f64");
    Index inputs = 0;
    for (const Tensor& by : x) inputs += by.size();
    return y.size() <= inputs ? rows_of_jacobians(op, y, x) : columns_of_jacobians(op, y, x);
}

std::vector<Tensor> jacobians_at(const FunctionOfMany& f, const std::vector<Tensor>& at) {
    const auto [x, y] = apply("jacobian", f, at);
    return jacobians("jacobian", y, x);
}

std::vector<std::vector<Tensor>> hessians_at(const FunctionOfMany& f,
                                             const std::vector<Tensor>& at) {
    constexpr std::string_view op = "hessian";
    const auto [x, y] = apply(op, f, at);
    std::vector<std::vector<Tensor>> blocks;
    for (const Tensor& gradient : gradients(op, y, x)) blocks.push_back(jacobians(op, gradient, x));
    return blocks;
}

}  // namespace

std::vector<Tensor> grad(const Tensor& y, const std::vector<Tensor>& wrt) {
    return gradients("grad", y, wrt);
}
std::vector<Tensor> vjp(const Tensor& y, const std::vector<Tensor>& wrt, const Tensor& cotangent) {
    check_like("vjp", "cotangent", cotangent, y);
    return pull("vjp", y, wrt, cotangent);
}
Tensor jvp(const Tensor& y, const std::vector<Tensor>& wrt, const std::vector<Tensor>& tangents) {
    return push("jvp", y, wrt, tangents);
}

std::function<std::pair<Tensor, Tensor>(const Tensor&)> value_and_grad(Function f) {
    return [f = of_list(std::move(f))](const Tensor& x) {
        const auto [value, gradient] = value_and_gradients("value_and_grad", f, {x});
        return std::pair(value, gradient[0]);
    };
}
std::function<std::pair<Tensor, std::vector<Tensor>>(const std::vector<Tensor>&)> value_and_grad(
    FunctionOfMany f) {
    return [f = std::move(f)](const std::vector<Tensor>& x) {
        return value_and_gradients("value_and_grad", f, x);
    };
}

Function grad(Function f) {
    return [f = of_list(std::move(f))](const Tensor& x) {
        return value_and_gradients("grad", f, {x}).second[0];
    };
}
std::function<std::vector<Tensor>(const std::vector<Tensor>&)> grad(FunctionOfMany f) {
    return [f = std::move(f)](const std::vector<Tensor>& x) {
        return value_and_gradients("grad", f, x).second;
    };
}

std::pair<Tensor, std::vector<Tensor>> vjp(const FunctionOfMany& f, const std::vector<Tensor>& x,
                                           const Tensor& cotangent) {
    const auto [v, y] = apply("vjp", f, x);
    return {y, vjp(y, v, cotangent)};
}
std::pair<Tensor, Tensor> vjp(const Function& f, const Tensor& x, const Tensor& cotangent) {
    const auto [y, gradient] = vjp(of_list(f), std::vector{x}, cotangent);
    return {y, gradient[0]};
}

std::pair<Tensor, Tensor> jvp(const FunctionOfMany& f, const std::vector<Tensor>& x,
                              const std::vector<Tensor>& tangents) {
    const auto [v, y] = apply("jvp", f, x);
    return {y, jvp(y, v, tangents)};
}
std::pair<Tensor, Tensor> jvp(const Function& f, const Tensor& x, const Tensor& tangent) {
    return jvp(of_list(f), std::vector{x}, std::vector{tangent});
}

Function jacobian(Function f) {
    return [f = of_list(std::move(f))](const Tensor& x) { return jacobians_at(f, {x})[0]; };
}
std::function<std::vector<Tensor>(const std::vector<Tensor>&)> jacobian(FunctionOfMany f) {
    return [f = std::move(f)](const std::vector<Tensor>& x) { return jacobians_at(f, x); };
}

Function hessian(Function f) {
    return [f = of_list(std::move(f))](const Tensor& x) { return hessians_at(f, {x})[0][0]; };
}
std::function<std::vector<std::vector<Tensor>>(const std::vector<Tensor>&)> hessian(
    FunctionOfMany f) {
    return [f = std::move(f)](const std::vector<Tensor>& x) { return hessians_at(f, x); };
}

std::vector<Tensor> hvp(const FunctionOfMany& f, const std::vector<Tensor>& x,
                        const std::vector<Tensor>& v) {
    constexpr std::string_view op = "hvp";
    const auto [variables, y] = apply(op, f, x);
    std::vector<Tensor> products;
    for (const Tensor& gradient : gradients(op, y, variables))
        products.push_back(push(op, gradient, variables, v));
    return products;
}
Tensor hvp(const Function& f, const Tensor& x, const Tensor& v) {
    return hvp(of_list(f), std::vector{x}, std::vector{v})[0];
}

void Tensor::backward() const {
    check_scalar("backward", *this);
    const SoleRecorder sole;  // other threads may add to the same gradients
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
        add_to(reverse->walk[i].parameter_state()->gradient, reverse->cotangents[i]);
        any = true;
    }
    if (!any)
        throw GradientError(
            "[backward] the tensor depends on no trainable parameter's current value: was it "
            "recorded before "
            "the parameters changed, or under NoGrad?");
}

}  // namespace shikumi

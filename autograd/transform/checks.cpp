#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/autograd/transform/detail/checks.hpp>

namespace shikumi::detail {

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

void check_count(std::string_view op, std::string_view what, std::size_t got, std::size_t wanted) {
    if (got != wanted)
        fail<GradientError>(op, "wants one ", what, " for each of ", wanted, " tensors, got ", got);
}

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

}  // namespace shikumi::detail

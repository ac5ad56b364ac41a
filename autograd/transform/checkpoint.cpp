#include <shikumi/autograd/transform/checkpoint.hpp>

#include <algorithm>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/derivatives.hpp>
#include <shikumi/autograd/transform/detail/pass_on.hpp>
#include <shikumi/autograd/transform/detail/rebuild.hpp>

namespace shikumi {

using namespace detail;

namespace {

// out = x (input 0), but not before input 1 is known; g, and nothing for input 1
struct After final : General {
    std::string_view name() const noexcept override { return "after"; }
    bool in_place() const noexcept override { return true; }
    Spec infer(Specs in) const override { return in[0]; }
    void eval(ConstViews in, View out) const override {
        if (out.data != in[0].data) kernels::copy_bytes(in[0], out);
    }
    Tensor vjp(int i, Tensors, const Tensor&, const Tensor& g) const override {
        return i == 0 ? g : Tensor();
    }
    Tensor batched(const MappedInputs& in) const override {
        return record(After{}, in.whole(0), in[1]);
    }
};

Tensor after(const Tensor& x, const Tensor& first) { return record(After{}, x, first); }

// Inputs y, x, the keys of random numbers, and what else y depends on; outputs y. Both modes
// differentiate the graph between these inputs and y. Reverse mode records it again for that,
// behind the first cotangent, so that nothing of the forward pass is kept.
struct Checkpoint final : PassOn {
    Checkpoint(std::size_t o, std::size_t a, std::size_t k) : PassOn(o), arguments(a), keys(k) {}
    bool operator==(const Checkpoint&) const = default;
    std::string_view name() const noexcept override { return "checkpoint"; }
    std::vector<Tensor> vjp_all(Tensors in, Tensors, Tensors cotangents) const override {
        const auto known = std::ranges::find_if(cotangents, &Tensor::defined);
        const Again again(*this, in, *known);
        const std::vector<Tensor> products =
            pulled_back(name(), again.y, again.variables, {cotangents.begin(), cotangents.end()});
        std::vector<Tensor> all(in.size());
        for (std::size_t k = 0; k < products.size(); ++k) all[again.numbers[k]] = products[k];
        return all;
    }
    std::vector<Tensor> jvp_all(Tensors in, Tensors, Tensors tangents) const override {
        const Again again(*this, in, {});
        std::vector<Tensor> variables, known;
        for (std::size_t k = 0; k < again.numbers.size(); ++k) {
            const Tensor& tangent = tangents[again.numbers[k]];
            if (!tangent.defined()) continue;
            variables.push_back(again.variables[k]);
            known.push_back(tangent);
        }
        return pushed_forward(name(), again.y, variables, known);
    }
    std::vector<Tensor> batched_all(const MappedInputs& in) const override {
        std::vector<Tensor> inputs(in.inputs().begin(), in.inputs().end());
        for (std::size_t k = 0; k < outputs; ++k) inputs[k] = in.whole(k);
        return record_all(Checkpoint(outputs, arguments, keys), Tensors(inputs));
    }

    // The graph recorded again, above variables of its own in the place of the inputs that one can
    // differentiate by; behind `first` where that is defined.
    struct Again {
        Again(const Checkpoint& op, Tensors in, const Tensor& first) {
            std::vector<Replacement> replacements;
            for (std::size_t i = op.outputs; i < in.size(); ++i) {
                const bool recomputed = first.defined() && i < op.outputs + op.arguments + op.keys;
                Tensor x = recomputed ? after(in[i], first) : in[i];
                if (is_floating(x.dtype())) {
                    x = identity(x);
                    variables.push_back(x);
                    numbers.push_back(i);
                }
                replacements.push_back({in[i], x});
            }
            const Tensors outputs = in.first(op.outputs);
            y = Rebuild(outputs, replacements).run();
            for (std::size_t k = 0; k < y.size(); ++k) {
                if (outputs[k].node()->has(Node::consumed))
                    fail<GradientError>(op.name(),
                                        "its graph was consumed by an optimiser's step or in a "
                                        "captured function: record it again");
                if (!y[k].defined()) y[k] = outputs[k];
            }
        }
        std::vector<Tensor> y, variables;
        std::vector<std::size_t> numbers;  // of the variables among the inputs
    };

    std::size_t arguments, keys;
};

// Numbers that operations have made for themselves need no place among the inputs.
bool literal(const Tensor& t) {
    const Node& node = *t.node();
    return !node.recorded() && !node.parameter_state() && node.spec.shape.empty() &&
           !node.held_beyond(2);  // one consumer, and `t`
}

std::vector<Tensor> checkpointed(std::span<const Tensor> y, const std::vector<Tensor>& x,
                                 const std::vector<Tensor>& keys) {
    std::vector<Replacement> replacements;
    for (const Tensor& t : x) replacements.push_back({t, t});
    for (const Tensor& t : keys) replacements.push_back({t, t});
    std::vector<Tensor> kept = Rebuild(y, replacements).kept();
    std::erase_if(kept, [](const Tensor& t) { return !is_floating(t.dtype()) || literal(t); });
    std::vector<Tensor> inputs(y.begin(), y.end());
    inputs.insert(inputs.end(), x.begin(), x.end());
    inputs.insert(inputs.end(), keys.begin(), keys.end());
    inputs.insert(inputs.end(), kept.begin(), kept.end());
    return record_all(Checkpoint(y.size(), x.size(), keys.size()), Tensors(inputs));
}

std::vector<Tensor> checkpointed(const std::vector<Tensor>& y, const std::vector<Tensor>& x,
                                 const std::vector<Tensor>& keys) {
    want_defined("checkpoint", y);
    std::vector<Tensor> results;
    for (auto rest = Tensors(y); !rest.empty();) {
        const auto some = rest.first(std::min(OutputSpecs::most, rest.size()));
        const std::vector<Tensor> outputs = checkpointed(some, x, keys);
        results.insert(results.end(), outputs.begin(), outputs.end());
        rest = rest.subspan(some.size());
    }
    return results;
}

}  // namespace

std::vector<Tensor> checkpoint(const std::vector<Tensor>& y, const std::vector<Tensor>& x) {
    return checkpointed(y, x, {});
}

detail::Checkpointing::Checkpointing(const std::vector<Tensor>& arguments) {
    for (const Tensor& t : arguments) variables_.push_back(t.defined() ? identity(t) : t);
}

std::vector<Tensor> detail::Checkpointing::results(const std::vector<Tensor>& y) {
    if (recording.no_grad) return y;
    std::vector<Tensor> keys, x;
    for (const RandomDraw& draw : log_.take()) keys.push_back(draw.key);
    for (const Tensor& t : variables_) {
        if (t.defined()) x.push_back(t);
    }
    return checkpointed(y, x, keys);
}

}  // namespace shikumi

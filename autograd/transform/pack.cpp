#include <shikumi/autograd/transform/pack.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/reverse.hpp>
#include <shikumi/autograd/transform/transform.hpp>

namespace shikumi::detail {

namespace {

OutputSpecs specs_of(const Node& pack) {
    std::vector<const Spec*> specs;
    for (const Tensor& input : pack.inputs()) specs.push_back(&input.node()->spec);
    return multi_output(pack)->infer_all(specs);
}

void check_count(const Op& op, std::string_view what, std::size_t got, std::size_t wanted) {
    if (got != wanted)
        fail<GradientError>(op.name(), "its rule gave ", got, " ", what, ", wanted ", wanted);
}

// The inputs' cotangents are linear in the outputs': their derivatives by the outputs' cotangents
// are the products with the Jacobians.
std::vector<Tensor> push_forward_by_vjp(const Node& pack, const std::vector<Tensor>& outputs,
                                        Tensors tangents) {
    std::vector<Tensor> cotangents(outputs.size()), variables, total(outputs.size());
    std::vector<std::size_t> numbers;  // of the outputs that are floating
    for (std::size_t k = 0; k < outputs.size(); ++k) {
        if (!is_floating(outputs[k].dtype())) continue;
        cotangents[k] = identity(zeros_like(outputs[k]));
        variables.push_back(cotangents[k]);
        numbers.push_back(k);
    }
    const std::vector<Tensor> pulled = pull_back(pack, {outputs, cotangents});
    for (std::size_t i = 0; i < tangents.size(); ++i) {
        if (!tangents[i].defined() || !pulled[i].defined()) continue;
        const Tensor fit = fitted(pulled[i], pack.inputs()[i].spec(), *pack.op, "cotangent");
        const std::vector<Tensor> terms = vjp(fit, variables, tangents[i]);
        for (std::size_t n = 0; n < numbers.size(); ++n) {
            add_to(total[numbers[n]], terms[n]);
        }
    }
    return total;
}

}  // namespace

void PackCotangents::add(const Node& node, const Tensor& cotangent) {
    const std::size_t k = output_number(node);
    if (outputs.size() <= k) {
        outputs.resize(k + 1);
        cotangents.resize(k + 1);
    }
    outputs[k] = Tensor::of(&node);
    add_to(cotangents[k], cotangent);
}

std::vector<Tensor> pull_back(const Node& pack, PackCotangents known) {
    const OutputSpecs specs = specs_of(pack);
    known.outputs.resize(specs.size());
    known.cotangents.resize(specs.size());
    for (std::size_t k = 0; k < specs.size(); ++k) {
        if (!known.outputs[k].defined()) known.outputs[k] = output(Tensor::of(&pack), specs, k);
    }
    std::vector<Tensor> pulled =
        multi_output(pack)->vjp_all(pack.inputs(), known.outputs, known.cotangents);
    check_count(*pack.op, "cotangents", pulled.size(), pack.arity);
    return pulled;
}

std::vector<Tensor> push_forward(const Node& pack, Tensors tangents) {
    const OutputSpecs specs = specs_of(pack);
    std::vector<Tensor> outputs;
    for (std::size_t k = 0; k < specs.size(); ++k)
        outputs.push_back(output(Tensor::of(&pack), specs, k));
    std::vector<Tensor> pushed = multi_output(pack)->jvp_all(pack.inputs(), outputs, tangents);
    if (pushed.empty()) pushed = push_forward_by_vjp(pack, outputs, tangents);
    check_count(*pack.op, "tangents", pushed.size(), specs.size());
    for (std::size_t k = 0; k < specs.size(); ++k) {
        if (pushed[k].defined()) pushed[k] = fitted(pushed[k], specs[k], *pack.op, "tangent");
    }
    return pushed;
}

}  // namespace shikumi::detail

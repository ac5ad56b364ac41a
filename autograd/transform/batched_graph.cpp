#include <algorithm>
#include <string>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/multi_output.hpp>
#include <shikumi/autograd/ops/detail/axes.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/detail/batched_graph.hpp>

namespace shikumi::detail {

namespace {

// Broadcasting keeps the first axis in front where all examples have as many axes.
Tensor pointwise(const Node& node, const MappedInputs& in) {
    const int rank = node.spec.shape.rank();
    std::vector<const Node*> nodes;
    std::vector<Tensor> aligned;
    for (std::size_t i = 0; i < in.inputs().size(); ++i) {
        aligned.push_back(in.aligned(i, rank));
        nodes.push_back(aligned.back().node());
    }
    node.op->retain();
    return record(*node.op, nodes);
}

// The inputs for one example.
std::vector<Tensor> example(const MappedInputs& in, Index k) {
    std::vector<Tensor> inputs;
    for (std::size_t i = 0; i < in.inputs().size(); ++i)
        inputs.push_back(in.mapped(i) ? in[i][k] : in[i]);
    return inputs;
}

std::vector<const Node*> nodes_of(Tensors tensors) {
    std::vector<const Node*> nodes;
    for (const Tensor& t : tensors) nodes.push_back(t.node());
    return nodes;
}

// In the profile the operations of the loop belong to a layer of this name.
std::string loop_name(const Node& node) {
    return "vmap: loop over " + std::string(node.op->name());
}

Tensor one_by_one(const Node& node, const MappedInputs& in) {
    const Scope scope(loop_name(node));
    std::vector<Tensor> results;
    for (Index k = 0; k < in.size(); ++k) {
        node.op->retain();
        results.push_back(record(*node.op, nodes_of(example(in, k))));
    }
    return stack(results);
}

std::vector<Tensor> all_one_by_one(const Node& pack, const MappedInputs& in) {
    const Scope scope(loop_name(pack));
    std::vector<std::vector<Tensor>> results;
    for (Index k = 0; k < in.size(); ++k) {
        pack.op->retain();
        const std::vector<Tensor> one = record_all(*multi_output(pack), nodes_of(example(in, k)));
        results.resize(one.size());
        for (std::size_t i = 0; i < one.size(); ++i) results[i].push_back(one[i]);
    }
    std::vector<Tensor> outputs;
    for (const std::vector<Tensor>& each : results) outputs.push_back(stack(each));
    return outputs;
}

void want_spec(const Node& node, const Tensor& got, const Spec& example, Index size) {
    const Spec wanted{with_front_axis(size, example.shape), example.dtype};
    if (got.spec() != wanted)
        fail<ShapeError>(node.op->name(), "its batching rule gave ", got.spec(), ", wanted ",
                         wanted);
}

OutputSpecs specs_of(const Node& pack) {
    std::vector<const Spec*> specs;
    for (const Tensor& input : pack.inputs()) specs.push_back(&input.spec());
    return multi_output(pack)->infer_all(specs);
}

}  // namespace

Tensor BatchedGraph::rebuilt(const Node& node, Tensors in, const std::vector<bool>& replaced) {
    if (size_ == 0) return zeros(with_front_axis(0, node.spec.shape), node.spec.dtype);
    const MappedInputs batch(in, replaced, size_);
    if (node.op->form() == Op::Form::pointwise) return pointwise(node, batch);
    Tensor result = node.op->batched(batch);
    if (!result.defined()) result = one_by_one(node, batch);
    want_spec(node, result, node.spec, size_);
    return result;
}

std::vector<Tensor> BatchedGraph::rebuilt_all(const Node& pack, Tensors in,
                                              const std::vector<bool>& replaced) {
    const OutputSpecs specs = specs_of(pack);
    std::vector<Tensor> results;
    if (size_ == 0) {
        for (const Spec& spec : specs)
            results.push_back(zeros(with_front_axis(0, spec.shape), spec.dtype));
        return results;
    }
    const MappedInputs batch(in, replaced, size_);
    results = multi_output(pack)->batched_all(batch);
    if (results.empty()) results = all_one_by_one(pack, batch);
    if (results.size() != specs.size())
        fail<ShapeError>(pack.op->name(), "its batching rule gave ", results.size(),
                         " outputs, wanted ", specs.size());
    for (std::size_t k = 0; k < specs.size(); ++k) want_spec(pack, results[k], specs[k], size_);
    return results;
}

std::vector<Tensor> batched(Index size, const std::vector<Tensor>& roots,
                            std::span<const Replacement> replacements,
                            std::span<const Tensor> stops) {
    std::vector<Tensor> found = BatchedGraph(size, roots, replacements, stops).run();
    for (std::size_t k = 0; k < roots.size(); ++k) {
        if (!found[k].defined())
            found[k] = broadcast_to(roots[k], with_front_axis(size, roots[k].shape()));
    }
    return found;
}

}  // namespace shikumi::detail

#include <shikumi/nn/io/detail/onnx_recording.hpp>

#include <algorithm>
#include <unordered_map>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/autograd/graph/trace.hpp>
#include <shikumi/autograd/graph/traversal.hpp>
#include <shikumi/nn/call_context.hpp>

namespace shikumi::nn::detail {

namespace {

struct Walk {
    std::vector<Tensor> outputs;
    std::vector<shikumi::detail::RandomDraw> draws;
    shikumi::detail::Traversal nodes;
    std::vector<std::uint32_t> roots;
};

void walk(Walk& walk, std::string_view who, const TensorFunction& function,
          const std::vector<Tensor>& arguments) {
    {
        const shikumi::detail::Trace trace(who);
        const CallContext unused;
        shikumi::detail::DrawLog draws;
        walk.outputs = function(arguments);
        walk.draws = draws.take();
    }
    std::vector<const Node*> roots;
    for (const Tensor& output : walk.outputs) roots.push_back(output.node());
    const auto is_argument = [&](const Node& node) {
        return std::ranges::any_of(arguments, [&](const Tensor& x) { return x.node() == &node; });
    };
    walk.nodes.run(roots, [&](const Node& node) { return !is_argument(node); });
    for (const Node* const root : roots)
        walk.roots.push_back(static_cast<std::uint32_t>(walk.nodes.position(*root)));
}

std::string_view operation_of(const Node& node) { return node.op ? node.op->name() : ""; }

class Pairing {
public:
    Pairing(std::string_view who, const ForBoth<Walk>& walks,
            const ForBoth<std::vector<Tensor>>& arguments)
        : who_(who), walks_(walks), arguments_(arguments) {}

    Recording recording() {
        const auto &small = walks_[0].nodes, &large = walks_[1].nodes;
        if (small.size() != large.size() || walks_[0].roots != walks_[1].roots)
            refuse("the number of its operations");
        Recording all;
        for (std::uint32_t i = 0; i < small.size(); ++i) all.nodes.push_back(pair(all, i));
        all.outputs = walks_[0].roots;
        for (const std::uint32_t output : all.outputs) ++all.nodes[output].readers;
        return all;
    }

private:
    RecordedNode pair(Recording& all, std::uint32_t i) {
        const Node &small = walks_[0].nodes[i], &large = walks_[1].nodes[i];
        RecordedNode node;
        node.tensor = {Tensor::of(&small), Tensor::of(&large)};
        node.operation = operation_of(small);
        const auto edges = walks_[0].nodes.inputs(i);
        if (node.operation != operation_of(large) ||
            !std::ranges::equal(edges, walks_[1].nodes.inputs(i)) ||
            small.spec.shape.rank() != large.spec.shape.rank())
            refuse(sentence("the operation ", node.operation));
        node.scope = small.scope ? *small.scope : "";
        node.inputs.assign(edges.begin(), edges.end());
        if (const auto* const parameter = small.parameter_state()) node.weight = parameter->name;
        if (!edges.empty() && node.weight.empty()) node.weight = all.nodes[edges.front()].weight;
        node.argument = argument(small);
        // A constant that has been evaluated is a leaf.
        if (node.argument < 0 && !edges.empty()) node.op = {small.op, large.op};
        node.varies = (node.argument >= 0 || small.spec != large.spec);
        for (const std::uint32_t input : edges) {
            node.varies = node.varies || all.nodes[input].varies;
            ++all.nodes[input].readers;
            if (is_draw(walks_[0].nodes[input]))
                fail<ValueError>(who_, "the operation ", node.operation, " of the layer '",
                                 std::string_view(node.scope),
                                 "' draws random numbers, which graphs don't");
        }
        return node;
    }

    bool is_draw(const Node& node) const {
        return std::ranges::any_of(walks_[0].draws,
                                   [&](const auto& draw) { return draw.key.node() == &node; });
    }

    int argument(const Node& node) const {
        const auto& all = arguments_[0];
        const auto found =
            std::ranges::find_if(all, [&](const Tensor& x) { return x.node() == &node; });
        // An argument that is known is a constant.
        if (found == all.end() || found->node()->op || found->evaluated()) return -1;
        return static_cast<int>(found - all.begin());
    }

    [[noreturn]] void refuse(std::string_view what) const {
        fail<ValueError>(who_, "the size of the batch changes ", what,
                         ", and a graph is the same for all batches");
    }

    std::string_view who_;
    const ForBoth<Walk>& walks_;
    const ForBoth<std::vector<Tensor>>& arguments_;
};

}  // namespace

Recording record_for_both(std::string_view who, const TensorFunction& function,
                          const ForBoth<std::vector<Tensor>>& arguments) {
    ForBoth<Walk> walks;
    for (const unsigned i : {0U, 1U}) walk(walks[i], who, function, arguments[i]);
    return Pairing(who, walks, arguments).recording();
}

}  // namespace shikumi::nn::detail

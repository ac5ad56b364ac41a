#include <shikumi/nn/io/detail/event_graph.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/autograd/graph/traversal.hpp>
#include <shikumi/nn/call_context.hpp>
#include <shikumi/nn/detail/placeholder.hpp>

namespace shikumi::nn::detail {

namespace {

constexpr Index batch = 17;  // a size that others are unlikely to be multiples of

class GraphWriter {
public:
    explicit GraphWriter(std::vector<Tensor> inputs) : inputs_(std::move(inputs)) {}

    formats::detail::EventGraph written(const std::vector<Tensor>& outputs) {
        std::vector<const Node*> roots;
        for (const Tensor& y : outputs) roots.push_back(y.node());
        shikumi::detail::Traversal walk;
        walk.run(roots, [&](const Node& node) { return !is_input(node); });
        formats::detail::EventGraph graph;
        for (std::uint32_t i = 0; i < walk.size(); ++i)
            graph.nodes.push_back(node_of(walk[i], walk.inputs(i)));
        walk.clear();
        return graph;
    }

private:
    bool is_input(const Node& node) const {
        return std::ranges::any_of(inputs_, [&](const Tensor& x) { return x.node() == &node; });
    }

    formats::detail::EventGraphNode node_of(const Node& node,
                                            std::span<const std::uint32_t> inputs) {
        formats::detail::EventGraphNode n;
        const bool input = is_input(node);
        bool depends = input;
        for (const std::uint32_t i : inputs) {
            n.inputs.push_back(names_[i]);
            depends = depends || depends_[i];
        }
        const auto* const parameter = node.parameter_state();
        n.op = input ? "Input" : parameter ? "Parameter" : node.op ? node.op->name() : "Constant";
        n.name = unique(parameter ? parameter->name : path_of(node, input ? "input" : n.op));
        names_.push_back(n.name);
        depends_.push_back(depends);
        auto& sizes = n.outputs.emplace_back();
        for (const Index size : node.spec.shape.sizes()) sizes.push_back(size);
        if (depends && !sizes.empty() && sizes.front() % batch == 0) sizes.front() = -1;
        return n;
    }

    static std::string path_of(const Node& node, const std::string& name) {
        return node.scope ? *node.scope + '/' + name : name;
    }

    std::string unique(const std::string& name) {
        std::string n = name;
        for (int k = 1; !used_.insert(n).second; ++k) n = name + '_' + std::to_string(k);
        return n;
    }

    std::vector<Tensor> inputs_;
    std::vector<std::string> names_;  // by position in the walk
    std::vector<bool> depends_;       // whether a node depends on an input
    std::set<std::string> used_;
};

}  // namespace

formats::detail::EventGraph event_graph(Layer& layer) {
    std::vector<Tensor> inputs;
    for (const Spec& spec : layer.built_for())
        inputs.push_back(placeholder({spec.shape.with_front(batch), spec.dtype}));
    const CallContext unused;
    const std::vector<Tensor> outputs = layer(inputs, Mode::infer);
    return GraphWriter(inputs).written(outputs);
}

}  // namespace shikumi::nn::detail

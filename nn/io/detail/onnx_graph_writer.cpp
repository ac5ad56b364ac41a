#include <shikumi/nn/io/detail/onnx_graph_writer.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn::detail {

using formats::NamedTensor;
using formats::OnnxGraph;
using formats::OnnxNode;
using formats::OnnxValue;
using formats::StoredTensor;

std::string OnnxGraphWriter::unique(const std::string& name) {
    std::string tried = name;
    for (int k = 1; !names_.insert(tried).second; ++k) tried = name + '_' + std::to_string(k);
    wanted_[tried] = name;
    return tried;
}

std::vector<std::string> OnnxGraphWriter::add(std::string_view op, std::vector<std::string> inputs,
                                              OnnxAttributes attributes, const std::string& scope,
                                              std::size_t outputs) {
    const std::string name =
        unique(scope.empty() ? std::string(op) : scope + '/' + std::string(op));
    OnnxNode node{.name = name, .op = std::string(op)};
    node.inputs = std::move(inputs);
    node.attributes = std::move(attributes);
    node.outputs.push_back(name);
    for (std::size_t i = 1; i < outputs; ++i)
        node.outputs.push_back(unique(name + ':' + std::to_string(i)));
    givers_[name] = graph_.nodes.size();
    graph_.nodes.push_back(std::move(node));
    return graph_.nodes.back().outputs;
}

std::string OnnxGraphWriter::constant(const std::string& name, const Tensor& value) {
    const std::string its = unique(name);
    graph_.initializers.push_back({its, StoredTensor(value)});
    return its;
}

std::string OnnxGraphWriter::shared_constant(const Tensor& value) {
    const StoredTensor stored(value);
    std::string key = sentence(value.spec());
    for (const std::byte byte : stored.bytes()) key += static_cast<char>(byte);
    const auto [place, is_new] = shared_.try_emplace(key);
    if (is_new) place->second = constant(value.rank() == 0 ? "number" : "numbers", value);
    return place->second;
}

std::string OnnxGraphWriter::integers(std::span<const Index> values) {
    return shared_constant(tensor(std::vector<std::int64_t>(values.begin(), values.end())));
}

const OnnxNode* OnnxGraphWriter::giver(const std::string& name) const {
    const auto found = givers_.find(name);
    return found == givers_.end() ? nullptr : &graph_.nodes[found->second];
}

void OnnxGraphWriter::rename(const std::string& from, const std::string& to) {
    for (OnnxNode& node : graph_.nodes) {
        std::ranges::replace(node.inputs, from, to);
        std::ranges::replace(node.outputs, from, to);
    }
}

void OnnxGraphWriter::prune() {
    std::set<std::string> needed;
    for (const OnnxValue& output : graph_.outputs) needed.insert(output.name);
    const auto is_needed = [&](const std::string& name) {
        return !name.empty() && needed.contains(name);
    };
    std::vector<OnnxNode> kept;
    for (auto node = graph_.nodes.rbegin(); node != graph_.nodes.rend(); ++node) {
        if (std::ranges::none_of(node->outputs, is_needed)) continue;
        for (std::string& output : node->outputs)
            if (!is_needed(output)) output.clear();
        while (node->outputs.back().empty()) node->outputs.pop_back();
        needed.insert(node->inputs.begin(), node->inputs.end());
        kept.push_back(std::move(*node));
    }
    graph_.nodes.assign(std::make_move_iterator(kept.rbegin()),
                        std::make_move_iterator(kept.rend()));
    std::erase_if(graph_.initializers,
                  [&](const NamedTensor& tensor) { return !needed.contains(tensor.name); });
}

// What was left out has left gaps in the numbers of names.
void OnnxGraphWriter::name_anew() {
    names_ = reserved_;
    std::map<std::string, std::string> anew;
    const auto name = [&](std::string& old) {
        if (old.empty() || reserved_.contains(old)) return;
        const auto [place, is_new] = anew.try_emplace(old);
        if (is_new) place->second = unique(wanted_.at(old));
        old = place->second;
    };
    std::vector<NamedTensor> initializers;
    for (const NamedTensor& tensor : graph_.initializers) {
        std::string its = tensor.name;
        name(its);
        initializers.push_back({its, tensor.value});
    }
    graph_.initializers = std::move(initializers);
    for (OnnxNode& node : graph_.nodes) {
        name(node.name);
        for (std::string& input : node.inputs) name(input);
        for (std::string& output : node.outputs) name(output);
    }
}

OnnxGraph OnnxGraphWriter::finished() {
    prune();
    name_anew();
    return std::move(graph_);
}

}  // namespace shikumi::nn::detail

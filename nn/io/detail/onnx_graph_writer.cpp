#include <shikumi/nn/io/detail/onnx_graph_writer.hpp>

#include <algorithm>
#include <utility>

#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn::detail {

using formats::OnnxNode;
using formats::StoredTensor;

std::string OnnxGraphWriter::unique(const std::string& name) {
    std::string tried = name;
    for (int k = 1; !names_.insert(tried).second; ++k) tried = name + '_' + std::to_string(k);
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

OnnxNode* OnnxGraphWriter::giver(const std::string& name) {
    const auto found = std::ranges::find_if(
        graph_.nodes, [&](const OnnxNode& node) { return node.outputs.front() == name; });
    return found == graph_.nodes.end() ? nullptr : &*found;
}

void OnnxGraphWriter::rename(const std::string& from, const std::string& to) {
    for (OnnxNode& node : graph_.nodes) {
        std::ranges::replace(node.inputs, from, to);
        std::ranges::replace(node.outputs, from, to);
    }
}

}  // namespace shikumi::nn::detail

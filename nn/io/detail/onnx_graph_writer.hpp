// OnnxGraphWriter: a graph of ONNX that grows by operators, weights and numbers.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/formats/onnx_file.hpp>

namespace shikumi::nn::detail {

/// The options of an operator.
using OnnxAttributes = std::vector<formats::OnnxAttribute>;

/// Names what it adds by the layers that it belongs to. No name comes twice.
class OnnxGraphWriter {
public:
    /// Takes a name that nothing else may have.
    void reserve(const std::string& name) {
        names_.insert(name);
        reserved_.insert(name);
    }
    /// Adds an operator under the name `scope`/`op`. Returns the names of its outputs.
    std::vector<std::string> add(std::string_view op, std::vector<std::string> inputs,
                                 OnnxAttributes attributes, const std::string& scope,
                                 std::size_t outputs = 1);
    /// Adds a weight or constant under that name, or one like it. Returns its name.
    std::string constant(const std::string& name, const Tensor& value);
    /// A number without axes, or a list of integers: one for all equal ones.
    std::string shared_constant(const Tensor& value);
    std::string integers(std::span<const Index> values);

    /// The operator that gives this; null where none does.
    const formats::OnnxNode* giver(const std::string& name) const;
    /// Gives a tensor another name, wherever it is mentioned.
    void rename(const std::string& from, const std::string& to);

    /// The graph, without what its outputs don't need.
    formats::OnnxGraph finished();
    formats::OnnxGraph& graph() noexcept { return graph_; }

private:
    std::string unique(const std::string& name);
    void prune();
    void name_anew();

    formats::OnnxGraph graph_;
    std::set<std::string> names_;
    std::set<std::string> reserved_;
    std::map<std::string, std::size_t> givers_;  // numbers of nodes, by their first outputs
    std::map<std::string, std::string> wanted_;  // what a name was to be, by the name
    std::map<std::string, std::string> shared_;  // by their values
};

}  // namespace shikumi::nn::detail

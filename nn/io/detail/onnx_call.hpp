// OnnxCall: what an operator of ONNX is given.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/formats/onnx_file.hpp>
#include <shikumi/nn/layer.hpp>

namespace shikumi::nn::detail {

/// A tensor on its way through a graph; undefined: absent.
struct OnnxOperand {
    Tensor tensor = {};
    bool known = false;  ///< by the shapes of the graph's inputs alone, so that C++ may look at it
};

/// "node 'x' (Conv)", for errors.
std::string described(const formats::OnnxNode& node);

/// One use of an operator: its tensors and attributes. What can't be done is refused by a
/// ValueError that names node and operator.
class OnnxCall {
public:
    /// `opset` is the version of the operator's domain. `batch` is the size of a batch that the
    /// file has fixed, although its graph would take any; 0: none.
    OnnxCall(const formats::OnnxNode& node, Index opset, std::vector<OnnxOperand> operands,
             Mode mode = Mode::infer, Index batch = 0)
        : node_(node), opset_(opset), operands_(std::move(operands)), mode_(mode), batch_(batch) {}

    const formats::OnnxNode& node() const noexcept { return node_; }
    Index opset() const noexcept { return opset_; }
    Mode mode() const noexcept { return mode_; }
    Index batch() const noexcept { return batch_; }

    /// How many tensors it has, absent ones at the end not counted.
    std::size_t size() const noexcept { return operands_.size(); }
    /// Whether tensor i is there.
    bool has(std::size_t i) const noexcept {
        return i < operands_.size() && operands_[i].tensor.defined();
    }
    /// Whether the value of tensor i can be looked at.
    bool known(std::size_t i) const noexcept { return has(i) && operands_[i].known; }
    /// Tensor i, which must be there.
    const Tensor& operator[](std::size_t i) const;
    /// All tensors, which must be there.
    std::vector<Tensor> all() const;
    /// The numbers of tensor i, which must be known.
    std::vector<Index> known_integers(std::size_t i) const;
    /// The numbers of tensor i, which must be known.
    std::vector<double> known_numbers(std::size_t i) const;
    /// Refuses more numbers than it is right to make one by one.
    void check_count(Index count) const;
    /// Whether the node names its output i.
    bool wants(std::size_t output) const noexcept {
        return output < node_.outputs.size() && !node_.outputs[output].empty();
    }

    /// Whether there is an attribute of that name.
    bool given(std::string_view name) const { return find(name) != nullptr; }
    Index integer(std::string_view name, Index absent) const;
    double real(std::string_view name, double absent) const;
    std::string text(std::string_view name, std::string_view absent) const;
    /// Nothing where it is absent.
    std::vector<Index> integers(std::string_view name) const;
    std::vector<double> reals(std::string_view name) const;
    std::vector<std::string> texts(std::string_view name) const;
    /// Null where it is absent.
    const formats::StoredTensor* tensor(std::string_view name) const;
    /// Whether an attribute that is a truth value is set.
    bool flag(std::string_view name, bool absent = false) const {
        return integer(name, absent ? 1 : 0) != 0;
    }
    /// Numbers that are a tensor in newer opsets and an attribute in older ones; nothing where both
    /// are absent.
    std::vector<Index> integers(std::size_t input, std::string_view name) const;
    /// Refuses an attribute unless it is absent or has that value.
    void want(std::string_view name, Index value) const;
    void want(std::string_view name, std::string_view value) const;
    /// Refuses attributes that nobody has asked for: what they mean isn't known.
    void check_attributes() const;

    template <class... Parts>
    [[noreturn]] void refuse(const Parts&... parts) const {
        fail<ValueError>(node_.op, parts..., ", in ", std::string_view(described(node_)));
    }

private:
    const Tensor& looked_at(std::size_t i) const;
    const formats::OnnxAttribute* find(std::string_view name) const;
    template <class T>
    T attribute(std::string_view name, T absent) const;

    const formats::OnnxNode& node_;
    Index opset_;
    std::vector<OnnxOperand> operands_;
    Mode mode_;
    Index batch_;
    mutable std::set<std::string, std::less<>> asked_;
};

}  // namespace shikumi::nn::detail

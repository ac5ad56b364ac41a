// OnnxTask: an operation of ours that is to be written as operators of ONNX.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/io/detail/onnx_graph_writer.hpp>
#include <shikumi/nn/io/detail/onnx_recording.hpp>

namespace shikumi::nn::detail {

/// Which axis of a tensor of ours an axis of the graph's tensor is.
using AxisOrder = std::vector<int>;
/// The axes as they are.
AxisOrder natural_order(int rank);
/// Pictures with their channels behind the batch.
AxisOrder channels_first_order(int rank);

/// A tensor of the graph. Where layers of pictures follow each other, it keeps their order of
/// axes, so that nothing is transposed between them.
struct OrderedTensor {
    std::string name;
    AxisOrder order;
};

/// Writes a recording into a graph, operation by operation.
class OnnxExport {
public:
    /// Errors begin with `who`.
    OnnxExport(std::string_view who, OnnxGraphWriter& writer) : who_(who), writer_(writer) {}

    /// The outputs of the recording, given its arguments. Nodes without a layer of their own belong
    /// to `scope`. Throws ValueError for what has no operators, naming layer and operation.
    std::vector<OrderedTensor> write(const Recording& recording,
                                     const std::vector<OrderedTensor>& arguments,
                                     const std::string& scope = {});
    /// A tensor with its axes as they are here.
    std::string in_natural_order(const OrderedTensor& tensor, const std::string& scope);
    OrderedTensor reordered(const OrderedTensor& tensor, const AxisOrder& order,
                            const std::string& scope);
    /// The name of the list of one number that is the size of the batch.
    std::string batch_size();
    /// The name of a constant under that shape, then with its axes in that order; it is called
    /// `name` or like it. The same one again where it was asked for before.
    std::string constant(const Tensor& value, const Shape& shape, const AxisOrder& order,
                         const std::string& name);
    /// Says which input of the graph has the batch as its first axis.
    void take_batch_from(const std::string& input) { batched_input_ = input; }

    std::string_view who() const noexcept { return who_; }
    OnnxGraphWriter& writer() noexcept { return writer_; }

private:
    std::string_view who_;
    OnnxGraphWriter& writer_;
    std::string batched_input_, batch_size_;
    std::map<std::pair<std::string, AxisOrder>, std::string> reordered_;
    std::map<std::tuple<const Node*, AxisOrder, std::vector<Index>>, std::string> constants_;
    std::vector<Tensor> kept_;  // so that no other node gets the address of one of them
};

/// One operation of a recording.
class OnnxTask {
public:
    using Values = std::vector<std::vector<OrderedTensor>>;  // by node and its output

    OnnxTask(OnnxExport& whole, const Recording& recording, Values& values, std::uint32_t position,
             const std::string& scope)
        : whole_(&whole),
          recording_(&recording),
          values_(&values),
          position_(position),
          scope_(scope) {}

    /// The first output of a node.
    static OrderedTensor value_at(OnnxExport& whole, const Recording& recording, Values& values,
                                  std::uint32_t position, const std::string& scope);

    std::string_view operation() const { return node().operation; }
    const RecordedNode& node() const { return recording_->nodes[position_]; }
    /// The node that input i comes from.
    const RecordedNode& input(std::size_t i) const {
        return recording_->nodes[node().inputs.at(i)];
    }
    /// The same as a task, to look at.
    OnnxTask task_of_input(std::size_t i) const {
        return {*whole_, *recording_, *values_, node().inputs.at(i), scope_};
    }
    /// How many inputs it has.
    std::size_t size() const { return node().inputs.size(); }
    /// Shape and dtype of input i, and of the output, for the smaller batch.
    const Spec& spec(std::size_t i) const { return input(i).spec(); }
    const Spec& out() const { return node().spec(); }
    /// Whether axis `axis` of a node depends on the size of the batch.
    static bool is_open(const RecordedNode& node, int axis) {
        return node.spec().shape[axis] != node.tensor[1].shape()[axis];
    }
    /// Whether input i is the same whatever the arguments are.
    bool is_constant(std::size_t i) const { return !input(i).varies; }
    /// The value of input i, which is a constant. Throws ValueError where it depends on the batch.
    Tensor constant(std::size_t i) const { return constant_of(input(i)); }
    Tensor constant_of(const RecordedNode& constant) const;
    /// The name of the weight that input i is, or is made of; that of a constant of the layer where
    /// it is none.
    std::string weight_name(std::size_t i) const { return constant_name(input(i)); }
    /// Whether input i is one number.
    bool is_number(std::size_t i) const { return is_constant(i) && spec(i).size() == 1; }
    double number(std::size_t i) const;
    /// The attributes that the operation derives from, for the smaller batch or the larger one.
    template <class A>
    const A& attributes(unsigned batch = 0) const {
        const auto* const found = dynamic_cast<const A*>(node().op.at(batch));
        if (!found) refuse("is no such operation here");
        return *found;
    }

    /// Input i as it lies in the graph; a constant with its axes as they are.
    OrderedTensor at(std::size_t i) const;
    /// The name of input i with its axes as they are, or in that order.
    std::string in(std::size_t i) const;
    std::string in(std::size_t i, const AxisOrder& order) const;
    /// The name of input i, a constant, under another shape of as many elements.
    std::string in_as(std::size_t i, const Shape& shape) const;
    /// The name of input i, a constant, with ones in front of its axes, then in that order.
    std::string in_with_ones_in_front(std::size_t i, const AxisOrder& order) const;
    /// Input i for an operator that broadcasts: in that order, which may have more axes in front.
    std::string broadcast_in(std::size_t i, const AxisOrder& order) const;
    /// The order that all inputs of as many axes as the output get.
    AxisOrder common_order() const;

    /// Adds an operator of one output. Returns the name of that.
    std::string add(std::string_view op, std::vector<std::string> inputs,
                    OnnxAttributes attributes = {}) const;
    /// Adds an operator of several outputs.
    std::vector<std::string> add_all(std::string_view op, std::vector<std::string> inputs,
                                     OnnxAttributes attributes, std::size_t outputs) const;
    /// A list of integers.
    std::string integers(const std::vector<Index>& values) const;
    /// A list of the sizes of a node's axes, of which some may depend on the batch.
    std::string sizes(const RecordedNode& node) const;
    /// A tensor in another type.
    std::string cast(const std::string& name, DType dtype) const;

    /// Gives output number `output`, with its axes as they are or in that order.
    void give(const std::string& name, std::size_t output = 0) const;
    void give(const std::string& name, const AxisOrder& order, std::size_t output = 0) const;
    /// Gives what a function of the inputs gives that is made of other operations.
    void give_by(const TensorFunction& function) const;

    template <class... Parts>
    [[noreturn]] void refuse(const Parts&... parts) const {
        const std::string layer =
            scope().empty() ? std::string() : sentence(" of the layer '", scope(), "'");
        fail<ValueError>(whole_->who(), "the operation ", operation(), layer, " ", parts...);
    }
    OnnxGraphWriter& writer() const noexcept { return whole_->writer(); }
    const std::string& scope() const { return node().scope.empty() ? scope_ : node().scope; }
    OnnxExport& whole() const noexcept { return *whole_; }
    /// All outputs of the node that input i comes from.
    const std::vector<OrderedTensor>& outputs_of_input(std::size_t i) const {
        return (*values_)[node().inputs.at(i)];
    }

private:
    std::string constant_name(const RecordedNode& node) const;

    OnnxExport* whole_;
    const Recording* recording_;
    Values* values_;
    std::uint32_t position_;
    std::string scope_;
};

}  // namespace shikumi::nn::detail

#include <shikumi/nn/io/detail/onnx_task.hpp>

#include <algorithm>
#include <numeric>

#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/autograd/graph/trace.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/formats/detail/onnx_types.hpp>
#include <shikumi/nn/io/detail/onnx_translations.hpp>

namespace shikumi::nn::detail {

using formats::StoredTensor;

namespace {

bool same_values(const Tensor& a, const Tensor& b) {
    return a.node() == b.node() ||
           (a.spec() == b.spec() &&
            std::ranges::equal(StoredTensor(a).bytes(), StoredTensor(b).bytes()));
}

bool is_natural(const AxisOrder& order) { return std::ranges::is_sorted(order); }

}  // namespace

AxisOrder natural_order(int rank) {
    AxisOrder order(static_cast<std::size_t>(rank));
    std::iota(order.begin(), order.end(), 0);
    return order;
}

AxisOrder channels_first_order(int rank) {
    AxisOrder order{0, rank - 1};
    for (int axis = 1; axis < rank - 1; ++axis) order.push_back(axis);
    return order;
}

// ---- the whole ----------------------------------------------------------------------------------

std::vector<OrderedTensor> OnnxExport::write(const Recording& recording,
                                             const std::vector<OrderedTensor>& arguments,
                                             const std::string& scope) {
    OnnxTask::Values values(recording.nodes.size());
    for (std::uint32_t i = 0; i < recording.nodes.size(); ++i) {
        const RecordedNode& node = recording.nodes[i];
        if (!node.varies) continue;
        if (node.argument >= 0) {
            values[i] = {arguments.at(static_cast<std::size_t>(node.argument))};
            continue;
        }
        const OnnxTask task(*this, recording, values, i, scope);
        if (!node.op[0])
            fail<ValueError>(who_, "a constant", node.scope.empty() ? "" : " of the layer '",
                             std::string_view(node.scope), node.scope.empty() ? "" : "'",
                             " has a shape that depends on the size of the batch: ", node.spec());
        if (write_as_layer(task)) continue;
        const OnnxTranslation* const translation = find_translation(node.operation);
        if (!translation) task.refuse("has no operators of ONNX here");
        translation->write(task);
    }
    std::vector<OrderedTensor> outputs;
    for (const std::uint32_t output : recording.outputs)
        outputs.push_back(OnnxTask::value_at(*this, recording, values, output, scope));
    return outputs;
}

OrderedTensor OnnxExport::reordered(const OrderedTensor& tensor, const AxisOrder& order,
                                    const std::string& scope) {
    if (tensor.order == order) return tensor;
    std::string& name = reordered_[{tensor.name, order}];
    if (name.empty()) {
        std::vector<Index> permutation;
        for (const int axis : order)
            permutation.push_back(std::ranges::find(tensor.order, axis) - tensor.order.begin());
        name = writer_.add("Transpose", {tensor.name}, {{"perm", permutation}}, scope).front();
    }
    return {name, order};
}

std::string OnnxExport::in_natural_order(const OrderedTensor& tensor, const std::string& scope) {
    return reordered(tensor, natural_order(static_cast<int>(tensor.order.size())), scope).name;
}

std::string OnnxExport::batch_size() {
    if (batch_size_.empty()) {
        const std::string shape = writer_.add("Shape", {batched_input_}, {}, "").front();
        const Index first = 0;
        batch_size_ =
            writer_.add("Gather", {shape, writer_.integers({&first, 1})}, {}, "batch").front();
    }
    return batch_size_;
}

std::string OnnxExport::constant(const Tensor& value, const Shape& shape, const AxisOrder& order,
                                 const std::string& name) {
    if (shape.empty() && value.rank() == 0 && !value.node()->parameter_state())
        return writer_.shared_constant(value);
    const Shape::Sizes sizes = shape.sizes();
    std::string& known = constants_[{value.node(), order, {sizes.begin(), sizes.end()}}];
    if (!known.empty()) return known;
    kept_.push_back(value);
    Tensor stored = value.shape() == shape ? value : reshape(value, shape);
    if (!is_natural(order)) stored = transpose(stored, std::span<const int>(order));
    return known = writer_.constant(name, stored);
}

// ---- one operation ------------------------------------------------------------------------------

OrderedTensor OnnxTask::value_at(OnnxExport& whole, const Recording& recording, Values& values,
                                 std::uint32_t position, const std::string& scope) {
    const RecordedNode& node = recording.nodes[position];
    if (node.varies) return values[position].at(0);
    const OnnxTask task(whole, recording, values, position, scope);
    const AxisOrder order = natural_order(node.spec().shape.rank());
    return {
        whole.constant(task.constant_of(node), node.spec().shape, order, task.constant_name(node)),
        order};
}

std::string OnnxTask::constant_name(const RecordedNode& constant) const {
    if (!constant.weight.empty()) return constant.weight;
    return scope().empty() ? "constant" : scope() + "/constant";
}

Tensor OnnxTask::constant_of(const RecordedNode& constant) const {
    if (!same_values(constant.tensor[0], constant.tensor[1]))
        refuse("reads a constant that depends on the size of the batch");
    return constant.tensor[0];
}

double OnnxTask::number(std::size_t i) const { return constant(i).to_vector<double>().front(); }

OrderedTensor OnnxTask::at(std::size_t i) const {
    return value_at(*whole_, *recording_, *values_, node().inputs.at(i), scope_);
}

std::string OnnxTask::in(std::size_t i) const { return in(i, natural_order(spec(i).shape.rank())); }

std::string OnnxTask::in(std::size_t i, const AxisOrder& order) const {
    if (is_constant(i))
        return whole_->constant(constant(i), spec(i).shape, order, constant_name(input(i)));
    return whole_->reordered(at(i), order, scope()).name;
}

std::string OnnxTask::in_as(std::size_t i, const Shape& shape) const {
    return whole_->constant(constant(i), shape, natural_order(shape.rank()),
                            constant_name(input(i)));
}

std::string OnnxTask::in_with_ones_in_front(std::size_t i, const AxisOrder& order) const {
    std::vector<Index> sizes(order.size() - static_cast<std::size_t>(spec(i).shape.rank()), 1);
    for (const Index size : spec(i).shape.sizes()) sizes.push_back(size);
    return whole_->constant(constant(i), Shape(std::span<const Index>(sizes)), order,
                            constant_name(input(i)));
}

std::string OnnxTask::broadcast_in(std::size_t i, const AxisOrder& order) const {
    const int rank = spec(i).shape.rank(), wanted = static_cast<int>(order.size());
    if (rank == 0 || (rank < wanted && is_natural(order))) return in(i);
    if (rank == wanted) return in(i, order);
    if (is_constant(i)) return in_with_ones_in_front(i, order);
    std::vector<Index> new_axes(static_cast<std::size_t>(wanted - rank));
    std::iota(new_axes.begin(), new_axes.end(), 0);
    const std::string wide = add("Unsqueeze", {in(i), integers(new_axes)});
    return whole_->reordered({wide, natural_order(wanted)}, order, scope()).name;
}

AxisOrder OnnxTask::common_order() const {
    const int rank = out().shape.rank();
    for (std::size_t i = 0; i < size(); ++i)
        if (!is_constant(i) && spec(i).shape.rank() == rank) return at(i).order;
    return natural_order(rank);
}

std::string OnnxTask::add(std::string_view op, std::vector<std::string> inputs,
                          OnnxAttributes attributes) const {
    return add_all(op, std::move(inputs), std::move(attributes), 1).front();
}

std::vector<std::string> OnnxTask::add_all(std::string_view op, std::vector<std::string> inputs,
                                           OnnxAttributes attributes, std::size_t outputs) const {
    return writer().add(op, std::move(inputs), std::move(attributes), scope(), outputs);
}

std::string OnnxTask::integers(const std::vector<Index>& values) const {
    return writer().integers(values);
}

std::string OnnxTask::sizes(const RecordedNode& node) const {
    std::vector<std::string> parts;
    std::vector<Index> known;
    const auto close = [&] {
        if (!known.empty()) parts.push_back(integers(known));
        known.clear();
    };
    for (int axis = 0; axis < node.spec().shape.rank(); ++axis) {
        const Index size = node.spec().shape[axis];
        if (!is_open(node, axis)) {
            known.push_back(size);
            continue;
        }
        const Index times = size / batches[0];
        if (times * batches[0] != size || times * batches[1] != node.tensor[1].shape()[axis])
            refuse("has an axis whose size is no multiple of the batch's");
        close();
        parts.push_back(times == 1 ? whole_->batch_size()
                                   : add("Mul", {whole_->batch_size(), integers({times})}));
    }
    close();
    if (parts.size() == 1) return parts.front();
    return parts.empty() ? integers({}) : add("Concat", parts, {{"axis", Index{0}}});
}

std::string OnnxTask::cast(const std::string& name, DType dtype) const {
    return add("Cast", {name},
               {{"to", Index{formats::detail::onnx::number_of(formats::stored_type(dtype))}}});
}

void OnnxTask::give(const std::string& name, std::size_t output) const {
    give(name, natural_order(out().shape.rank()), output);
}

void OnnxTask::give(const std::string& name, const AxisOrder& order, std::size_t output) const {
    auto& outputs = (*values_)[position_];
    if (outputs.size() <= output) outputs.resize(output + 1);
    outputs[output] = {name, order};
}

void OnnxTask::give_by(const TensorFunction& function) const {
    ForBoth<std::vector<Tensor>> arguments;
    std::vector<OrderedTensor> given;
    for (std::size_t i = 0; i < size(); ++i) {
        for (const unsigned batch : {0U, 1U})
            arguments[batch].push_back(
                is_constant(i) ? input(i).tensor[batch]
                               : shikumi::detail::pending_leaf(input(i).tensor[batch].spec()));
        given.push_back(is_constant(i) ? OrderedTensor() : at(i));
    }
    const Recording recording = record_for_both(whole_->who(), function, arguments);
    (*values_)[position_] = whole_->write(recording, given, scope());
}

}  // namespace shikumi::nn::detail

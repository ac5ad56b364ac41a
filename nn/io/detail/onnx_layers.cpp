// Layers that ONNX has as one operator, and we record as several operations: found from their last
// one backwards. What was written for the others is left out where nothing else reads it.
#include <optional>

#include <shikumi/autograd/ops/detail/reducing.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/io/detail/onnx_translations.hpp>

namespace shikumi::nn::detail {

namespace {

using shikumi::detail::Reducing;

// d / s · gamma + beta, of which the constants may be absent.
struct Scaled {
    OnnxTask division;
    std::optional<OnnxTask> gamma, beta;  // whose input 1 they are

    static std::optional<Scaled> of(const OnnxTask& task) {
        OnnxTask at = task;
        std::optional<OnnxTask> gamma, beta;
        const auto is = [&](std::string_view operation) {
            return at.operation() == operation && (operation == "divide" || at.is_constant(1)) &&
                   !at.is_constant(0);
        };
        if (is("add")) {
            beta = at;
            at = at.task_of_input(0);
        }
        if (is("multiply")) {
            gamma = at;
            at = at.task_of_input(0);
        }
        if (!is("divide")) return std::nullopt;
        return Scaled{at, gamma, beta};
    }
};

// The only axis of so many that a constant of at most as many varies along; -1: there are several.
int axis_of(const Shape& constant, int rank) {
    if (constant.rank() == 0) return -1;
    int axis = rank - 1;
    bool found = false;
    for (int i = 0; i < constant.rank(); ++i) {
        if (constant[i] == 1) continue;
        if (found) return -1;
        axis = i + rank - constant.rank();
        found = true;
    }
    return found ? axis : constant.rank() == 1 ? rank - 1 : -1;
}

// A constant as the list that it is, or a list of that number.
std::string listed(const OnnxTask& task, const std::optional<OnnxTask>& reader, Index size,
                   double otherwise) {
    if (!reader) return task.writer().shared_constant(full({size}, otherwise, task.out().dtype));
    return reader->in_as(1, Shape{size});
}

// (x - mean) / √(variance + ε) · gamma + beta along one axis, with constants for all four.
bool write_batch_normalization(const OnnxTask& task, const Scaled& scaled) {
    const OnnxTask& division = scaled.division;
    if (!division.is_constant(1) || division.input(0).operation != "subtract" ||
        division.input(1).operation != "sqrt")
        return false;
    const OnnxTask deviation = division.task_of_input(0), root = division.task_of_input(1);
    if (!deviation.is_constant(1) || root.input(0).operation != "add") return false;
    const OnnxTask sum = root.task_of_input(0);
    if (!sum.is_number(1)) return false;
    const int rank = task.out().shape.rank();
    const int axis = axis_of(sum.spec(0).shape, rank);
    if (axis < 1 || deviation.is_constant(0) || deviation.spec(0).shape != task.out().shape)
        return false;
    const Index size = task.out().shape[axis];
    const auto fits = [&](const OnnxTask& reader, std::size_t i) {
        const Shape& shape = reader.spec(i).shape;
        return shape.size() == size && axis_of(shape, rank) == axis;
    };
    if (!fits(sum, 0) || !fits(deviation, 1) || (scaled.gamma && !fits(*scaled.gamma, 1)) ||
        (scaled.beta && !fits(*scaled.beta, 1)))
        return false;
    AxisOrder order{0, axis};
    for (int i = 1; i < rank; ++i)
        if (i != axis) order.push_back(i);
    const Shape list{size};
    const std::string y =
        task.add("BatchNormalization",
                 {deviation.in(0, order), listed(task, scaled.gamma, size, 1),
                  listed(task, scaled.beta, size, 0), deviation.in_as(1, list), sum.in_as(0, list)},
                 {{"epsilon", static_cast<float>(sum.number(1))}});
    task.give(y, order);
    return true;
}

// The deviation of x from its mean along the last axes, by its own length · gamma + beta.
bool write_layer_normalization(const OnnxTask& task, const Scaled& scaled) {
    const OnnxTask& division = scaled.division;
    if (division.is_constant(1) || division.input(0).operation != "subtract" ||
        division.input(1).operation != "length")
        return false;
    const OnnxTask deviation = division.task_of_input(0), length = division.task_of_input(1);
    if (&length.input(0) != &division.input(0) || deviation.is_constant(1) ||
        deviation.input(1).operation != "mean")
        return false;
    const OnnxTask mean = deviation.task_of_input(1);
    const auto &by = length.attributes<Reducing>(), &of = mean.attributes<Reducing>();
    const Shape& shape = task.out().shape;
    const int rank = shape.rank();
    int axis = rank;
    while (axis > 0 && shikumi::detail::holds(by.axes, axis - 1)) --axis;
    const auto count = static_cast<double>(shikumi::detail::count(shape, by.axes));
    const bool are_last = by.axes >> axis << axis == by.axes && axis < rank && axis > 0;
    if (&mean.input(0) != &deviation.input(0) || by.axes != of.axes || !are_last ||
        by.reduction.divisor != count || of.reduction.divisor != count ||
        mean.out().shape.rank() != rank || length.out().shape.rank() != rank)
        return false;
    std::vector<Index> sizes;
    for (int i = axis; i < rank; ++i) sizes.push_back(shape[i]);
    const Shape normalized{std::span<const Index>(sizes)};
    const auto weight = [&](const std::optional<OnnxTask>& reader, double otherwise) {
        return reader
                   ? reader->in_as(1, normalized)
                   : task.writer().shared_constant(full(normalized, otherwise, task.out().dtype));
    };
    for (const auto& reader : {scaled.gamma, scaled.beta})
        if (reader && reader->spec(1).size() != normalized.size()) return false;
    task.give(task.add(
        "LayerNormalization", {deviation.in(0), weight(scaled.gamma, 1), weight(scaled.beta, 0)},
        {{"axis", Index{axis - rank}}, {"epsilon", static_cast<float>(by.reduction.epsilon)}}));
    return true;
}

// A convolution's bias goes into its operator.
bool write_biased_convolution(const OnnxTask& task) {
    if (task.operation() != "add" || task.is_constant(0) || !task.is_constant(1) ||
        task.input(0).readers != 1 || task.spec(1).shape.rank() != 1)
        return false;
    const OrderedTensor x = task.at(0);
    const formats::OnnxNode* const giver = task.writer().giver(x.name);
    if (!giver || (giver->op != "Conv" && giver->op != "ConvTranspose") ||
        giver->inputs.size() != 2 || task.spec(1).size() != task.out().shape.back() ||
        x.order != channels_first_order(task.out().shape.rank()))
        return false;
    const formats::OnnxNode convolution = *giver;
    task.give(task.add(convolution.op, {convolution.inputs[0], convolution.inputs[1], task.in(1)},
                       convolution.attributes),
              x.order);
    return true;
}

}  // namespace

bool write_as_layer(const OnnxTask& task) {
    if (task.operation() == "slice") return write_as_output_of_recurrence(task);
    if (task.operation() == "concatenate") return write_as_all_steps(task);
    if (write_as_simple_recurrence(task)) return true;
    if (task.operation() == "add" && write_biased_convolution(task)) return true;
    if (const std::optional<Scaled> scaled = Scaled::of(task))
        return write_batch_normalization(task, *scaled) || write_layer_normalization(task, *scaled);
    return false;
}

}  // namespace shikumi::nn::detail

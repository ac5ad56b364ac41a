// LSTM and GRU as the operators of these names, which have the time first. Where steps are masked,
// they are written one by one.
#include <algorithm>
#include <optional>

#include <shikumi/autograd/ops/detail/attributes.hpp>
#include <shikumi/autograd/ops/detail/transpose.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/io/detail/onnx_translations.hpp>
#include <shikumi/nn/layers/recurrent/detail/gru_sequence.hpp>
#include <shikumi/nn/layers/recurrent/detail/lstm_sequence.hpp>

namespace shikumi::nn::detail {

namespace {

// What the gates get from the inputs: x·kernel + bias.
struct Projected {
    std::string x;  // (time, batch, features)
    Tensor kernel;  // (features, gates · units)
    Tensor bias;    // undefined: none
    std::string kernel_name = "kernel", bias_name = "bias";
};

bool swaps_time(const OnnxTask& task) {
    const auto& order = task.attributes<shikumi::detail::Transpose>().order;
    return task.out().shape.rank() == 3 && order[0] == 1 && order[1] == 0 && order[2] == 2;
}

bool adds_bias(const OnnxTask& task) {
    return task.operation() == "add" && task.is_constant(1) && !task.is_constant(0) &&
           task.spec(1).size() == task.out().shape.back() && task.spec(1).shape.rank() > 0 &&
           task.spec(1).shape.back() == task.out().shape.back();
}

bool multiplies_steps(const OnnxTask& task) {
    if (task.operation() != "matmul" || !task.is_constant(1) || task.is_constant(0) ||
        task.spec(0).shape.rank() != 3 || task.spec(1).shape.rank() != 2)
        return false;
    const auto& flags = task.attributes<shikumi::detail::OfMatrices>();
    return !flags.transpose_a && !flags.transpose_b;
}

// As the layers record it; else the sums themselves, times a matrix of ones on the diagonal.
Projected projected(const OnnxTask& task) {
    Projected found;
    bool swapped = false;
    OnnxTask reader = task;
    while (!reader.is_constant(0)) {
        const OnnxTask before = reader.task_of_input(0);
        if (before.operation() == "transpose" && swaps_time(before)) {
            swapped = !swapped;
        } else if (adds_bias(before) && !found.bias.defined()) {
            found.bias = reshape(before.constant(1), {before.spec(1).size()});
            found.bias_name = before.weight_name(1);
        } else if (multiplies_steps(before)) {
            found.x = before.in(0, swapped ? AxisOrder{1, 0, 2} : natural_order(3));
            found.kernel = before.constant(1);
            found.kernel_name = before.weight_name(1);
            return found;
        } else {
            break;
        }
        reader = before;
    }
    return {task.in(0), eye(task.spec(0).shape.back(), {}, task.spec(0).dtype), {}};
}

// The gates' columns in ONNX's order, as (1, rows, …).
Tensor gates(const Tensor& columns, const std::vector<int>& order) {
    const auto count = static_cast<Index>(order.size());
    const std::vector<Tensor> parts = split(columns, count, -1);
    std::vector<Tensor> ordered;
    for (const int gate : order) ordered.push_back(parts[static_cast<std::size_t>(gate)]);
    const Tensor all = concatenate(ordered, -1);
    return expand_dims(all.rank() == 2 ? transpose(all) : all, 0);
}

bool is_zero(const OnnxTask& task, std::size_t i) {
    const auto zero = [](const Tensor& x) {
        return std::ranges::all_of(x.to_vector<double>(), [](double v) { return v == 0; });
    };
    if (task.is_constant(i)) return zero(task.constant(i));
    if (task.input(i).operation != "broadcast_to") return false;
    const OnnxTask filled = task.task_of_input(i);
    return filled.is_constant(0) && zero(filled.constant(0));
}

// A state before the first step, as the operator takes it; "" for zeros.
std::string first_state(const OnnxTask& task, std::size_t i) {
    return is_zero(task, i) ? std::string()
                            : task.add("Unsqueeze", {task.in(i), task.integers({0})});
}

// The outputs that `last_steps` looks for.
constexpr std::size_t every_step = 2, last_step = 3, last_cell = 4;

void write_recurrence(const OnnxTask& task, std::string_view op, const std::vector<int>& order,
                      const Tensor& recurrent_bias, std::size_t state, bool has_cell) {
    const Projected in = projected(task);
    const Tensor recurrent = task.constant(1);
    const Index units = recurrent.shape().front();
    const Tensor none = zeros({recurrent.shape().back()}, recurrent.dtype());
    OnnxGraphWriter& writer = task.writer();
    std::vector<std::string> inputs{in.x, writer.constant(in.kernel_name, gates(in.kernel, order)),
                                    writer.constant(task.weight_name(1), gates(recurrent, order))};
    const Tensor input_bias = gates(in.bias.defined() ? in.bias : none, order);
    const Tensor state_bias = gates(recurrent_bias.defined() ? recurrent_bias : none, order);
    inputs.push_back(writer.constant(in.bias_name, concatenate({input_bias, state_bias}, 1)));
    inputs.push_back("");
    inputs.push_back(first_state(task, state));
    if (has_cell) inputs.push_back(first_state(task, state + 1));
    while (inputs.back().empty()) inputs.pop_back();
    OnnxAttributes attributes{{"hidden_size", units}};
    if (!has_cell) attributes.push_back({"linear_before_reset", Index{1}});
    const std::vector<std::string> outputs =
        task.add_all(op, inputs, std::move(attributes), has_cell ? 3 : 2);
    const std::string steps = task.add("Squeeze", {outputs[0], task.integers({1})});
    const AxisOrder natural = natural_order(3);
    task.give(has_cell ? task.add("Concat", {steps, outputs[2]}, {{"axis", Index{0}}}) : steps,
              natural, 0);
    task.give(steps, natural, every_step);
    task.give(outputs[1], natural, last_step);
    if (has_cell) task.give(outputs[2], natural, last_cell);
}

void lstm_of(const OnnxTask& task) {
    if (task.size() > 4 || !task.is_constant(1))
        return task.give_by([](const std::vector<Tensor>& x) {
            return std::vector{lstm_steps(x[0], x[1], x[2], x[3], x.size() > 4 ? x[4] : Tensor())};
        });
    write_recurrence(task, "LSTM", {0, 3, 1, 2}, {}, 2, true);  // i, o, f, c of i, f, c, o
}

void gru_of(const OnnxTask& task) {
    if (task.size() > 4 || !task.is_constant(1) || !task.is_constant(2))
        return task.give_by([](const std::vector<Tensor>& x) {
            return std::vector{gru_steps(x[0], x[1], x[2], x[3], x.size() > 4 ? x[4] : Tensor())};
        });
    write_recurrence(task, "GRU", {0, 1, 2}, task.constant(2), 3, false);
}

// ---- SimpleRNN, which we record step by step ------------------------------------------------

std::string_view activation_of(std::string_view operation) {
    return operation == "tanh"      ? "Tanh"
           : operation == "relu"    ? "Relu"
           : operation == "sigmoid" ? "Sigmoid"
                                    : "";
}

// activation(sums[at] + h·recurrent): the step's own sums are cut out of those of all steps.
struct Step {
    OnnxTask cut;      // whose input 0 are the sums of all steps
    OnnxTask product;  // of h and the recurrent kernel
    Index at = 0;

    const RecordedNode& sums() const { return cut.input(0); }
    Index steps() const { return sums().spec().shape.front(); }
};

bool cuts_steps(const OnnxTask& task) {
    return task.operation() == "slice" && task.attributes<shikumi::detail::OnGrid>().step[0] == 1 &&
           task.out().size() * task.spec(0).shape.front() ==
               task.spec(0).size() * task.out().shape.front();
}

std::optional<Step> step_of(const OnnxTask& task) {
    if (activation_of(task.operation()).empty() || task.input(0).operation != "add") return {};
    const OnnxTask sum = task.task_of_input(0);
    if (sum.is_constant(0) || sum.is_constant(1) || sum.input(0).operation != "reshape" ||
        sum.input(1).operation != "matmul")
        return {};
    Step step{sum.task_of_input(0), sum.task_of_input(1)};
    while (!step.cut.is_constant(0) && cuts_steps(step.cut.task_of_input(0))) {
        step.cut = step.cut.task_of_input(0);
        step.at += step.cut.attributes<shikumi::detail::OnGrid>().start[0];
    }
    const auto& flags = step.product.attributes<shikumi::detail::OfMatrices>();
    const Shape& sums = step.sums().spec().shape;
    if (step.cut.operation() != "slice" || sums.rank() != 3 || !step.product.is_constant(1) ||
        step.product.is_constant(0) || step.product.spec(0).shape != task.out().shape ||
        flags.transpose_a || flags.transpose_b || task.out().shape.rank() != 2 ||
        sums.back() != task.out().shape.back() || sums[1] != task.out().shape.front())
        return {};
    return step;
}

// The nodes of all steps, if the task is the last one of a recurrence that begins with zeros.
std::vector<const RecordedNode*> steps_up_to(const OnnxTask& task) {
    const std::optional<Step> last = step_of(task);
    if (!last || last->at != last->steps() - 1) return {};
    std::vector<const RecordedNode*> nodes{&task.node()};
    Step step = *last;
    while (step.at > 0) {
        const OnnxTask before = step.product.task_of_input(0);
        const std::optional<Step> its = step_of(before);
        if (!its || before.operation() != task.operation() || its->at != step.at - 1 ||
            &its->sums() != &last->sums() || &its->product.input(1) != &last->product.input(1))
            return {};
        nodes.insert(nodes.begin(), &before.node());
        step = *its;
    }
    return is_zero(step.product, 0) ? nodes : std::vector<const RecordedNode*>();
}

constexpr OnnxTranslation recurrence_table[] = {
    {"gru", gru_of},
    {"lstm", lstm_of},
};

}  // namespace

std::span<const OnnxTranslation> recurrence_translations() { return recurrence_table; }

bool write_as_simple_recurrence(const OnnxTask& task) {
    if (steps_up_to(task).empty()) return false;
    const Step last = step_of(task).value();
    const Projected in = projected(last.cut);
    const Tensor recurrent = last.product.constant(1);
    const Tensor none = zeros({1, recurrent.shape().back()}, recurrent.dtype());
    OnnxGraphWriter& writer = task.writer();
    std::vector<std::string> inputs{
        in.x, writer.constant(in.kernel_name, gates(in.kernel, {0})),
        writer.constant(last.product.weight_name(1), gates(recurrent, {0}))};
    if (in.bias.defined())
        inputs.push_back(
            writer.constant(in.bias_name, concatenate({gates(in.bias, {0}), none}, 1)));
    const std::vector<std::string> outputs = task.add_all(
        "RNN", inputs,
        {{"hidden_size", recurrent.shape().front()},
         {"activations", std::vector<std::string>{std::string(activation_of(task.operation()))}}},
        2);
    task.give(task.add("Squeeze", {outputs[1], task.integers({0})}));
    task.give(task.add("Squeeze", {outputs[0], task.integers({1})}), natural_order(3), every_step);
    return true;
}

bool write_as_all_steps(const OnnxTask& task) {
    const std::size_t last = task.size() - 1;
    if (task.attributes<shikumi::detail::AlongAxis>().axis != 0 || task.is_constant(last) ||
        task.input(last).operation != "reshape")
        return false;
    const OnnxTask reshaped = task.task_of_input(last);
    if (reshaped.is_constant(0) || reshaped.outputs_of_input(0).size() <= every_step ||
        activation_of(reshaped.input(0).operation).empty())
        return false;
    const std::vector<const RecordedNode*> steps = steps_up_to(reshaped.task_of_input(0));
    if (steps.size() != task.size()) return false;
    for (std::size_t i = 0; i < steps.size(); ++i)
        if (task.is_constant(i) || task.input(i).operation != "reshape" ||
            &task.task_of_input(i).input(0) != steps[i])
            return false;
    const OrderedTensor& all = reshaped.outputs_of_input(0)[every_step];
    task.give(all.name, all.order);
    return true;
}

bool write_as_output_of_recurrence(const OnnxTask& slice) {
    if (slice.is_constant(0) || slice.input(0).operation != "output") return false;
    const OnnxTask output = slice.task_of_input(0);
    const std::string_view operation = output.input(0).operation;
    if (operation != "lstm" && operation != "gru") return false;
    const std::vector<OrderedTensor>& outputs = output.outputs_of_input(0);
    if (outputs.size() <= every_step) return false;  // written step by step
    const auto& grid = slice.attributes<shikumi::detail::OnGrid>();
    const Index steps = slice.spec(0).shape.front() - (operation == "lstm" ? 1 : 0);
    const Index first = grid.start[0], count = slice.out().shape.front();
    if (grid.step[0] != 1 ||
        slice.out().size() / count != slice.spec(0).size() / slice.spec(0).shape.front())
        return false;
    std::size_t which = 0;
    if (first == 0 && count == steps)
        which = every_step;
    else if (count == 1 && first == steps - 1)
        which = last_step;
    else if (count == 1 && first == steps)
        which = last_cell;
    else
        return false;
    slice.give(outputs[which].name, outputs[which].order);
    return true;
}

}  // namespace shikumi::nn::detail

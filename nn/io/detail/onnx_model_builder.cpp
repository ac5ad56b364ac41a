#include <shikumi/nn/io/detail/onnx_model_builder.hpp>

#include <algorithm>

#include <shikumi/formats/detail/in_quotes.hpp>
#include <shikumi/nn/detail/placeholder.hpp>
#include <shikumi/nn/io/detail/onnx_graph_layer.hpp>
#include <shikumi/nn/layers/reshaping/flatten.hpp>
#include <shikumi/nn/layers/reshaping/permute.hpp>
#include <shikumi/nn/layers/reshaping/reshape.hpp>

namespace shikumi::nn::detail {

using formats::OnnxNode;
using formats::detail::in_quotes;

// ---- OnnxPlace ----------------------------------------------------------------------------------

bool OnnxPlace::is_constant(std::size_t i) const {
    return call_.has(i) && builder_.program_.constants.contains(step_.node.inputs[i]);
}
Tensor OnnxPlace::constant(std::size_t i) const {
    return builder_.program_.constants.find(step_.node.inputs[i])->second.value;
}
bool OnnxPlace::is_weight(std::size_t i) const {
    return call_.has(i) && detail::is_weight(builder_.program_, step_.node.inputs[i]);
}
bool OnnxPlace::is_symbol(std::size_t i) const {
    return call_.has(i) && builder_.symbols_.contains(step_.node.inputs[i]);
}
int OnnxPlace::batch_axis(std::size_t i) const {
    return builder_.batches_.axis(step_.node.inputs[i]);
}
int OnnxPlace::output_batch_axis(std::size_t i) const {
    return builder_.batches_.axis(step_.node.outputs[i]);
}
Spec OnnxPlace::output(std::size_t i) const {
    return builder_.batches_.operand(step_.node.outputs[i]).tensor.spec();
}
bool OnnxPlace::one_real_symbol() const {
    if (!is_symbol(0) || !is_floating(input(0).dtype)) return false;
    for (std::size_t i = 1; i < call_.size(); ++i)
        if (call_.has(i) && !is_constant(i)) return false;
    return true;
}

OnnxSymbol OnnxPlace::symbol(std::size_t i) const {
    return builder_.symbols_.at(step_.node.inputs[i]);
}
SymbolicTensor OnnxPlace::ordered(std::size_t i, const std::vector<int>& order) const {
    return builder_.ordered(step_.node.inputs[i], order);
}
SymbolicTensor OnnxPlace::batch_first(std::size_t i) const {
    return ordered(i, batch_in_front(input(i).shape.rank(), batch_axis(i)));
}

void OnnxPlace::give(std::size_t i, const SymbolicTensor& tensor,
                     const std::vector<int>& order) const {
    builder_.symbols_.insert_or_assign(step_.node.outputs[i], OnnxSymbol{tensor, order});
}
void OnnxPlace::give_batch_first(std::size_t i, const SymbolicTensor& tensor) const {
    give(i, tensor, batch_in_front(output(i).shape.rank(), output_batch_axis(i)));
}
SymbolicTensor OnnxPlace::reshaped(const SymbolicTensor& x, const Shape& sample) const {
    return builder_.reshaped(x, sample);
}

const OnnxStep* OnnxPlace::only_reader() const {
    const std::string& output = step_.node.outputs[0];
    const auto readers = builder_.readers_.find(output);
    if (readers == builder_.readers_.end() || readers->second.size() != 1) return nullptr;
    if (std::ranges::find(builder_.program_.outputs, output) != builder_.program_.outputs.end())
        return nullptr;
    return &builder_.program_.steps[readers->second.front()];
}

Tensor OnnxPlace::added_constant(const OnnxStep& step) const {
    const OnnxNode& node = step.node;
    if (step.op->name != "Add" || node.inputs.size() != 2) return {};
    const std::string& other =
        node.inputs[0] == step_.node.outputs[0] ? node.inputs[1] : node.inputs[0];
    const auto constant = builder_.program_.constants.find(other);
    return detail::is_weight(builder_.program_, other) && builder_.readers_.at(other).size() == 1
               ? constant->second.value
               : Tensor();
}

void OnnxPlace::give_for(const OnnxStep& step, const SymbolicTensor& tensor,
                         const std::vector<int>& order) const {
    builder_.symbols_.insert_or_assign(step.node.outputs[0], OnnxSymbol{tensor, order});
    builder_.done_.insert(static_cast<std::size_t>(&step - builder_.program_.steps.data()));
}

std::vector<int> batch_in_front(int rank, int batch_axis) {
    std::vector<int> order;
    for (int i = 0; i < rank; ++i)
        order.push_back(i == batch_axis ? 0 : i < batch_axis ? i + 1 : i);
    return order;
}

// ---- OnnxModelBuilder ---------------------------------------------------------------------------

OnnxModelBuilder::OnnxModelBuilder(const OnnxProgram& program, const OnnxBatches& batches,
                                   const std::vector<Spec>& samples)
    : program_(program), batches_(batches), reads_(onnx_reads(program, batches)) {
    for (std::size_t i = 0; i < program.inputs.size(); ++i) {
        const std::string& name = program.inputs[i].name;
        inputs_.push_back(symbolic_input(samples[i], name));
        symbols_.emplace(
            name, OnnxSymbol{inputs_.back(), batch_in_front(samples[i].shape.rank() + 1, 0)});
    }
    for (std::size_t i = 0; i < program.steps.size(); ++i) {
        const OnnxNode& node = program.steps[i].node;
        for (const std::string& output : node.outputs)
            if (!output.empty()) makers_[output] = i;
        for (const std::string& input : node.inputs)
            if (!input.empty()) readers_[input].push_back(i);
    }
}

Functional OnnxModelBuilder::build(const std::string& name) {
    for (const OnnxGroup& group : onnx_groups(program_, batches_)) take_group(group);
    std::vector<SymbolicTensor> outputs;
    for (const std::string& output : program_.outputs) {
        if (!symbols_.contains(output) || batches_.axis(output) != 0)
            fail<ValueError>("load_onnx", "the output ", std::string_view(in_quotes(output)),
                             " doesn't have the batch as its first axis");
        const int rank = batches_.operand(output).tensor.rank();
        outputs.push_back(ordered(output, batch_in_front(rank, 0)));
    }
    return Functional(inputs_, SymbolicTensors(outputs, program_.output_names), name);
}

void OnnxModelBuilder::take_group(const OnnxGroup& group) {
    if (group.size() == 1 && (done_.contains(group[0]) || take_layer(group[0]))) return;
    take_operations(group);
}

bool OnnxModelBuilder::take_layer(std::size_t i) {
    const OnnxStep& step = program_.steps[i];
    if (!step.op->layer) return false;
    for (const std::string& output : step.node.outputs)
        if (!output.empty() && batches_.axis(output) < 0) return false;
    std::vector<OnnxOperand> operands;
    for (const std::string& input : step.node.inputs)
        operands.push_back(input.empty() ? OnnxOperand{} : batches_.operand(input));
    while (!operands.empty() && !operands.back().tensor.defined()) operands.pop_back();
    const OnnxCall call(step.node, step.opset, std::move(operands));
    OnnxPlace place(*this, step, call);
    return step.op->layer(place);
}

// The steps of a group, and those before them that compute with sizes. Inputs and outputs have
// their batch in front outside.
OnnxProgram OnnxModelBuilder::program_of(const OnnxGroup& group,
                                         std::vector<SymbolicTensor>& inputs,
                                         std::vector<std::string>& outputs) const {
    OnnxProgram program;
    program.batch = program_.batch;
    std::set<std::size_t> members(group.begin(), group.end()), steps = members;
    std::vector<std::size_t> open(group);
    while (!open.empty()) {
        const std::size_t i = open.back();
        open.pop_back();
        for (const std::string& input : program_.steps[i].node.inputs) {
            const auto maker = makers_.find(input);
            if (maker != makers_.end() && batches_.known(input) &&
                steps.insert(maker->second).second)
                open.push_back(maker->second);
        }
    }
    const OnnxOperator* const turn = find_onnx_operator("", "Transpose", newest_opset);
    const auto add_transpose = [&](const std::string& from, const std::string& to,
                                   const std::vector<int>& order) {
        OnnxNode node{.op = "Transpose", .inputs = {from}, .outputs = {to}};
        node.attributes.push_back({"perm", std::vector<Index>(order.begin(), order.end())});
        program.steps.push_back({std::move(node), turn, newest_opset});
    };
    std::set<std::string> read;
    for (const std::size_t i : group) read.insert(reads_[i].begin(), reads_[i].end());
    for (const std::string& name : read) {
        const auto maker = makers_.find(name);
        if (maker != makers_.end() && members.contains(maker->second)) continue;
        const OnnxSymbol& symbol = symbols_.at(name);
        inputs.push_back(symbol.tensor);
        const bool turned = !std::ranges::is_sorted(symbol.order);
        program.inputs.push_back({.name = turned ? name + "#turned" : name});
        if (turned) add_transpose(name + "#turned", name, symbol.order);
    }
    for (const std::size_t i : steps) program.steps.push_back(program_.steps[i]);
    for (const std::size_t i : steps)
        for (const std::string& input : program_.steps[i].node.inputs)
            if (const auto c = program_.constants.find(input); c != program_.constants.end())
                program.constants.insert(*c);
    std::set<std::string> needed(program_.outputs.begin(), program_.outputs.end());
    for (std::size_t i = 0; i < reads_.size(); ++i)
        if (!members.contains(i)) needed.insert(reads_[i].begin(), reads_[i].end());
    for (const std::size_t i : group)
        for (const std::string& output : program_.steps[i].node.outputs) {
            const int axis =
                output.empty() || !needed.contains(output) ? -1 : batches_.axis(output);
            if (axis < 0) continue;
            outputs.push_back(output);
            program.outputs.push_back(axis == 0 ? output : output + "#turned");
            if (axis == 0) continue;
            std::vector<int> order{axis};
            const int rank = batches_.operand(output).tensor.rank();
            for (int k = 0; k < rank; ++k)
                if (k != axis) order.push_back(k);
            add_transpose(output, output + "#turned", order);
        }
    return program;
}

void OnnxModelBuilder::take_operations(const OnnxGroup& group) {
    std::vector<SymbolicTensor> inputs;
    std::vector<std::string> outputs;
    OnnxProgram program = program_of(group, inputs, outputs);
    if (outputs.empty()) {
        std::string nodes;
        for (const std::size_t i : group) {
            const OnnxNode& node = program_.steps[i].node;
            for (const std::string& output : node.outputs)
                if (std::ranges::find(program_.outputs, output) != program_.outputs.end())
                    fail<ValueError>("load_onnx", "the output ",
                                     std::string_view(in_quotes(output)),
                                     " doesn't have the batch as its first axis");
        }
        return;  // nobody reads it
    }
    const auto results = connect_all(onnx_graph_layer(std::move(program), name_of(group)), inputs);
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        const int rank = batches_.operand(outputs[i]).tensor.rank();
        symbols_.insert_or_assign(
            outputs[i], OnnxSymbol{results[i], batch_in_front(rank, batches_.axis(outputs[i]))});
    }
}

// "onnx_erf", "onnx_reshape_gemm", of the first operators that aren't alike.
std::string OnnxModelBuilder::name_of(const OnnxGroup& group) {
    std::string name = "onnx";
    std::set<std::string_view> named;
    for (const std::size_t i : group) {
        const std::string_view op = program_.steps[i].op->name;
        if (named.size() == 3 || !named.insert(op).second) continue;
        name += '_';
        for (const char c : op) name += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    const int count = names_[name]++;
    return count == 0 ? name : name + '_' + std::to_string(count);
}

SymbolicTensor OnnxModelBuilder::ordered(const std::string& name, const Order& order) {
    const OnnxSymbol& symbol = symbols_.at(name);
    if (symbol.order == order) return symbol.tensor;
    const auto found = permuted_.find({name, order});
    if (found != permuted_.end()) return found->second;
    std::vector<int> dims(order.size() - 1);
    for (std::size_t i = 0; i < order.size(); ++i)
        if (order[i] > 0) dims[static_cast<std::size_t>(order[i] - 1)] = symbol.order[i];
    const SymbolicTensor permuted = symbol.tensor | Permute(dims);
    permuted_.emplace(std::pair(name, order), permuted);
    return permuted;
}

SymbolicTensor OnnxModelBuilder::reshaped(const SymbolicTensor& x, const Shape& sample) {
    const auto origin = reshaped_from_.find(x.call().get());
    const SymbolicTensor from = origin == reshaped_from_.end() ? x : origin->second;
    if (without_batch(from.spec().shape) == sample) return from;
    if (without_batch(x.spec().shape) == sample) return x;
    const auto sizes = sample.sizes();
    const SymbolicTensor result =
        sample.rank() == 1 ? from | Flatten()
                           : from | Reshape(std::vector<Index>(sizes.begin(), sizes.end()));
    reshaped_from_.emplace(result.call().get(), from);
    return result;
}

}  // namespace shikumi::nn::detail

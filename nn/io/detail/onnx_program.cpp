#include <shikumi/nn/io/detail/onnx_program.hpp>

#include <algorithm>
#include <set>

#include <shikumi/formats/detail/in_quotes.hpp>

namespace shikumi::nn::detail {

using formats::OnnxAttribute;
using formats::OnnxFunction;
using formats::OnnxGraph;
using formats::OnnxModel;
using formats::OnnxNode;
using formats::OnnxOpset;
using formats::OnnxReference;
using formats::detail::in_quotes;

namespace {

using Names = std::map<std::string, std::string, std::less<>>;
using Opsets = std::map<std::string, Index, std::less<>>;

// Where nodes stand: in the graph itself, in a branch of an If, or in a function.
struct Scope {
    Names names;                   // of this scope's tensors in the program
    const Scope* outer = nullptr;  // whose names are seen, too
    std::string prefix;            // of the names that the scope makes
    Opsets opsets;
    // The attributes of the call of a function; null elsewhere.
    const std::vector<OnnxAttribute>* attributes = nullptr;
    const OnnxFunction* function = nullptr;
    int depth = 0;

    const std::string* find(const std::string& name) const {
        for (const Scope* scope = this; scope; scope = scope->outer) {
            const auto found = scope->names.find(name);
            if (found != scope->names.end()) return &found->second;
        }
        return nullptr;
    }
};

// Names that PyTorch's exporter makes for its own numbers, val_12, where it has nothing to call them.
bool is_number_of_torch(std::string_view name) {
    return name.starts_with("val_") &&
           std::ranges::all_of(name.substr(4), [](char c) { return c >= '0' && c <= '9'; });
}

// What PyTorch's exporter since 2.5 says of a tensor: what it was in the module, or the tensors that
// it was folded from, as a list in Python. It keeps its own numbers among the weights.
OnnxRole role_in_torch(const formats::OnnxValue& value) {
    const auto kind = value.metadata.find("pkg.torch.export.graph_signature.InputSpec.kind");
    if (kind != value.metadata.end())
        return kind->second == "PARAMETER" ? OnnxRole::weight : OnnxRole::buffer;
    const auto folded = value.metadata.find("pkg.onnxscript.optimizer.folded_from");
    if (folded == value.metadata.end())
        return is_number_of_torch(value.name) ? OnnxRole::number : OnnxRole::weight;
    const std::string_view list = folded->second;
    for (std::size_t begin = list.find('\''); begin != list.npos;) {
        const std::size_t end = list.find('\'', begin + 1);
        if (end == list.npos) break;
        if (!is_number_of_torch(list.substr(begin + 1, end - begin - 1))) return OnnxRole::weight;
        begin = list.find('\'', end + 1);
    }
    return OnnxRole::number;
}

class Flattening {
public:
    Flattening(const OnnxModel& model, std::string_view who, const std::string& path)
        : model_(model), who_(who), path_(path) {
        for (const OnnxFunction& function : model.functions) {
            if (!functions_.emplace(std::pair(function.domain, function.name), &function).second)
                refuse("two functions are called ", in_quotes(function.name));
        }
        std::size_t nodes = model.graph.nodes.size();
        for (const OnnxFunction& function : model.functions) nodes += function.nodes.size();
        most_ += 8 * nodes;
        for (const formats::NamedTensor& tensor : model.graph.initializers)
            budget_ += 8 * tensor.value.bytes().size();
    }

    OnnxProgram run() {
        Scope scope;
        scope.opsets = opsets_of(model_.opsets);
        take_initializers(model_.graph, scope);
        for (const formats::OnnxValue& input : model_.graph.inputs) {
            if (program_.constants.contains(input.name)) continue;  // as old files list them
            if (!input.type)
                refuse("the input ", in_quotes(input.name), " has no type of elements");
            define(scope, input.name);
            program_.inputs.push_back(input);
        }
        if (program_.inputs.empty()) refuse("the graph has no inputs");
        take_nodes(model_.graph.nodes, scope);
        for (const formats::OnnxValue& output : model_.graph.outputs) {
            program_.outputs.push_back(place_of(scope, output.name, "the graph's output"));
            program_.output_names.push_back(output.name);
        }
        if (program_.outputs.empty()) refuse("the graph has no outputs");
        drop_unused();
        return std::move(program_);
    }

private:
    template <class... Parts>
    [[noreturn]] void refuse(const Parts&... parts) const {
        fail<ValueError>(who_, path_, ": ", std::string_view(parts)...);
    }

    Opsets opsets_of(const std::vector<OnnxOpset>& imported) const {
        Opsets opsets;
        for (const auto& [domain, version] : imported) {
            const auto [at, is_new] = opsets.emplace(domain, version);
            if (!is_new && at->second != version)
                refuse("the operators of the domain ", in_quotes(domain),
                       " are imported in two versions");
        }
        const auto own = opsets.find("");
        if (own != opsets.end() && (own->second < oldest_opset || own->second > newest_opset))
            refuse(sentence("the file's operators are those of opset ", own->second,
                            "; those of opset ", oldest_opset, " to ", newest_opset,
                            " can be read"));
        return opsets;
    }

    // A name of the program for a tensor of the scope, which must be new there.
    std::string define(Scope& scope, const std::string& name) {
        const std::string unique = scope.prefix + name;
        if (!scope.names.emplace(name, unique).second)
            refuse("the tensor ", in_quotes(name), " is made twice");
        defined_.insert(unique);
        return unique;
    }
    std::string place_of(const Scope& scope, const std::string& name, std::string_view of) const {
        const std::string* const found = scope.find(name);
        if (!found || !defined_.contains(*found))
            refuse(of, " ", in_quotes(name), " is a tensor that nothing produces");
        return *found;
    }

    void take_initializers(const OnnxGraph& graph, Scope& scope) {
        std::map<std::string_view, OnnxRole> roles;
        if (model_.producer == "pytorch")
            for (const formats::OnnxValue& value : graph.values)
                roles[value.name] = role_in_torch(value);
        for (const formats::NamedTensor& tensor : graph.initializers) {
            const auto said = roles.find(tensor.name);
            const bool number = tensor.value.shape().rank() == 0;
            const OnnxRole role = number                 ? OnnxRole::number
                                  : said != roles.end() ? said->second
                                                        : OnnxRole::weight;
            program_.constants[define(scope, tensor.name)] = {tensor.value.tensor(), role};
        }
    }

    void take_nodes(const std::vector<OnnxNode>& nodes, Scope& scope);
    void take_node(const OnnxNode& node, Scope& scope);
    void take_function(const OnnxFunction& function, const OnnxNode& node, Scope& scope);
    void take_branch(const OnnxNode& node, Scope& scope);
    void take_operator(OnnxNode node, Scope& scope);
    std::vector<OnnxAttribute> attributes_in(const OnnxNode& node, const Scope& scope) const;
    void fold(const OnnxStep& step);
    void drop_unused();

    const OnnxModel& model_;
    std::string_view who_;
    const std::string& path_;
    std::map<std::pair<std::string, std::string>, const OnnxFunction*> functions_;
    std::set<std::string, std::less<>> defined_;
    OnnxProgram program_;
    std::uint64_t budget_ = std::uint64_t{16} << 20;  // bytes that constants may be folded into
    std::size_t inlined_ = 0, most_ = 10'000;
};

// The names that a node reads in its graph, those of its branches included.
void collect_inputs(const OnnxNode& node, std::vector<std::string>& names) {
    for (const std::string& input : node.inputs)
        if (!input.empty()) names.push_back(input);
    for (const OnnxAttribute& attribute : node.attributes) {
        if (const auto* graph = std::get_if<std::shared_ptr<const OnnxGraph>>(&attribute.value))
            for (const OnnxNode& inner : (*graph)->nodes) collect_inputs(inner, names);
    }
}

// Takes each node when all that it reads is there, in the order of the file where that allows it.
void Flattening::take_nodes(const std::vector<OnnxNode>& nodes, Scope& scope) {
    std::map<std::string, std::size_t, std::less<>> producers;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        for (const std::string& output : nodes[i].outputs)
            if (!output.empty() && !producers.emplace(output, i).second)
                refuse("the tensor ", in_quotes(output), " is made twice");
    }
    std::vector<std::size_t> missing(nodes.size(), 0);
    std::vector<std::vector<std::size_t>> readers(nodes.size());
    std::set<std::size_t> ready;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        std::vector<std::string> inputs;
        collect_inputs(nodes[i], inputs);
        std::set<std::size_t> before;
        for (const std::string& input : inputs) {
            const auto producer = producers.find(input);
            if (producer != producers.end()) before.insert(producer->second);
        }
        missing[i] = before.size();
        for (const std::size_t j : before) readers[j].push_back(i);
        if (before.empty()) ready.insert(i);
    }
    std::size_t taken = 0;
    for (; !ready.empty(); ++taken) {
        const std::size_t i = *ready.begin();
        ready.erase(ready.begin());
        take_node(nodes[i], scope);
        for (const std::size_t j : readers[i])
            if (--missing[j] == 0) ready.insert(j);
    }
    if (taken == nodes.size()) return;
    // From a node that waits to what it waits for, until one comes again.
    const auto waits = [&](std::size_t i) { return missing[i] > 0; };
    std::size_t at = 0;
    while (!waits(at)) ++at;
    std::string tensor;
    for (std::set<std::size_t> met; met.insert(at).second;) {
        std::vector<std::string> inputs;
        collect_inputs(nodes[at], inputs);
        for (const std::string& input : inputs) {
            const auto producer = producers.find(input);
            if (producer == producers.end() || !waits(producer->second)) continue;
            tensor = input;
            at = producer->second;
            break;
        }
    }
    refuse("the graph has a circle, through the tensor ", in_quotes(tensor), " and ",
           described(nodes[at]));
}

void Flattening::take_node(const OnnxNode& node, Scope& scope) {
    if (++inlined_ > most_)
        refuse(sentence("functions and branches make more than ", most_, " nodes"));
    for (const std::string& input : node.inputs)
        if (!input.empty()) place_of(scope, input, "what " + described(node) + " reads,");
    const auto function = functions_.find(std::pair(node.domain, node.op));
    if (function != functions_.end()) return take_function(*function->second, node, scope);
    if (node.domain.empty() && node.op == "If") return take_branch(node, scope);
    take_operator(node, scope);
}

std::vector<OnnxAttribute> Flattening::attributes_in(const OnnxNode& node,
                                                     const Scope& scope) const {
    std::vector<OnnxAttribute> attributes;
    for (const OnnxAttribute& attribute : node.attributes) {
        const auto* const reference = std::get_if<OnnxReference>(&attribute.value);
        if (!reference) {
            attributes.push_back(attribute);
            continue;
        }
        if (!scope.attributes) refuse(described(node), " refers to an attribute of no function");
        const auto given =
            std::ranges::find(*scope.attributes, reference->name, &OnnxAttribute::name);
        if (given != scope.attributes->end()) {
            attributes.push_back({attribute.name, given->value});
            continue;
        }
        const auto absent =
            std::ranges::find(scope.function->defaults, reference->name, &OnnxAttribute::name);
        if (absent != scope.function->defaults.end())
            attributes.push_back({attribute.name, absent->value});
    }
    return attributes;
}

void Flattening::take_function(const OnnxFunction& function, const OnnxNode& node, Scope& scope) {
    constexpr int deepest = 32;
    if (scope.depth == deepest)
        refuse("functions are nested too deep, more than 32, at ", described(node));
    const std::vector<OnnxAttribute> attributes = attributes_in(node, scope);
    Scope inner;
    inner.prefix = scope.prefix + (node.name.empty() ? node.op : node.name) + '#' +
                   std::to_string(inlined_) + '/';
    inner.opsets = opsets_of(function.opsets);
    inner.attributes = &attributes;
    inner.function = &function;
    inner.depth = scope.depth + 1;
    if (node.inputs.size() > function.inputs.size() ||
        node.outputs.size() > function.outputs.size())
        refuse(described(node), " has more inputs or outputs than its function");
    for (std::size_t i = 0; i < node.inputs.size(); ++i)
        if (!node.inputs[i].empty()) inner.names[function.inputs[i]] = *scope.find(node.inputs[i]);
    // What the call leaves out is absent within the function, too.
    std::vector<OnnxNode> nodes = function.nodes;
    for (OnnxNode& one : nodes)
        for (std::string& input : one.inputs)
            if (std::ranges::find(function.inputs, input) != function.inputs.end() &&
                !inner.names.contains(input))
                input.clear();
    take_nodes(nodes, inner);
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
        if (node.outputs[i].empty()) continue;
        scope.names[node.outputs[i]] =
            place_of(inner, function.outputs[i], "the output of " + described(node) + ",");
    }
}

void Flattening::take_branch(const OnnxNode& node, Scope& scope) {
    const std::string* const name = node.inputs.size() == 1 ? scope.find(node.inputs[0]) : nullptr;
    const auto condition = name ? program_.constants.find(*name) : program_.constants.end();
    if (condition == program_.constants.end())
        refuse(described(node),
               " is an If on a condition that depends on the data: control flow "
               "can't be done");
    if (condition->second.value.size() != 1)
        refuse(described(node), " is an If on more than one condition");
    const bool holds = condition->second.value.item<bool>();
    const OnnxAttribute* const branch = node.find(holds ? "then_branch" : "else_branch");
    const auto* const graph =
        branch ? std::get_if<std::shared_ptr<const OnnxGraph>>(&branch->value) : nullptr;
    if (!graph) refuse(described(node), " lacks its branch");
    Scope inner;
    inner.outer = &scope;
    inner.prefix = scope.prefix + (node.name.empty() ? node.op : node.name) + '#' +
                   std::to_string(inlined_) + '/';
    inner.opsets = scope.opsets;
    inner.attributes = scope.attributes;
    inner.function = scope.function;
    inner.depth = scope.depth + 1;
    if ((*graph)->outputs.size() != node.outputs.size())
        refuse(described(node), " has another number of outputs than its branch");
    take_initializers(**graph, inner);
    take_nodes((*graph)->nodes, inner);
    for (std::size_t i = 0; i < node.outputs.size(); ++i)
        scope.names[node.outputs[i]] =
            place_of(inner, (*graph)->outputs[i].name, "the output of " + described(node) + ",");
}

// Operators of graphs whose numbers are integers that stand for real ones.
bool is_quantised(std::string_view op) {
    return op.starts_with("QLinear") || op.find("Quantize") != op.npos || op == "ConvInteger" ||
           op == "MatMulInteger";
}

void Flattening::take_operator(OnnxNode node, Scope& scope) {
    if (node.domain.empty() && (node.op == "Loop" || node.op == "Scan"))
        refuse(described(node), " is control flow, which can't be done");
    const auto opset = scope.opsets.find(node.domain);
    const Index ml = newest_ml_opset;
    if (opset == scope.opsets.end() || (!node.domain.empty() && node.domain != "ai.onnx.ml"))
        refuse(described(node), " is an operator of the domain ", in_quotes(node.domain),
               ", which isn't known",
               opset == scope.opsets.end() ? ": the file imports no such one" : "");
    if (!node.domain.empty() && (opset->second < 1 || opset->second > ml))
        refuse(sentence("the operators of ", node.domain, " are those of opset ", opset->second,
                        "; those of opset 1 to ", ml, " can be read"));
    OnnxStep step;
    step.opset = opset->second;
    step.op = find_onnx_operator(node.domain, node.op, step.opset);
    if (!step.op)
        refuse(described(node),
               is_quantised(node.op) ? " is a quantised operator"
                                     : " is an "
                                       "operator",
               sentence(" that can't be done, in opset ", step.opset));
    node.attributes = attributes_in(node, scope);
    for (std::string& input : node.inputs)
        if (!input.empty()) input = *scope.find(input);
    for (std::string& output : node.outputs)
        if (!output.empty()) output = define(scope, output);
    step.node = std::move(node);
    const bool constant = std::ranges::all_of(step.node.inputs, [&](const std::string& input) {
        return input.empty() || program_.constants.contains(input);
    });
    if (constant)
        fold(step);
    else
        program_.steps.push_back(std::move(step));
}

void Flattening::fold(const OnnxStep& step) {
    std::vector<OnnxOperand> operands;
    bool weight = false;
    for (const std::string& input : step.node.inputs) {
        const auto constant = program_.constants.find(input);
        if (constant == program_.constants.end()) {
            operands.emplace_back();
            continue;
        }
        weight |= constant->second.role == OnnxRole::weight &&
                  is_floating(constant->second.value.dtype());
        operands.push_back({constant->second.value, true});
    }
    std::vector<OnnxOperand> results = run_step(step, std::move(operands), Mode::infer, 0);
    for (std::size_t i = 0; i < step.node.outputs.size(); ++i) {
        if (step.node.outputs[i].empty()) continue;
        const std::uint64_t bytes = results[i].tensor.spec().bytes();
        if (bytes > budget_)
            refuse(described(step.node), sentence(" makes a constant of ", bytes, " bytes, and ",
                                                  budget_, " are left for such"));
        budget_ -= bytes;
        const bool learned = weight && results[i].tensor.rank() > 0;
        program_.constants[step.node.outputs[i]] = {results[i].tensor,
                                                    learned ? OnnxRole::weight : OnnxRole::number};
    }
}

void Flattening::drop_unused() {
    std::set<std::string, std::less<>> used(program_.outputs.begin(), program_.outputs.end());
    std::vector<OnnxStep> steps;
    for (auto step = program_.steps.rbegin(); step != program_.steps.rend(); ++step) {
        const auto is_used = [&](const std::string& name) { return used.contains(name); };
        if (std::ranges::none_of(step->node.outputs, is_used)) continue;
        for (std::string& output : step->node.outputs)
            if (!is_used(output)) output.clear();
        used.insert(step->node.inputs.begin(), step->node.inputs.end());
        steps.push_back(std::move(*step));
    }
    std::ranges::reverse(steps);
    program_.steps = std::move(steps);
    std::erase_if(program_.constants, [&](const auto& c) { return !used.contains(c.first); });
}

}  // namespace

OnnxProgram onnx_program(const OnnxModel& model, std::string_view who, const std::string& path) {
    try {
        return Flattening(model, who, path).run();
    } catch (Error& e) {
        if (std::string_view(e.what()).find(path) == std::string_view::npos)
            e.add_context(sentence("in the file ", path));
        throw;
    }
}

std::vector<OnnxOperand> run_step(const OnnxStep& step, std::vector<OnnxOperand> operands,
                                  Mode mode, Index batch) {
    while (!operands.empty() && !operands.back().tensor.defined()) operands.pop_back();
    const bool known =
        step.op->from_shapes || std::ranges::all_of(operands, [](const OnnxOperand& operand) {
            return operand.known || !operand.tensor.defined();
        });
    const OnnxCall call(step.node, step.opset, std::move(operands), mode, batch);
    try {
        std::vector<OnnxOperand> results;
        for (Tensor& tensor : step.op->run(call)) results.push_back({std::move(tensor), known});
        call.check_attributes();
        for (std::size_t i = results.size(); i < step.node.outputs.size(); ++i)
            if (call.wants(i)) call.refuse("can't give its output ", i + 1);
        return results;
    } catch (Error& e) {
        const std::string where = described(step.node);
        if (std::string_view(e.what()).find(where) == std::string_view::npos)
            e.add_context("in " + where);
        throw;
    }
}

OnnxValues run_onnx(const OnnxProgram& program, const std::vector<Tensor>& inputs,
                    const std::map<std::string, Tensor, std::less<>>& weights, Mode mode) {
    OnnxValues values;
    for (const auto& [name, constant] : program.constants) {
        const auto weight = weights.find(name);
        if (weight == weights.end())
            values[name] = {constant.value, true};
        else
            values[name] = {weight->second, false};
    }
    for (std::size_t i = 0; i < inputs.size(); ++i)
        values[program.inputs[i].name] = {inputs[i], false};
    for (const OnnxStep& step : program.steps) {
        std::vector<OnnxOperand> operands;
        for (const std::string& input : step.node.inputs)
            operands.push_back(input.empty() ? OnnxOperand{} : values.at(input));
        std::vector<OnnxOperand> results = run_step(step, std::move(operands), mode, program.batch);
        for (std::size_t i = 0; i < step.node.outputs.size(); ++i)
            if (!step.node.outputs[i].empty()) values[step.node.outputs[i]] = std::move(results[i]);
    }
    return values;
}

}  // namespace shikumi::nn::detail

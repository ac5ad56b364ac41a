#include <shikumi/nn/io/onnx_export.hpp>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/trace.hpp>
#include <shikumi/formats/onnx_file.hpp>
#include <shikumi/nn/io/detail/onnx_translations.hpp>
#include <shikumi/nn/io/detail/weight_names.hpp>
#include <shikumi/nn/io/detail/writing.hpp>

namespace shikumi::nn {

using detail::batches;
using detail::ForBoth;
using detail::LayerNames;
using detail::OnnxExport;
using detail::OnnxGraphWriter;
using detail::OrderedTensor;
using detail::RecordedNode;
using detail::Recording;
using formats::OnnxDimension;
using formats::OnnxGraph;
using formats::OnnxModel;
using formats::OnnxNode;
using formats::OnnxValue;

namespace {

// "input", "input_1", …, unless names are given.
std::vector<std::string> names_of(std::string_view who, std::string_view what, std::size_t count,
                                  std::vector<std::string> given) {
    for (std::size_t i = given.empty() ? 0 : count; i < count; ++i)
        given.push_back(sentence(what) + (i == 0 ? "" : '_' + std::to_string(i)));
    if (given.size() != count)
        fail<ValueError>(who, "got ", given.size(), " names of ", what, "s, and there are ", count);
    const std::set<std::string> different(given.begin(), given.end());
    if (different.size() != count || different.contains(""))
        fail<ValueError>(who, "the names of ", what, "s have to differ, and none is empty");
    return given;
}

OnnxValue described(const std::string& name, const ForBoth<Spec>& spec) {
    OnnxValue value{name, formats::stored_type(spec[0].dtype), std::vector<OnnxDimension>()};
    for (int axis = 0; axis < spec[0].shape.rank(); ++axis) {
        const Index size = spec[0].shape[axis];
        if (size == spec[1].shape[axis])
            value.shape->push_back({size});
        else
            value.shape->push_back({{}, size == batches[0] ? "batch" : ""});
    }
    return value;
}

// A tensor of the graph becomes an output under a name of its own.
void name_output(OnnxGraphWriter& writer, const std::string& tensor, const std::string& name,
                 bool is_free) {
    if (is_free && writer.giver(tensor))
        writer.rename(tensor, name);
    else
        writer.graph().nodes.push_back(
            {.name = name, .op = "Identity", .inputs = {tensor}, .outputs = {name}});
}

class GraphOfFunction {
public:
    GraphOfFunction(std::string_view who, const OnnxFunctionBody& function,
                    const ForBoth<std::vector<Spec>>& specs, const SaveOnnxOptions& options,
                    const LayerNames& layers)
        : who_(who), specs_(specs) {
        ForBoth<std::vector<Tensor>> arguments;
        for (const unsigned batch : {0U, 1U})
            for (const Spec& spec : specs[batch])
                arguments[batch].push_back(shikumi::detail::pending_leaf(spec));
        recording_ = detail::record_for_both(who, function, arguments);
        for (RecordedNode& node : recording_.nodes) {
            node.scope = detail::renamed(node.scope, layers, true);
            node.weight = detail::renamed(node.weight, layers, false);
        }
        inputs_ = names_of(who, "input", specs[0].size(), options.inputs);
        outputs_ = names_of(who, "output", recording_.outputs.size(), options.outputs);
    }

    OnnxGraph graph() {
        OnnxGraphWriter writer;
        for (const std::string& name : inputs_) writer.reserve(name);
        for (const std::string& name : outputs_) {
            if (std::ranges::find(inputs_, name) != inputs_.end())
                fail<ValueError>(who_, "'", std::string_view(name), "' is an input and an output");
            writer.reserve(name);
        }
        OnnxExport whole(who_, writer);
        std::vector<OrderedTensor> arguments;
        for (std::size_t i = 0; i < inputs_.size(); ++i) {
            const Shape& shape = specs_[0][i].shape;
            arguments.push_back({inputs_[i], detail::natural_order(shape.rank())});
            if (shape != specs_[1][i].shape) whole.take_batch_from(inputs_[i]);
            writer.graph().inputs.push_back(described(inputs_[i], {specs_[0][i], specs_[1][i]}));
        }
        const std::vector<OrderedTensor> results = whole.write(recording_, arguments);
        add_outputs(whole, results);
        return writer.finished();
    }

private:
    void add_outputs(OnnxExport& whole, const std::vector<OrderedTensor>& results) {
        std::vector<std::string> names;
        for (const OrderedTensor& result : results)
            names.push_back(whole.in_natural_order(result, ""));
        for (std::size_t i = 0; i < names.size(); ++i) {
            const RecordedNode& node = recording_.nodes[recording_.outputs[i]];
            const bool is_free = std::ranges::count(names, names[i]) == 1;
            name_output(whole.writer(), names[i], outputs_[i], is_free);
            whole.writer().graph().outputs.push_back(
                described(outputs_[i], {node.tensor[0].spec(), node.tensor[1].spec()}));
        }
    }

    std::string_view who_;
    const ForBoth<std::vector<Spec>>& specs_;
    Recording recording_;
    std::vector<std::string> inputs_, outputs_;
};

ForBoth<std::vector<Spec>> for_both(std::string_view who, const std::vector<Spec>& inputs,
                                    bool any_batch) {
    ForBoth<std::vector<Spec>> specs{inputs, inputs};
    for (std::size_t i = 0; any_batch && i < inputs.size(); ++i) {
        if (inputs[i].shape.rank() == 0)
            fail<ValueError>(who, "the input ", i,
                             " has no axis for the batch: SaveOnnxOptions::any_batch says so");
        for (const unsigned batch : {0U, 1U})
            specs[batch][i].shape = inputs[i].shape.with_front(batches[batch]);
    }
    return specs;
}

OnnxModel file_of(std::string_view who, const OnnxFunctionBody& function,
                  const std::vector<Spec>& inputs, const SaveOnnxOptions& options,
                  const LayerNames& layers = {}) {
    const ForBoth<std::vector<Spec>> specs = for_both(who, inputs, options.any_batch);
    OnnxModel file;
    file.producer = "shikumi";
    file.opsets = {{"", detail::written_opset}};
    file.graph = GraphOfFunction(who, function, specs, options, layers).graph();
    return file;
}

// Those of the model, numbered within it; an output may be called as an input is.
std::vector<std::string> output_names_of(Model& model, const std::vector<std::string>& inputs) {
    const LayerNames layers = detail::names_within(model);
    std::vector<std::string> names;
    for (const std::string& output : model.output_names()) {
        std::string name = detail::renamed(output, layers, true);
        while (std::ranges::find(inputs, name) != inputs.end() ||
               std::ranges::find(names, name) != names.end())
            name += "_output";
        names.push_back(std::move(name));
    }
    return names;
}

}  // namespace

OnnxModel onnx_from_function(const OnnxFunctionBody& function, const std::vector<Spec>& inputs,
                             const SaveOnnxOptions& options) {
    OnnxModel file = file_of("onnx_from_function", function, inputs, options);
    file.graph.name = "function";
    return file;
}

OnnxModel onnx_from_model(Model& model, const SaveOnnxOptions& options) {
    constexpr std::string_view who = "save_onnx";
    model.parameters();  // makes them
    std::vector<Spec> inputs;
    for (const Spec& input : model.built_for())
        inputs.push_back({input.shape.with_front(1), input.dtype});
    SaveOnnxOptions named = options;
    if (options.inputs.empty()) named.inputs = model.input_names();
    if (options.outputs.empty()) named.outputs = output_names_of(model, named.inputs);
    OnnxModel file = file_of(
        who, [&](const std::vector<Tensor>& x) { return model(x, Mode::infer); }, inputs, named,
        detail::names_within(model));
    file.graph.name = model.name();
    return file;
}

std::function<void()> detail::onnx_writing(Model& model, std::string path,
                                           const SaveOnnxOptions& options) {
    return [path = std::move(path), file = onnx_from_model(model, options), keep = options.keep] {
        formats::write_onnx(path, file, keep);
    };
}

void save_onnx(Model& model, const std::string& path, const SaveOnnxOptions& options) {
    detail::onnx_writing(model, path, options)();
}

}  // namespace shikumi::nn

#include <shikumi/nn/io/onnx.hpp>

#include <algorithm>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/detail/in_quotes.hpp>
#include <shikumi/nn/io/detail/onnx_graph_layer.hpp>
#include <shikumi/nn/io/detail/onnx_model_builder.hpp>
#include <shikumi/nn/io/detail/onnx_program.hpp>

namespace shikumi::nn {

using detail::OnnxProgram;
using formats::OnnxDimension;
using formats::OnnxModel;
using formats::OnnxValue;
using formats::detail::in_quotes;

namespace {

DType dtype_of(const OnnxValue& input, std::string_view who, const std::string& path) {
    const DType dtype = formats::held_as(*input.type);
    if (formats::stored_type(dtype) != *input.type)
        fail<ValueError>(who, path, ": the input ", std::string_view(in_quotes(input.name)),
                         " has elements of ", formats::name(*input.type),
                         ", in which nothing can be computed here");
    return dtype;
}

Spec sample_of(const OnnxValue& input, const OnnxOptions& options, const std::string& path) {
    const DType dtype = dtype_of(input, "load_onnx", path);
    const auto refuse = [&](std::string_view why) {
        fail<ValueError>("load_onnx", path, ": the input ", std::string_view(in_quotes(input.name)),
                         " ", why);
    };
    const auto given = options.samples.find(input.name);
    if (given != options.samples.end()) return {given->second, dtype};
    if (!input.shape) refuse("has no shape: OnnxOptions::samples says that of one sample");
    if (input.shape->empty())
        refuse("has no axis for the batch: load_onnx_layer takes it as it is");
    std::vector<Index> sizes;
    for (const OnnxDimension& dimension : std::span(*input.shape).subspan(1)) {
        if (!dimension.size)
            refuse(
                "leaves more sizes open than the batch: OnnxOptions::samples says the shape of "
                "one sample");
        if (*dimension.size < 0) refuse("has a negative size");
        sizes.push_back(*dimension.size);
    }
    return {Shape(std::span<const Index>(sizes)), dtype};
}

// The size of a batch that all inputs have, where the file fixes it.
Index fixed_batch(const OnnxProgram& program) {
    Index batch = 0;
    for (const OnnxValue& input : program.inputs) {
        if (!input.shape || input.shape->empty() || !input.shape->front().size) return 0;
        const Index size = *input.shape->front().size;
        if (size < 1 || (batch != 0 && size != batch)) return 0;
        batch = size;
    }
    return batch;
}

Model model_of(const OnnxModel& file, const OnnxOptions& options, const std::string& path) {
    OnnxProgram program = detail::onnx_program(file, "load_onnx", path);
    std::vector<Spec> samples;
    for (const OnnxValue& input : program.inputs)
        samples.push_back(sample_of(input, options, path));
    program.batch = fixed_batch(program);
    try {
        const detail::OnnxBatches batches(program, samples);
        return Model(detail::OnnxModelBuilder(program, batches, samples)
                         .build(file.graph.name.empty() ? "model" : file.graph.name));
    } catch (Error& e) {
        e.add_context(sentence("in the file ", path,
                               "; load_onnx_layer takes graphs without a batch as they are"));
        throw;
    }
}

OnnxLayer layer_of(const OnnxModel& file, std::string_view who, const std::string& path) {
    OnnxProgram program = detail::onnx_program(file, who, path);
    OnnxLayer result;
    for (const OnnxValue& input : program.inputs) {
        dtype_of(input, who, path);
        result.inputs.push_back(input.name);
    }
    result.outputs = program.output_names;
    result.layer = detail::onnx_graph_layer(std::move(program), "onnx").layer;
    return result;
}

}  // namespace

Model load_onnx(const std::string& path, const OnnxOptions& options) {
    return model_of(formats::read_onnx(path, options.budget), options, path);
}

Model model_from_onnx(const OnnxModel& file, const OnnxOptions& options) {
    return model_of(file, options, "the model");
}

OnnxLayer load_onnx_layer(const std::string& path, const formats::FileBudget& budget) {
    return layer_of(formats::read_onnx(path, budget), "load_onnx_layer", path);
}

OnnxLayer layer_from_onnx(const OnnxModel& file) {
    return layer_of(file, "layer_from_onnx", "the model");
}

}  // namespace shikumi::nn

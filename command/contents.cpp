#include "contents.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/file_format.hpp>
#include <shikumi/formats/hdf5_file.hpp>
#include <shikumi/formats/npy.hpp>
#include <shikumi/formats/onnx_file.hpp>
#include <shikumi/formats/open_tensor_file.hpp>
#include <shikumi/formats/torch_file.hpp>
#include <shikumi/nn/io/detail/keras_archive.hpp>
#include <shikumi/nn/io/detail/tfjs_file.hpp>
#include <shikumi/nn/io/json.hpp>
#include <shikumi/nn/io/keras_config.hpp>
#include <shikumi/nn/io/onnx.hpp>

#include "reading.hpp"

namespace command {

using namespace shikumi;

void visit_fields(auto& fields, FieldsOf<TensorInfo> auto& o) {
    fields("name", o.name);
    fields("dtype", o.dtype);
    fields("shape", o.shape);
    fields("bytes", o.bytes);
}

void visit_fields(auto& fields, FieldsOf<Contents> auto& o) {
    fields("format", o.format);
    fields("holds", o.holds);
    fields("bytes", o.bytes);
    fields("architecture", o.architecture);
    fields("compile", o.compile);
    fields("metadata", o.metadata);
    fields("tensors", o.tensors);
    fields("passed_over", o.passed_over);
}

Config to_config(const TensorInfo& tensor) { return ConfigWriter().fields(tensor); }

void from_config(const Config& config, TensorInfo& tensor, std::string_view reading) {
    tensor = ConfigReader(std::string(reading), config).fields<TensorInfo>();
}

namespace {

TensorInfo info(const formats::TensorEntry& tensor) {
    return {.name = tensor.name,
            .dtype = std::string(formats::name(tensor.type)),
            .shape = tensor.shape,
            .bytes = static_cast<std::int64_t>(tensor.bytes())};
}

// The texts in which a format keeps an architecture, and what `compile` was told.
struct ModelTexts {
    std::string_view architecture, compile;
};

// Nothing for files without; other programs' may have texts of any name.
std::optional<ModelTexts> model_texts(const formats::TensorFile& file) {
    if (dynamic_cast<const formats::Hdf5File*>(&file)) return {{"model_config", "training_config"}};
    if (file.metadata().contains("shikumi")) return {{"architecture", "compile"}};
    return std::nullopt;
}

void take_tensors(Contents& contents, const formats::TensorFile& file) {
    std::ranges::transform(file.tensors(), std::back_inserter(contents.tensors), info);
    const std::optional<ModelTexts> texts = model_texts(file);
    contents.metadata = Config::Object{};
    for (const auto& [name, text] : file.metadata()) {
        if (texts && name == texts->architecture)
            contents.architecture = nn::parse_json(text, file.path() + ", '" + name + "'");
        else if (texts && name == texts->compile)
            contents.compile = nn::parse_json(text, file.path() + ", '" + name + "'");
        else
            contents.metadata.set(name, text);
    }
}

// What a checkpoint holds beside its tensors.
void take_objects(Contents& contents, const formats::TorchFile& file) {
    for (const auto& [path, value] : file.values()) contents.metadata.set(path, value);
    for (const formats::OpaqueObject& object : file.opaque())
        contents.passed_over.push_back(object.path + ": " + object.class_name);
}

// "Conv 2, Gemm, Relu 3"
std::string operators_of(const formats::OnnxGraph& graph) {
    std::map<std::string, int> counts;
    for (const formats::OnnxNode& node : graph.nodes) ++counts[node.op];
    std::string text;
    for (const auto& [op, count] : counts)
        text += (text.empty() ? "" : ", ") + op + (count > 1 ? " " + std::to_string(count) : "");
    return text;
}

// The layers are shown where all operators are layers.
void take_onnx(Contents& contents, const std::string& path) {
    const formats::OnnxModel file = formats::read_onnx(path);
    for (const formats::NamedTensor& tensor : file.graph.initializers)
        contents.tensors.push_back(info({tensor.name, tensor.value.type(), tensor.value.shape()}));
    contents.metadata = Config::Object{};
    for (const auto& [name, text] : file.metadata) contents.metadata.set(name, text);
    contents.metadata.set("producer", file.producer + ' ' + file.producer_version);
    for (const formats::OnnxOpset& opset : file.opsets)
        contents.metadata.set(opset.domain.empty() ? "opset" : "opset of " + opset.domain,
                              std::to_string(opset.version));
    contents.metadata.set("operators", operators_of(file.graph));
    contents.holds = "model";
    try {
        contents.architecture = nn::keras_config(nn::model_from_onnx(file));
    } catch (const Error& e) {
        contents.metadata.set("as layers", e.what());
    }
}

}  // namespace

Config to_config(const Contents& contents) { return ConfigWriter().fields(contents); }

Contents contents_here(const std::string& path) {
    const formats::FileFormat format = formats::file_format(path);
    Contents contents;
    contents.format = formats::name(format);
    contents.holds = "weights";
    contents.bytes = static_cast<std::int64_t>(std::filesystem::file_size(path));
    if (format == formats::FileFormat::json) {
        contents.architecture = nn::parse_json(text_of(path), path);
        contents.holds = "architecture";
    } else if (format == formats::FileFormat::npy) {
        const formats::StoredTensor array = formats::read_stored_npy(path);
        contents.tensors = {info({"", array.type(), array.shape()})};
        contents.holds = "array";
    } else if (format == formats::FileFormat::keras) {
        const nn::detail::KerasArchive archive("shikumi", path, {});
        take_tensors(contents, archive.weights());
        contents.architecture = nn::parse_json(archive.config(), path + ", config.json");
        if (const Config* const how = contents.architecture.find("compile_config"))
            contents.compile = *how;
        contents.passed_over = archive.passed_over();
        contents.holds = "model";
    } else if (format == formats::FileFormat::tfjs) {
        const nn::detail::TfjsFile file("shikumi", path, {});
        take_tensors(contents, file);
        contents.architecture = file.model();
        contents.compile = file.training();
        contents.holds = "model";
    } else if (format == formats::FileFormat::onnx) {
        take_onnx(contents, path);
    } else {
        const auto file = formats::open_tensor_file(path);
        take_tensors(contents, *file);
        if (const auto* const torch = dynamic_cast<const formats::TorchFile*>(file.get()))
            take_objects(contents, *torch);
        if (!contents.architecture.is_null()) contents.holds = "model";
    }
    return contents;
}

std::string text_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (in.bad() || !in.is_open()) fail<IoError>("shikumi", path, " can't be read");
    return text;
}

Contents read_contents(const std::string& path, const Limits& limits) {
    if (!is_risky(path)) return contents_here(path);
    Contents contents;
    read_apart(
        path, limits,
        [&](const std::string& into) {
            std::ofstream(into, std::ios::binary) << nn::to_json(to_config(contents_here(path)));
        },
        [&](const std::string& from) {
            const Config read = nn::parse_json(text_of(from), path);
            contents = ConfigReader(path, read).fields<Contents>();
        });
    return contents;
}

}  // namespace command

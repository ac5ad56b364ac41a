#include "reading.hpp"

#include <algorithm>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/file_format.hpp>
#include <shikumi/formats/npy.hpp>
#include <shikumi/formats/onnx_file.hpp>
#include <shikumi/formats/open_tensor_file.hpp>
#include <shikumi/formats/safetensors.hpp>
#include <shikumi/nn/io/detail/keras_archive.hpp>
#include <shikumi/nn/io/detail/tfjs_file.hpp>
#include <shikumi/nn/io/keras_config.hpp>
#include <shikumi/nn/io/model_file.hpp>
#include <shikumi/nn/io/onnx.hpp>
#include <shikumi/nn/io/tfjs.hpp>
#include <shikumi/nn/io/torch_weights.hpp>
#include <shikumi/nn/io/weights.hpp>

#include "contents.hpp"

namespace command {

using namespace shikumi;
using formats::FileFormat;

namespace {

// PyTorch's names in another file than PyTorch's: what its users write as safetensors and .npz.
bool has_torch_names(const std::string& path) {
    const FileFormat format = formats::file_format(path);
    if (format != FileFormat::safetensors && format != FileFormat::npz) return false;
    const auto names = formats::open_tensor_file(path)->names();
    return std::ranges::any_of(names, [](const auto& n) { return n.ends_with(".weight"); });
}

std::shared_ptr<nn::Model> model_here(const std::string& path, const Config& architecture) {
    nn::KerasReport ignored;
    if (formats::file_format(path) == FileFormat::onnx)
        return std::make_shared<nn::Model>(nn::load_onnx(path));
    if (formats::file_format(path) == FileFormat::tfjs) return nn::load_tfjs(path);
    if (formats::file_format(path) == FileFormat::json)
        return nn::model_from_keras_config(contents_here(path).architecture, ignored);
    if (architecture.is_null()) {
        const Contents contents = contents_here(path);
        if (contents.architecture.is_null())
            throw BadUsage(path + " holds " + contents.holds +
                           ", not what the model is made of; --architecture FILE says that");
        return nn::load(path);
    }
    const auto model = nn::model_from_keras_config(architecture, ignored);
    if (has_torch_names(path))
        nn::load_torch_weights(*model, path);
    else
        nn::load_weights(*model, path);
    return model;
}

std::vector<formats::NamedTensor> all_tensors(const formats::TensorFile& file) {
    std::vector<formats::NamedTensor> tensors;
    for (const std::string& name : file.names()) tensors.push_back({name, file.read_stored(name)});
    return tensors;
}

std::vector<formats::NamedTensor> tensors_here(const std::string& path) {
    switch (formats::file_format(path)) {
        case FileFormat::npy:
            return {{"", formats::read_stored_npy(path)}};
        case FileFormat::onnx:
            return formats::read_onnx(path).graph.initializers;
        case FileFormat::tfjs:
            return all_tensors(nn::detail::TfjsFile("shikumi", path, {}));
        case FileFormat::keras:
            return all_tensors(nn::detail::KerasArchive("shikumi", path, {}).weights());
        default:
            return all_tensors(*formats::open_tensor_file(path));
    }
}

}  // namespace

std::vector<Option> limit_options() {
    return {{"seconds", "N", "the time that reading HDF5 may take (300)"},
            {"memory", "MIB", "the memory that reading HDF5 may take (16384)"}};
}

Limits limits_of(const Arguments& arguments) {
    Limits limits;
    limits.seconds = arguments.number("seconds", limits.seconds);
    const auto mebibytes = static_cast<double>(limits.memory >> 20);
    limits.memory = static_cast<std::uint64_t>(arguments.number("memory", mebibytes)) << 20;
    return limits;
}

bool is_risky(const std::string& path) {
    const FileFormat format = formats::file_format(path);
    return format == FileFormat::hdf5 || format == FileFormat::keras;
}

Config read_architecture(const std::string& path, const Limits& limits) {
    if (path.empty()) return {};
    Config architecture = read_contents(path, limits).architecture;
    if (architecture.is_null())
        fail<IoError>("shikumi", path, " doesn't say what a model is made of");
    return architecture;
}

std::shared_ptr<nn::Model> read_model(const std::string& path, const Config& architecture,
                                      const Limits& limits) {
    if (!is_risky(path)) return model_here(path, architecture);
    std::shared_ptr<nn::Model> model;
    read_apart(
        path, limits,
        [&](const std::string& into) { nn::save(*model_here(path, architecture), into); },
        [&](const std::string& from) { model = nn::load(from); });
    return model;
}

std::vector<formats::NamedTensor> read_tensors(const std::string& path, const Limits& limits) {
    if (!is_risky(path)) return tensors_here(path);
    std::vector<formats::NamedTensor> tensors;
    read_apart(
        path, limits,
        [&](const std::string& into) { formats::write_safetensors(into, tensors_here(path)); },
        [&](const std::string& from) { tensors = tensors_here(from); });
    return tensors;
}

}  // namespace command

// Reading models: programs that only save them link nothing of it.
#include <cstddef>
#include <string>
#include <string_view>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/file_format.hpp>
#include <shikumi/nn/io/detail/built_model.hpp>
#include <shikumi/nn/io/detail/state_file.hpp>
#include <shikumi/nn/io/json.hpp>
#include <shikumi/nn/io/keras_file.hpp>
#include <shikumi/nn/io/model_file.hpp>
#include <shikumi/nn/io/tfjs.hpp>
#include <shikumi/nn/training/compile_config.hpp>
#include <shikumi/nn/training/training_state.hpp>

namespace shikumi::nn {

namespace {

std::size_t bytes_of(const SavedState& state) {
    std::size_t bytes = 0;
    for (const auto& entry : state.tensors) bytes += entry.second.spec().bytes();
    return bytes;
}

std::shared_ptr<Model> model_of(const detail::StateFile& file) {
    const auto text = [&](std::string_view name) -> const std::string* {
        const auto found = file.about.find(name);
        return found == file.about.end() ? nullptr : &found->second;
    };
    const std::string* const architecture = text("architecture");
    if (!architecture)
        fail<IoError>("load",
                      "the file holds a training of a model, but not what the model is "
                      "made of: see FitOptions::resume");
    // Weights that the file doesn't have are no reason to take memory.
    std::shared_ptr<Model> model = detail::built_model(
        parse_json(*architecture, "architecture"), nullptr, {.weight_bytes = bytes_of(file.state)});
    if (const std::string* const compiled = text("compile"))
        model->compile(
            compile_options_from_config(parse_json(*compiled, "compile"), model->output_names()));
    restore_state("load", file.state, [&](StateFields& fields) { visit_model(fields, *model); });
    return model;
}

}  // namespace

std::shared_ptr<Model> load(const std::string& path) {
    const formats::FileFormat format = formats::file_format(path, "load");
    if (format == formats::FileFormat::keras || format == formats::FileFormat::hdf5)
        return load_keras(path);
    if (format == formats::FileFormat::tfjs) return load_tfjs(path);
    const detail::StateFile file = detail::read_state("load", path);
    try {
        return model_of(file);
    } catch (Error& e) {
        e.add_context(sentence("in the file ", path));
        throw;
    }
}

}  // namespace shikumi::nn

#include <shikumi/nn/io/model_file.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/io/architecture.hpp>
#include <shikumi/nn/io/detail/state_file.hpp>
#include <shikumi/nn/io/detail/writing.hpp>
#include <shikumi/nn/io/json.hpp>
#include <shikumi/nn/training/compile_config.hpp>
#include <shikumi/nn/training/training_state.hpp>

namespace shikumi::nn {

namespace {

constexpr std::string_view optimizer = "optimizer";

// The state without the optimiser's part.
SavedState without_optimizer(const SavedState& state) {
    SavedState rest;
    for (const auto& [name, value] : *state.values.object()) {
        if (name != optimizer) rest.values.set(name, value);
    }
    for (const auto& [name, tensor] : state.tensors) {
        if (!name.starts_with(std::string(optimizer) + '/'))
            rest.tensors.emplace_back(name, tensor);
    }
    return rest;
}

// Names by which other programs would look for weights alone.
void refuse_names_of_weights(const std::string& path) {
    for (const std::string_view ending : {".weights.h5", ".npz", ".pt", ".pth"}) {
        if (path.ends_with(ending))
            fail<ValueError>("save", "a file ", ending, " holds weights and no model, got '", path,
                             "': save_weights writes it");
    }
}

// The name that TensorFlow.js and its converter give a layers-model.
bool is_tfjs_name(const std::string& path) {
    return std::filesystem::path(path).filename() == "model.json";
}

}  // namespace

std::function<void()> detail::model_writing(Model& model, std::string path,
                                            const SaveOptions& options) {
    refuse_names_of_weights(path);
    if (path.ends_with(".keras") || path.ends_with(".h5"))
        return keras_writing(
            model, std::move(path),
            {.include_optimizer = options.include_optimizer, .keep = options.keep});
    if (is_tfjs_name(path) && options.keep > 0)
        fail<ValueError>("save", "keep is not for layers-models, which are two files, got '", path,
                         "'");
    if (is_tfjs_name(path))
        return tfjs_writing(model, std::move(path),
                            {.include_optimizer = options.include_optimizer});
    if (path.ends_with(".onnx"))
        return onnx_writing(model, std::move(path), {.keep = options.keep});
    model.parameters();  // makes them
    StateFile file{save_state([&](StateFields& fields) { visit_model(fields, model); })};
    file.about["architecture"] = to_json(model);
    if (!options.include_optimizer)
        file.state = without_optimizer(file.state);
    else if (const CompileOptions* const how = model.compiled())
        file.about["compile"] = to_json(to_config(*how));
    return state_writing("save", std::move(path), std::move(file), options.keep);
}

void save(Model& model, const std::string& path, const SaveOptions& options) {
    detail::model_writing(model, path, options)();
}

}  // namespace shikumi::nn

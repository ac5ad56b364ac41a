#include <shikumi/nn/io/tfjs.hpp>

#include <filesystem>
#include <functional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/new_file.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/formats/detail/elements.hpp>
#include <shikumi/nn/io/detail/tfjs_forms.hpp>
#include <shikumi/nn/io/detail/writing.hpp>
#include <shikumi/nn/io/json.hpp>

namespace shikumi::nn {

namespace {

using formats::NamedTensor;

constexpr std::string_view writer = "save_tfjs";

// TensorFlow.js tells weights apart by these names alone.
std::vector<NamedTensor> weights_of(const Model& model) {
    std::vector<NamedTensor> weights;
    std::set<std::string> names;
    for (const auto& [weight, name] : detail::tfjs_weights(model)) {
        if (!names.insert(name).second)
            fail<ValueError>(writer, "two weights are called '", name,
                             "', and TensorFlow.js knows them by their names alone: give their "
                             "layers other names");
        weights.push_back(
            {name, weight.dtype() == i64 ? weight.value().cast(i32) : weight.value()});
    }
    return weights;
}

Config manifest_of(const std::vector<NamedTensor>& weights, const std::string& file) {
    Config::List all;
    for (const NamedTensor& weight : weights)
        all.push_back({{"name", weight.name},
                       {"shape", to_config(weight.value.shape())},
                       {"dtype", formats::name(weight.value.type())}});
    return Config::List{{{"paths", Config::List{file}}, {"weights", all}}};
}

Config topology_of(Model& model, const SaveTfjsOptions& options) {
    Config topology{{"keras_version", "2.15.0"},
                    {"backend", "tensorflow"},
                    {"model_config", detail::tfjs_config(keras_config(model, KerasLine::keras2))}};
    if (const CompileOptions* const how = model.compiled(); how && options.include_optimizer)
        topology.set("training_config",
                     keras_training_config(*how, model.output_names(), KerasLine::keras2));
    return topology;
}

}  // namespace

std::function<void()> detail::tfjs_writing(Model& model, std::string path,
                                           const SaveTfjsOptions& options) {
    const std::filesystem::path json(path);
    if (json.extension() != ".json")
        fail<ValueError>(writer, "the name of a layers-model ends in .json, got '", path, "'");
    model.parameters();  // makes them
    check_axes_for_tfjs(model);
    const std::string file = json.stem().string() + ".weights.bin";
    std::vector<NamedTensor> weights = weights_of(model);
    const Config whole{{"format", "layers-model"},
                       {"generatedBy", "shikumi"},
                       {"convertedBy", Config()},
                       {"modelTopology", topology_of(model, options)},
                       {"weightsManifest", manifest_of(weights, file)}};
    return [path = std::move(path), beside = (json.parent_path() / file).string(),
            text = to_json(whole), weights = std::move(weights)] {
        shikumi::detail::NewFile bytes(writer, beside), description(writer, path);
        for (const NamedTensor& weight : weights)
            formats::detail::write_elements(bytes, weight.value);
        description.write(text);
        bytes.keep();
        description.keep();
    };
}

void save_tfjs(Model& model, const std::string& path, const SaveTfjsOptions& options) {
    detail::tfjs_writing(model, path, options)();
}

}  // namespace shikumi::nn

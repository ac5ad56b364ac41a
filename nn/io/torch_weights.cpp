#include <shikumi/nn/io/torch_weights.hpp>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/open_tensor_file.hpp>
#include <shikumi/formats/safetensors.hpp>
#include <shikumi/formats/torch_file.hpp>
#include <shikumi/nn/io/detail/torch_state.hpp>
#include <shikumi/nn/io/detail/writing.hpp>

namespace shikumi::nn {

std::string TorchReport::text() const {
    std::string text = weights.text();
    for (const auto& [layer, module] : modules) {
        if (layer != module) text += "\n  '" + layer + "' is the module '" + module + "'";
    }
    for (const std::string& note : notes) text += "\n  " + note;
    return text;
}

namespace {

// The values of all weights that the file has.
void take(const detail::TorchState& state, const std::vector<detail::TorchLayer>& layers,
          Model& model) {
    const std::vector<Parameter> weights = model.parameters();
    std::vector<Tensor> values = model.get_weights();
    for (std::size_t i = 0; i < layers.size(); ++i) {
        for (std::size_t k = 0; k < layers[i].links.size(); ++k) {
            const detail::TorchLink& link = layers[i].links[k];
            if (link.weights.empty() || !state.whole(i, k)) continue;
            std::vector<Tensor> tensors;
            for (const std::string& name : link.tensors)
                tensors.push_back(state.read(state.modules()[i]->tensor(name)));
            const std::vector<Tensor> taken = link.weights_of(tensors);
            for (std::size_t w = 0; w < taken.size(); ++w) {
                const auto at = std::ranges::find(weights, link.weights[w]) - weights.begin();
                values[static_cast<std::size_t>(at)] = taken[w].cast(link.weights[w].dtype());
            }
        }
    }
    model.set_weights(values);
}

}  // namespace

TorchReport load_torch_weights(Model& model, const std::string& path, const TorchOptions& options) {
    const std::vector<detail::TorchLayer> layers = detail::torch_layers(model);
    const auto file = formats::open_tensor_file(path, options.budget);
    const detail::TorchState state("load_torch_weights", *file, layers, options);
    if (options.strict && !state.report().weights.complete())
        fail<IoError>("load_torch_weights", path, " doesn't hold the weights of '", model.name(),
                      "': ", state.report().text());
    take(state, layers, model);
    return state.report();
}

std::function<void()> detail::torch_weights_writing(Model& model, std::string path,
                                                    const SaveTorchOptions& options) {
    const std::vector<TorchLayer> layers = torch_layers(model);
    TorchDict dict = torch_dict("save_torch_weights", layers, options);
    if (path.ends_with(".safetensors"))
        return [path = std::move(path), tensors = std::move(dict.tensors), keep = options.keep] {
            formats::write_safetensors(path, tensors, {.keep = keep});
        };
    auto versions = module_versions(layers, dict);
    return [path = std::move(path),
            state = formats::TorchValue::StateDict{std::move(dict.tensors), std::move(versions)},
            keep = options.keep] { formats::write_torch(path, state, {.keep = keep}); };
}

void save_torch_weights(Model& model, const std::string& path, const SaveTorchOptions& options) {
    detail::torch_weights_writing(model, path, options)();
}

}  // namespace shikumi::nn

#include <shikumi/nn/io/detail/keras_hdf5.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/detail/class_name.hpp>
#include <shikumi/nn/io/detail/keras_archive.hpp>
#include <shikumi/nn/io/detail/keras_layout.hpp>
#include <shikumi/nn/io/detail/take_weights.hpp>
#include <shikumi/nn/io/detail/weight_names.hpp>

namespace shikumi::nn::detail {

using formats::Hdf5Content;
using formats::Hdf5File;

namespace {

constexpr std::string_view old_container = "_layer_checkpoint_dependencies";
constexpr std::string_view legacy_model = "model_weights";

// Which dataset is for which weight, and the datasets that are for none although they should be.
struct Places {
    std::vector<std::pair<std::string, Parameter>> weights = {};
    std::vector<std::string> unknown = {};
};

// ---- .weights.h5 --------------------------------------------------------------------------------

// The path as Keras 3 has it.
std::string in_new_form(std::string path) {
    for (auto at = path.find(old_container); at != path.npos; at = path.find(old_container))
        path.replace(at, old_container.size(), "layers");
    return path;
}

// Keras has kept states of random numbers there, which are no weights.
bool is_weight_of_layer(const std::string& path) {
    return (path.starts_with("layers/") || path.starts_with("vars/")) &&
           path.find("/seed_generator/") == path.npos;
}

Places places_by_group(const Model& model, const Hdf5File& file) {
    std::map<std::string, std::string> datasets;  // by their paths in the new form
    for (const std::string& name : file.names()) datasets.emplace(in_new_form(name), name);
    const auto numbers =
        file.has_group(old_container) ? KerasNumbers::dependencies : KerasNumbers::layers;
    Places places;
    for (const KerasGroup& group : keras_groups(model, numbers)) {
        for (std::size_t i = 0; i < group.weights.size(); ++i) {
            const std::string path = joined(group.path, "vars/" + std::to_string(i));
            const auto found = datasets.find(path);
            if (found == datasets.end()) continue;
            places.weights.emplace_back(found->second, group.weights[i]);
            datasets.erase(found);
        }
    }
    for (const auto& [path, name] : datasets) {
        if (is_weight_of_layer(path)) places.unknown.push_back(name);
    }
    return places;
}

// ---- older files --------------------------------------------------------------------------------

// A layer with weights in the file.
struct FileLayer {
    std::string name;
    std::vector<std::string> weights;  // datasets
};

std::vector<FileLayer> layers_in(std::string_view who, const Hdf5File& file,
                                 const std::string& base) {
    std::vector<FileLayer> layers;
    for (const std::string& name : *file.texts(base, "layer_names")) {
        const std::string group = joined(base, name);
        const Hdf5File::Texts* const weights = file.texts(group, "weight_names");
        if (!weights)
            fail<IoError>(who, file.path(), ": the layer '", name,
                          "' is listed, and there is no group of its weights");
        if (weights->empty()) continue;
        FileLayer& layer = layers.emplace_back(FileLayer{name, {}});
        for (const std::string& weight : *weights) layer.weights.push_back(joined(group, weight));
    }
    return layers;
}

// Which layer of the model each layer of the file is: by position, or by name where that can't be.
std::vector<const KerasLayer*> matched(const std::vector<FileLayer>& in_file,
                                       const std::vector<KerasLayer>& in_model) {
    std::vector<const KerasLayer*> with_weights, found;
    for (const KerasLayer& layer : in_model) {
        if (!layer.weights.empty()) with_weights.push_back(&layer);
    }
    if (with_weights.size() == in_file.size()) return with_weights;
    for (const FileLayer& layer : in_file) {
        const auto same = std::ranges::find(with_weights, layer.name, &KerasLayer::name);
        found.push_back(same == with_weights.end() ? nullptr : *same);
    }
    return found;
}

Places places_by_layer(std::string_view who, const Model& model, const Hdf5File& file,
                       const std::string& base) {
    const std::vector<FileLayer> in_file = layers_in(who, file, base);
    const std::vector<KerasLayer> in_model = keras_layers(model);
    const std::vector<const KerasLayer*> found = matched(in_file, in_model);
    std::set<std::string> used;
    Places places;
    for (std::size_t i = 0; i < in_file.size(); ++i) {
        for (std::size_t k = 0; k < in_file[i].weights.size(); ++k) {
            const std::string& dataset = in_file[i].weights[k];
            if (!used.insert(dataset).second)
                fail<IoError>(who, file.path(), ": the weight '", dataset, "' is listed twice");
            if (!found[i] || k >= found[i]->weights.size())
                places.unknown.push_back(dataset);
            else if (file.contains(dataset))
                places.weights.emplace_back(dataset, found[i]->weights[k].parameter);
        }
    }
    return places;
}

Places places_in(std::string_view who, const Model& model, const Hdf5File& file) {
    for (const std::string_view base : {legacy_model, std::string_view()}) {
        if (file.texts(base, "layer_names"))
            return places_by_layer(who, model, file, std::string(base));
    }
    if (file.has_group("layers") || file.has_group(old_container) || file.has_group("vars"))
        return places_by_group(model, file);
    fail<IoError>(who, file.path(), " holds no weights as Keras has them: there is neither an ",
                  "attribute 'layer_names' nor a group 'layers'");
}

// Keras counts in integers where a layer here counts in floats.
bool counts(const formats::TensorEntry& tensor, const Parameter& weight) {
    return tensor.shape.empty() && !is_floating(held_as(tensor.type)) &&
           is_floating(weight.dtype());
}

}  // namespace

WeightsReport take_keras_weights(std::string_view who, Model& model, const Hdf5File& file,
                                 bool strict) {
    const std::vector<Parameter> weights = model.parameters();
    const std::vector<std::string> names = weight_names(model);
    const Places places = places_in(who, model, file);
    std::vector<OfferedTensor> offered;
    const auto offer = [&](const std::string& dataset, const Parameter& weight) {
        const auto i =
            static_cast<std::size_t>(std::ranges::find(weights, weight) - weights.begin());
        Spec spec = file.spec(dataset);
        const auto entry = std::ranges::find(file.tensors(), dataset, &formats::TensorEntry::name);
        if (counts(*entry, weight)) spec.dtype = weight.dtype();
        offered.push_back({names[i], spec, [&file, dataset] { return file.read(dataset); }});
    };
    for (const auto& [dataset, weight] : places.weights) offer(dataset, weight);
    // What Keras has in the configuration instead stays as it is.
    std::vector<Parameter> kept;
    for (const KerasGroup& group : keras_groups(model))
        kept.insert(kept.end(), group.weights.begin(), group.weights.end());
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (std::ranges::find(kept, weights[i]) == kept.end())
            offered.push_back({names[i], weights[i].value().spec(),
                               [weight = weights[i]] { return weight.value(); }});
    }
    for (const std::string& dataset : places.unknown)
        offered.push_back({dataset, Spec{}, [] { return Tensor(); }});
    const TakenWeights taken = take_weights(model, offered, {.strict = strict});
    if (!taken.done)
        fail<IoError>(who, file.path(), " doesn't hold the weights of '", model.name(),
                      "': ", taken.report.text());
    return taken.report;
}

std::vector<KerasVariable> keras_variables_in(const Hdf5File& file) {
    std::vector<KerasVariable> variables;
    const std::string legacy = "optimizer_weights", group = "optimizer/vars/";
    if (const Hdf5File::Texts* const names = file.texts(legacy, "weight_names")) {
        for (const std::string& name : *names)
            variables.push_back({name, file.read(joined(legacy, name))});
        return variables;
    }
    for (std::size_t i = 0;; ++i) {
        const std::string name = group + std::to_string(i);
        if (!file.contains(name)) return variables;
        variables.push_back({name, file.read(name)});
    }
}

// ---- writing ------------------------------------------------------------------------------------

namespace {

// Keras counts in integers.
formats::StoredTensor in_keras_type(const Parameter& weight) {
    const bool counts = weight.shape().empty() && weight.name().ends_with("/count");
    return counts ? formats::StoredTensor(weight.value().cast(i64))
                  : formats::StoredTensor(weight.value());
}

// A name for each in a group, none twice.
std::string unique(std::string name, std::set<std::string>& used) {
    const std::string base = name;
    for (int k = 1; !used.insert(name).second; ++k) name = base + '_' + std::to_string(k);
    return name;
}

}  // namespace

void add_weights(Hdf5Content& content, const Model& model) {
    for (const KerasGroup& group : keras_groups(model)) {
        const std::string vars = joined(group.path, "vars");
        content.groups.push_back(vars);
        content.attributes.push_back({vars, "name", {group.name}});
        for (std::size_t i = 0; i < group.weights.size(); ++i)
            content.datasets.push_back(
                {vars + '/' + std::to_string(i), in_keras_type(group.weights[i])});
    }
}

void add_optimizer(Hdf5Content& content, const optim::Optimizer& optimizer,
                   const std::vector<Parameter>& trained) {
    const std::string vars = "optimizer/vars";
    const std::vector<KerasVariable> variables = keras_variables(optimizer, trained);
    for (std::size_t i = 0; i < variables.size(); ++i)
        content.datasets.push_back({vars + '/' + std::to_string(i), variables[i].value});
    content.attributes.push_back({vars, "name", {snake_case(optimizer.name())}});
}

void add_legacy_weights(Hdf5Content& content, const Model& model, const std::string& base) {
    Hdf5File::Texts layers;
    for (const KerasLayer& layer : keras_layers(model)) {
        const std::string group = joined(base, layer.name);
        Hdf5File::Texts weights;
        std::set<std::string> used;
        for (const KerasWeight& weight : layer.weights) {
            weights.push_back(unique(weight.path(), used));
            content.datasets.push_back(
                {joined(group, weights.back()), in_keras_type(weight.parameter)});
        }
        layers.push_back(layer.name);
        content.attributes.push_back({group, "weight_names", std::move(weights), true});
    }
    const std::string top = joined(base, "top_level_model_weights");
    content.attributes.push_back({top, "weight_names", {}, true});
    content.attributes.push_back({base, "layer_names", std::move(layers), true});
    // Without them, Keras 2 takes the weights for those of Keras 1, and turns kernels round.
    content.attributes.push_back({base, "keras_version", {std::string(keras_version)}});
    content.attributes.push_back({base, "backend", {"tensorflow"}});
}

void add_legacy_optimizer(Hdf5Content& content, const optim::Optimizer& optimizer,
                          const Model& model) {
    const std::string base = "optimizer_weights", group = snake_case(optimizer.name()) + '/';
    const std::vector<KerasWeight> weights = keras_weights(model);
    Hdf5File::Texts names;
    std::set<std::string> used;
    for (const auto& [name, value, weight] : keras_variables(optimizer, keras_trained(model))) {
        const auto found = std::ranges::find(weights, weight, &KerasWeight::parameter);
        const bool contained = found != weights.end() && !found->container.empty();
        names.push_back(unique(group + (contained ? found->container + '_' : "") + name, used));
        content.datasets.push_back({joined(base, names.back()), value});
    }
    content.attributes.push_back({base, "weight_names", std::move(names), true});
}

}  // namespace shikumi::nn::detail

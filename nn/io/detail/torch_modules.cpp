#include <shikumi/nn/io/detail/torch_modules.hpp>

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/io/detail/weight_names.hpp>

namespace shikumi::nn::detail {

namespace {

constexpr std::string_view recurrent_tensors[] = {"weight_ih", "weight_hh", "bias_ih", "bias_hh"};

bool is_recurrent_tensor(std::string_view name) {
    return std::ranges::any_of(recurrent_tensors,
                               [&](std::string_view start) { return name.starts_with(start); });
}

bool is_recurrent(const TorchLayer& layer) {
    return !layer.links.empty() && is_recurrent_tensor(layer.links[0].tensors[0]);
}

// "rnn.1" as "rnn" and 1.
std::optional<TorchModule> with_level(const std::string& path) {
    const auto dot = path.find_last_of('.');
    const std::string digits = path.substr(dot == path.npos ? 0 : dot + 1);
    if (digits.empty() || digits.size() > 4 ||
        !std::ranges::all_of(digits, [](unsigned char c) { return std::isdigit(c); }))
        return std::nullopt;
    return TorchModule{dot == path.npos ? std::string() : path.substr(0, dot), std::stoi(digits)};
}

}  // namespace

std::string TorchModule::tensor(std::string_view name) const {
    std::string full = path.empty() ? "" : path + '.';
    if (level < 0 || !is_recurrent_tensor(name)) return full + std::string(name);
    const std::size_t stem = name.find("_reverse");
    full += std::string(name.substr(0, stem)) + "_l" + std::to_string(level);
    return stem == name.npos ? full : full + std::string(name.substr(stem));
}

std::string TorchModule::text() const {
    if (level < 0) return path;
    return (path.empty() ? "" : path + '.') + std::to_string(level);
}

TorchModule module_named(const TorchLayer& layer, const std::string& path) {
    if (!is_recurrent(layer)) return {path};
    if (layer.class_name.ends_with("Cell")) return {path};
    return with_level(path).value_or(TorchModule{path, 0});
}

// ---- the layers of a model ----------------------------------------------------------------------

namespace {

// What leads to each layer of a model, as its configuration says; the layer before, where it says
// nothing.
class Origins {
public:
    explicit Origins(const Layer& model) : layers_(model.inner_layers()) {
        try {
            const Config config = model.get_config();
            const Config* const layers = config.find("layers");
            if (!layers || !layers->list()) return;
            for (const Config& layer : *layers->list()) note(layer);
        } catch (const StateError&) {  // a class of one's own: the order of calls has to do
        } catch (const ValueError&) {  // a layer that no file can hold
        }
    }

    // The first layer whose output goes in; null where there is none.
    const Layer* before(const Layer& layer) const {
        const auto found = origins_.find(layer.name());
        if (found != origins_.end()) return named(found->second);
        const auto at = std::ranges::find(layers_, &layer);
        return at == layers_.begin() || at == layers_.end() ? nullptr : *std::prev(at);
    }

private:
    void note(const Config& layer) {
        const Config* const name = layer.find("name");
        const Config* const nodes = layer.find("inbound_nodes");
        if (!name || !name->text() || !nodes) return;
        if (const std::string* const from = history(*nodes)) origins_.emplace(*name->text(), *from);
    }
    // The layer that the first tensor in a call comes from.
    static const std::string* history(const Config& value) {
        if (const Config* const found = value.find("keras_history")) {
            const Config::List* const list = found->list();
            return list && !list->empty() ? (*list)[0].text() : nullptr;
        }
        if (const Config::List* const list = value.list()) {
            for (const Config& item : *list)
                if (const std::string* const found = history(item)) return found;
        }
        if (const Config::Object* const object = value.object()) {
            for (const auto& [name, item] : *object)
                if (const std::string* const found = history(item)) return found;
        }
        return nullptr;
    }
    const Layer* named(const std::string& name) const {
        const auto found =
            std::ranges::find(layers_, name, [](const Layer* l) { return l->name(); });
        return found == layers_.end() ? nullptr : *found;
    }

    std::vector<Layer*> layers_;
    std::map<std::string, std::string> origins_;
};

// Layers behind which each feature is where it was.
bool keeps_features(const Layer& layer) {
    static const std::set<std::string, std::less<>> classes{"Activation",
                                                            "ReLU",
                                                            "LeakyReLU",
                                                            "ELU",
                                                            "PReLU",
                                                            "Softmax",
                                                            "Dropout",
                                                            "AlphaDropout",
                                                            "GaussianNoise",
                                                            "GaussianDropout",
                                                            "BatchNormalization",
                                                            "LayerNormalization",
                                                            "GroupNormalization",
                                                            "RMSNormalization",
                                                            "UnitNormalization",
                                                            "ActivityRegularization",
                                                            "SpatialDropout1D",
                                                            "SpatialDropout2D",
                                                            "SpatialDropout3D",
                                                            "Add",
                                                            "Subtract",
                                                            "Multiply",
                                                            "Average",
                                                            "Maximum",
                                                            "Minimum"};
    return classes.contains(layer.class_name());
}

std::string data_format(const Layer& layer) {
    const Config config = layer.get_config();
    const Config* const format = config.find("data_format");
    return format && format->text() ? *format->text() : std::string();
}

// Where the channels of a layer's pictures stand; empty where it makes none.
std::string picture_format(const Origins& origins, const Layer* layer) {
    while (layer && keeps_features(*layer)) layer = origins.before(*layer);
    return layer ? data_format(*layer) : std::string();
}

Shape without_batch(const Layer& layer) {
    if (layer.built_for().empty()) return {};
    const Shape::Sizes sizes = layer.built_for()[0].shape.sizes();
    const std::vector<Index> all(sizes.begin(), sizes.end());
    return Shape(std::span<const Index>(all).subspan(1));
}

// The picture, channels last, that is flattened before a layer with the channels in another place
// than PyTorch's; scalar where there is none.
Shape flattened_before(const Origins& origins, const Layer& layer) {
    const Layer* from = origins.before(layer);
    while (from && keeps_features(*from)) from = origins.before(*from);
    if (!from || from->class_name() != "Flatten") return {};
    const Shape sample = without_batch(*from);
    if (sample.rank() < 2) return {};
    const bool moves_channels = data_format(*from) == "channels_first";
    const std::string pictures = picture_format(origins, origins.before(*from));
    if (pictures == "channels_last" && !moves_channels) return sample;
    if (pictures != "channels_first" || !moves_channels) return {};
    const Shape::Sizes sizes = sample.sizes();
    std::vector<Index> last(sizes.begin() + 1, sizes.end());
    last.push_back(sample[0]);
    return Shape(std::span<const Index>(last));
}

// The sample whose order of features a layer's weights follow.
Shape sample_of(const Origins& origins, const Layer& layer) {
    const std::string name = layer.class_name();
    if (name == "LayerNormalization" && layer.weights()[0].shape().rank() > 1) {
        const bool last = picture_format(origins, origins.before(layer)) == "channels_last";
        return last && layer.weights()[0].shape() == without_batch(layer) ? without_batch(layer)
                                                                          : Shape();
    }
    const bool by_feature = name == "Dense" || name == "BatchNormalization" ||
                            name == "LayerNormalization" || name == "GroupNormalization" ||
                            name == "PReLU";
    return by_feature ? flattened_before(origins, layer) : Shape();
}

class Collector {
public:
    explicit Collector(Model& model) : names_(weight_names(model)), weights_(model.parameters()) {
        visit(model, 0);
    }
    std::vector<TorchLayer> layers;

private:
    void visit(const Layer& parent, std::size_t depth) {
        const Origins origins(parent);
        for (Layer* const layer : parent.inner_layers()) {
            if (!seen_.insert(layer).second || layer->weights().empty()) continue;
            const auto [path, deep] = path_of(*layer, depth);
            if (has_torch_links(*layer) || has_weights_of_its_own(*layer))
                layers.push_back(
                    {path, layer->class_name(), torch_links(*layer, sample_of(origins, *layer))});
            else
                visit(*layer, deep);
        }
    }
    // Weights that none of its inner layers has.
    static bool has_weights_of_its_own(const Layer& layer) {
        const std::vector<Parameter> inner = inner_weights(layer);
        return !std::ranges::all_of(layer.weights(), [&](const Parameter& weight) {
            return std::ranges::find(inner, weight) != inner.end();
        });
    }
    // The names that lead to a layer, by those of its first weight; and how many they are.
    std::pair<std::string, std::size_t> path_of(const Layer& layer, std::size_t depth) const {
        const Parameter first = layer.weights()[0];
        const auto at = std::ranges::find(weights_, first) - weights_.begin();
        const std::vector<std::string> given = parts(first.name());
        const std::vector<std::string> named = parts(names_.at(static_cast<std::size_t>(at)));
        std::size_t end = depth;
        while (end < given.size() && given[end] != layer.name()) ++end;
        if (end + 1 >= given.size()) end = given.size() - std::min<std::size_t>(2, given.size());
        std::string path;
        for (std::size_t i = 0; i <= end; ++i) path += (i > 0 ? "." : "") + named[i];
        return {path, end + 1};
    }
    static std::vector<std::string> parts(std::string_view name) {
        std::vector<std::string> all;
        for (std::size_t begin = 0; begin <= name.size();) {
            const std::size_t end = std::min(name.find('/', begin), name.size());
            all.emplace_back(name.substr(begin, end - begin));
            begin = end + 1;
        }
        return all;
    }

    std::vector<std::string> names_;
    std::vector<Parameter> weights_;
    std::set<const Layer*> seen_;
};

}  // namespace

std::vector<TorchLayer> torch_layers(Model& model) { return Collector(model).layers; }

// ---- the modules of a file ----------------------------------------------------------------------

namespace {

// The modules that tensors belong to, in the order of the file, with the number of their tensors.
class Modules {
public:
    explicit Modules(const TorchTensors& tensors) {
        for (const auto& [name, shape] : tensors) shapes_.emplace(name, shape);
        for (const auto& [name, shape] : tensors) {
            count(module_of(name));
            if (const auto both = separable_of(name)) count(*both);
        }
    }

    // Whether the module has the tensors of the layer's weights.
    bool fits(const TorchLayer& layer, const TorchModule& module) const {
        return std::ranges::all_of(layer.links, [&](const TorchLink& link) {
            return std::ranges::all_of(link.tensors, [&](const std::string& name) {
                const auto found = shapes_.find(module.tensor(name));
                return link.weights.empty() ||
                       (found != shapes_.end() && found->second == link.shape);
            });
        });
    }
    // Whether it has some of them, whatever their shapes.
    bool has_some(const TorchLayer& layer, const TorchModule& module) const {
        return std::ranges::any_of(layer.links, [&](const TorchLink& link) {
            return shapes_.contains(module.tensor(link.tensors[0]));
        });
    }
    // The first module that fits, has no other tensors, and isn't taken.
    std::optional<TorchModule> next(const TorchLayer& layer,
                                    const std::vector<std::optional<TorchModule>>& taken) const {
        std::size_t most = 0;
        for (const TorchLink& link : layer.links) most += link.tensors.size();
        for (const auto& [module, tensors] : modules_) {
            if (tensors <= most && fits(layer, module) &&
                std::ranges::find(taken, std::optional(module)) == taken.end())
                return module;
        }
        return std::nullopt;
    }

private:
    TorchModule module_of(const std::string& name) const {
        const auto dot = name.find_last_of('.');
        const std::string path = dot == name.npos ? "" : name.substr(0, dot);
        const std::string_view own = std::string_view(name).substr(dot == name.npos ? 0 : dot + 1);
        // The last projection of an attention belongs to it.
        constexpr std::string_view projection = "out_proj";
        if (path.ends_with(projection)) {
            const std::string outer = path.substr(0, path.size() - projection.size());
            if (shapes_.contains(outer + "in_proj_weight") ||
                shapes_.contains(outer + "q_proj_weight"))
                return {outer.empty() ? outer : outer.substr(0, outer.size() - 1)};
        }
        if (!is_recurrent_tensor(own)) return {path};
        const std::string_view level = own.substr(0, own.find("_reverse"));
        const auto mark = level.rfind("_l");
        if (mark == level.npos) return {path};
        const auto found = with_level(std::string(level.substr(mark + 2)));
        return {path, found ? found->level : -1};
    }
    // The module of a separable convolution, whose two may be modules of other layers as well.
    std::optional<TorchModule> separable_of(const std::string& name) const {
        constexpr std::string_view first = ".depthwise.", second = ".pointwise.";
        const std::size_t at = std::min(name.rfind(first), name.rfind(second));
        if (at == name.npos) return std::nullopt;
        const std::string path = name.substr(0, at);
        const bool both = shapes_.contains(path + ".depthwise.weight") &&
                          shapes_.contains(path + ".pointwise.weight");
        return both ? std::optional(TorchModule{path}) : std::nullopt;
    }
    void count(const TorchModule& module) {
        const auto [found, is_new] =
            places_.emplace(std::pair(module.path, module.level), modules_.size());
        if (is_new) modules_.emplace_back(module, 0);
        ++modules_[found->second].second;
    }

    std::map<std::string, Shape> shapes_;
    std::vector<std::pair<TorchModule, std::size_t>> modules_;
    std::map<std::pair<std::string, int>, std::size_t> places_;
};

}  // namespace

std::vector<std::optional<TorchModule>> match_modules(
    const std::vector<TorchLayer>& layers, const TorchTensors& tensors,
    const std::map<std::string, std::string>& given) {
    const Modules modules(tensors);
    std::vector<std::optional<TorchModule>> found(layers.size());
    bool by_name = true;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const auto named = given.find(layers[i].path);
        if (named != given.end()) found[i] = module_named(layers[i], named->second);
        by_name = by_name && (found[i] ||
                              modules.has_some(layers[i], module_named(layers[i], layers[i].path)));
    }
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (found[i]) continue;
        found[i] =
            by_name ? module_named(layers[i], layers[i].path) : modules.next(layers[i], found);
    }
    return found;
}

}  // namespace shikumi::nn::detail

#include <shikumi/nn/io/detail/keras_layout.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include <shikumi/nn/detail/class_name.hpp>
#include <shikumi/nn/io/detail/weight_names.hpp>
#include <shikumi/nn/layers/attention/group_query_attention.hpp>
#include <shikumi/nn/layers/attention/headed_attention.hpp>
#include <shikumi/nn/layers/preprocessing/normalization.hpp>
#include <shikumi/nn/layers/recurrent/bidirectional.hpp>
#include <shikumi/nn/layers/recurrent/rnn.hpp>
#include <shikumi/nn/layers/recurrent/stacked_cells.hpp>
#include <shikumi/nn/layers/recurrent/time_distributed.hpp>
#include <shikumi/nn/models/sequential.hpp>

namespace shikumi::nn::detail {

namespace {

template <class L>
const L* as(const Layer& layer) {
    return dynamic_cast<const L*>(&layer);
}

// Statistics that a Normalization was given are part of its configuration, and no weights in Keras.
bool keeps_no_weights(const Layer& layer) {
    if (!as<Normalization>(layer)) return false;
    const Config config = layer.get_config();
    const Config* const mean = config.find("mean");
    return mean && !mean->is_null();
}

// Those that the layer itself has added: first what may be trained, then its states.
std::vector<Parameter> own_weights(const Layer& layer) {
    if (keeps_no_weights(layer)) return {};
    const std::vector<Parameter> inner = inner_weights(layer);
    std::vector<Parameter> trained, states;
    for (const Weight& weight : layer.described_weights()) {
        if (std::ranges::find(inner, weight.parameter) == inner.end())
            (weight.options.trainable ? trained : states).push_back(weight.parameter);
    }
    trained.insert(trained.end(), states.begin(), states.end());
    return trained;
}

// ---- groups -------------------------------------------------------------------------------------

std::string keras_class(const Layer& layer) {
    const std::string name = layer.class_name();
    if (name == "Model") return "Functional";
    return name == "GroupQueryAttention" ? "GroupedQueryAttention" : name;
}

class Groups {
public:
    explicit Groups(KerasNumbers numbers) : numbers_(numbers) {}

    void visit(const Layer& layer, const std::string& path) {
        if (!seen_.insert(&layer).second) return;
        if (as<HeadedAttention>(layer)) return add_projections(layer, path);
        all.push_back({path, layer.name(), own_weights(layer)});
        const std::vector<Layer*> inner = layer.inner_layers();
        if (as<Model>(layer))
            visit_container(inner, joined(path, "layers"));
        else if (as<StackedRNNCells>(layer))
            visit_container(inner, joined(path, "cells"));
        else
            visit_members(layer, inner, path);
    }

    std::vector<KerasGroup> all;

private:
    // Groups are named after the classes of the layers and numbered, whatever the layers are
    // called.
    void visit_container(const std::vector<Layer*>& layers, const std::string& path) {
        std::map<std::string, int> used;
        const auto next = [&](const std::string& name) {
            const int number = used[name]++;
            return number == 0 ? name : name + '_' + std::to_string(number);
        };
        for (const Layer* const layer : layers) {
            const std::string name = snake_case(keras_class(*layer));
            visit(*layer, joined(path, next(name)));
            if (numbers_ == KerasNumbers::dependencies && !layer->weights().empty()) next(name);
        }
    }

    // Others are named after the attributes of Keras's classes.
    void visit_members(const Layer& layer, const std::vector<Layer*>& inner,
                       const std::string& path) {
        std::vector<std::string> names;
        if (as<Bidirectional>(layer)) names = {"forward_layer", "backward_layer"};
        if (as<RNN>(layer)) names = {"cell"};
        if (as<TimeDistributed>(layer)) names = {"layer"};
        for (std::size_t i = 0; i < inner.size(); ++i)
            visit(*inner[i], joined(path, i < names.size() ? names[i] : inner[i]->name()));
    }

    // Keras's attention consists of layers.
    void add_projections(const Layer& layer, const std::string& path) {
        all.push_back({path, layer.name(), {}});
        const std::vector<Parameter> weights = own_weights(layer);
        const std::string prefix = as<GroupQueryAttention>(layer) ? "_" : "";
        using Name = std::pair<std::string_view, std::string>;
        for (const auto& [name, group] :
             {Name{"query", "query_dense"}, Name{"key", "key_dense"}, Name{"value", "value_dense"},
              Name{"attention_output", "output_dense"}}) {
            KerasGroup projection{joined(path, prefix + group), std::string(name), {}};
            for (const Parameter& weight : weights) {
                const std::string_view of = weight.name();
                const std::string_view owner = of.substr(0, of.rfind('/'));
                if (owner.substr(owner.rfind('/') + 1) == name)
                    projection.weights.push_back(weight);
            }
            all.push_back(std::move(projection));
        }
    }

    KerasNumbers numbers_;
    std::set<const Layer*> seen_;
};

// ---- order --------------------------------------------------------------------------------------

// Keras names a weight when its layer is built: within a Sequential by this, too, but not by what
// that is in.
std::string container_in(const Layer& layer, const std::string& around) {
    if (as<Sequential>(layer)) return layer.name();
    return as<Model>(layer) ? std::string() : around;
}

void collect(const Layer& layer, const std::string& around, std::vector<KerasWeight>& all) {
    for (const Parameter& weight : own_weights(layer)) {
        if (std::ranges::find(all, weight, &KerasWeight::parameter) == all.end())
            all.push_back({weight, around});
    }
    const std::string container = container_in(layer, around);
    for (const Layer* const inner : layer.inner_layers()) collect(*inner, container, all);
}

}  // namespace

std::vector<KerasGroup> keras_groups(const Model& model, KerasNumbers numbers) {
    Groups groups(numbers);
    groups.visit(model, "");
    return std::move(groups.all);
}

std::string KerasWeight::path() const { return joined(container, parameter.name()); }

std::vector<KerasLayer> keras_layers(const Model& model) {
    const std::string container = container_in(model, {});
    std::vector<KerasLayer> layers;
    for (const Layer* const layer : model.inner_layers()) {
        KerasLayer& added = layers.emplace_back(KerasLayer{layer->name(), {}});
        collect(*layer, container, added.weights);
        std::stable_partition(added.weights.begin(), added.weights.end(),
                              [](const KerasWeight& w) { return w.parameter.trainable(); });
    }
    return layers;
}

std::vector<KerasWeight> keras_weights(const Model& model) {
    std::vector<KerasWeight> all;
    collect(model, {}, all);
    return all;
}

std::vector<Parameter> keras_trained(const Model& model) {
    std::vector<Parameter> trained;
    for (const KerasWeight& weight : keras_weights(model)) {
        if (weight.parameter.trainable()) trained.push_back(weight.parameter);
    }
    return trained;
}

std::string joined(const std::string& path, const std::string& name) {
    return path.empty() ? name : path + '/' + name;
}

}  // namespace shikumi::nn::detail

#include <shikumi/nn/model_state.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/detail/saved_names.hpp>
#include <shikumi/nn/layer.hpp>
#include <shikumi/nn/state_fields.hpp>
#include <shikumi/optim/optimizer.hpp>

namespace shikumi::nn {

namespace {

// Layers inside of others, each once, in the order of their first calls.
void collect(const Layer& layer, std::vector<Layer*>& all) {
    for (Layer* inner : layer.inner_layers()) {
        if (std::ranges::find(all, inner) != all.end()) continue;
        all.push_back(inner);
        collect(*inner, all);
    }
}

void visit_weights(StateFields& fields, const std::vector<Parameter>& weights) {
    std::vector<std::string> names = detail::saved_names(weights);
    const std::vector<std::string> own = names;
    fields("order", names);
    if (names.size() != own.size())
        fail<ValueError>(fields.path("order"), "there are ", names.size(),
                         " weights, the model has ", own.size());
    for (std::size_t i = 0; i < own.size(); ++i) {
        if (!detail::same_but_for_numbers(names[i], own[i]))
            fail<ValueError>(fields.path(names[i]), "is weight number ", i + 1, ", the model has '",
                             own[i], "' there");
        Parameter weight = weights[i];
        fields(names[i], weight);
    }
}

// A part of an optimiser's memory belongs to the weight whose name, with underscores, it begins
// with; in a file it is called "dense/kernel/momentum".
std::string prefix_of(const Parameter& weight) {
    std::string name = weight.name() + '_';
    std::ranges::replace(name, '/', '_');
    return name;
}

// The longest of the beginnings that `name` has; their number where it has none.
std::size_t beginning_of(std::string_view name, const std::vector<std::string>& beginnings) {
    std::size_t found = beginnings.size();
    for (std::size_t i = 0; i < beginnings.size(); ++i) {
        if (!name.starts_with(beginnings[i])) continue;
        if (found == beginnings.size() || beginnings[i].size() > beginnings[found].size())
            found = i;
    }
    return found;
}

// `name` with another beginning.
std::string renamed(const std::string& name, const std::vector<std::string>& from,
                    const std::vector<std::string>& to) {
    const std::size_t i = beginning_of(name, from);
    return i == from.size() ? name : to[i] + name.substr(from[i].size());
}

}  // namespace

void visit_optimizer(StateFields& fields, optim::Optimizer& optimizer,
                     const std::vector<Parameter>& weights) {
    std::vector<std::string> names = detail::saved_names(weights), prefixes, parts;
    std::vector<Parameter> state = optimizer.state();
    std::string kind(optimizer.name());
    fields("name", kind)("weights", names);
    if (kind != optimizer.name() || names.size() != weights.size())
        fail<ValueError>(fields.path("name"), "is ", kind, " for ", names.size(),
                         " weights, the model has ", optimizer.name(), " for ", weights.size());
    for (std::string& name : names) name += '/';
    for (const Parameter& weight : weights) prefixes.push_back(prefix_of(weight));
    for (const Parameter& part : state) parts.push_back(renamed(part.name(), prefixes, names));
    fields("parts", parts);
    const std::vector<std::string> unique = detail::unique_names(parts);
    if (fields.reading()) state.clear();
    for (std::size_t i = 0; i < parts.size(); ++i) {
        Tensor value = fields.reading() ? Tensor() : state[i].value();
        fields(unique[i], value);
        if (!value.defined()) fail<ValueError>(fields.path(unique[i]), "is missing");
        if (fields.reading()) state.emplace_back(renamed(parts[i], names, prefixes), value);
    }
    if (fields.reading()) optimizer.restore(weights, state);
}

void visit_model(StateFields& fields, Layer& model) {
    const std::vector<Parameter> weights = model.weights();
    fields.group("weights", [&](StateFields& inner) { visit_weights(inner, weights); });
    model.visit_state(fields);
    std::vector<Layer*> layers;
    collect(model, layers);
    fields.group("layers", [&](StateFields& inner) {
        for (std::size_t i = 0; i < layers.size(); ++i) {
            inner.group(std::to_string(i + 1), [&](StateFields& own) {
                std::string class_name = layers[i]->class_name();
                own("class_name", class_name);
                if (class_name != layers[i]->class_name())
                    fail<ValueError>(own.path("class_name"), "is ", class_name,
                                     ", the model has the layer '", layers[i]->name(), "' (",
                                     layers[i]->class_name(), ") there");
                layers[i]->visit_state(own);
            });
        }
    });
}

}  // namespace shikumi::nn

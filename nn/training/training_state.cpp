#include <shikumi/nn/training/training_state.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/callbacks/run.hpp>
#include <shikumi/nn/detail/saved_names.hpp>
#include <shikumi/nn/layer.hpp>
#include <shikumi/nn/session.hpp>
#include <shikumi/nn/training/detail/training_parts.hpp>
#include <shikumi/nn/training/trainer.hpp>
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
    if (fields.reading() && !fields.has("order"))
        fail<ValueError>(fields.path("order"), "is missing");
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

void check_class(StateFields& fields, const Layer& layer) {
    std::string class_name = layer.class_name();
    fields("class_name", class_name);
    if (class_name != layer.class_name())
        fail<ValueError>(fields.path("class_name"), "is ", class_name,
                         ", the model has the layer '", layer.name(), "' (", layer.class_name(),
                         ") there");
}

void visit_layer(StateFields& fields, Layer& layer) {
    layer.visit_state(fields);
    auto* const model = dynamic_cast<Trainable*>(&layer);
    if (Trainer* const trainer = model ? model->trainer() : nullptr)
        trainer->visit_state(fields, *model);
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

void Trainer::visit_state(StateFields& fields, Trainable& model) {
    fields("shuffling", shuffling_);
    if (!options_ || (fields.reading() && !fields.has("optimizer"))) return;
    fields.group("optimizer", [&](StateFields& own) {
        visit_optimizer(own, options_->optimizer, model.weights());
    });
}

void visit_model(StateFields& fields, Layer& model) {
    const std::vector<Parameter> weights = model.weights();
    fields.group("weights", [&](StateFields& inner) { visit_weights(inner, weights); });
    visit_layer(fields, model);
    std::vector<Layer*> layers;
    collect(model, layers);
    fields.group("layers", [&](StateFields& inner) {
        for (std::size_t i = 0; i < layers.size(); ++i) {
            inner.group(std::to_string(i + 1), [&](StateFields& own) {
                check_class(own, *layers[i]);
                visit_layer(own, *layers[i]);
            });
        }
    });
}

namespace {

void visit_training(StateFields& fields, const detail::TrainingParts& parts) {
    visit_model(fields, parts.model);
    fields.group("session", visit_session);
    fields("run", parts.run)("now", parts.now)("data", parts.training);
    if (parts.validation) fields("validation_data", *parts.validation);
    fields.group("callbacks", [&](StateFields& all) { parts.callbacks.visit_state(all); });
}

const detail::TrainingParts& parts_of(const Run& run) {
    if (!run.parts()) fail<StateError>("fit", "only a training has a state");
    return *run.parts();
}

}  // namespace

SavedState training_state(const Run& run) {
    return save_state([&](StateFields& fields) { visit_training(fields, parts_of(run)); });
}

void restore_training(Run& run, const SavedState& state) {
    const auto visit = [&](StateFields& fields) { visit_training(fields, parts_of(run)); };
    const SavedState before = save_state(visit);
    try {
        restore_state("fit", state, visit);
    } catch (...) {
        restore_state("fit", before, visit);
        throw;
    }
}

}  // namespace shikumi::nn

#include <shikumi/nn/io/state_dict.hpp>

#include <algorithm>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/nearest_names.hpp>
#include <shikumi/nn/io/detail/take_weights.hpp>
#include <shikumi/nn/io/detail/weight_names.hpp>

namespace shikumi::nn {

StateDict::StateDict(std::vector<Entry> entries) {
    for (auto& [name, value] : entries) {
        if (find(name)) fail<ValueError>("StateDict", "got two tensors of the name '", name, "'");
        entries_.emplace_back(std::move(name), std::move(value));
    }
}

const Tensor* StateDict::find(std::string_view name) const noexcept {
    const auto found = std::ranges::find(entries_, name, &Entry::first);
    return found == entries_.end() ? nullptr : &found->second;
}

const Tensor& StateDict::operator[](std::string_view name) const {
    if (const Tensor* const found = find(name)) return *found;
    std::vector<std::string_view> names;
    for (const Entry& entry : entries_) names.push_back(entry.first);
    shikumi::detail::refuse_name("StateDict", name, names);
}

void StateDict::set(std::string_view name, Tensor value) {
    const auto found = std::ranges::find(entries_, name, &Entry::first);
    if (found == entries_.end())
        entries_.emplace_back(name, std::move(value));
    else
        found->second = std::move(value);
}

std::string WeightsReport::text() const {
    std::string text = sentence(
        taken.size(), " of ", taken.size() + missing.size() + mismatched.size(), " weights taken");
    for (const std::string& name : missing) text += "\n  missing: '" + name + "'";
    for (const std::string& name : unexpected) text += "\n  unexpected: '" + name + "'";
    for (const WeightMismatch& m : mismatched)
        text += sentence("\n  '", m.name, "' is ", m.wanted, ", got ", m.given);
    return text;
}

StateDict state_dict(Model& model) {
    const std::vector<std::string> names = detail::weight_names(model);
    const std::vector<Tensor> values = model.get_weights();
    std::vector<StateDict::Entry> entries;
    for (std::size_t i = 0; i < names.size(); ++i) entries.emplace_back(names[i], values[i]);
    return entries;
}

WeightsReport load_state_dict(Model& model, const StateDict& values, const TakeOptions& options) {
    std::vector<detail::OfferedTensor> offered;
    for (const auto& [name, value] : values)
        offered.push_back({name, value.spec(), [&value = value] { return value; }});
    const detail::TakenWeights taken = detail::take_weights(model, offered, options);
    if (!taken.done)
        fail<ValueError>("load_state_dict", "the tensors don't fit '", model.name(),
                         "': ", taken.report.text());
    return taken.report;
}

}  // namespace shikumi::nn

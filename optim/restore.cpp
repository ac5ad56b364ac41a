// Optimizer::restore, which only programs link that take up a training.
#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/optim/detail/checks.hpp>
#include <shikumi/optim/detail/optimizer_state.hpp>

namespace shikumi::optim {

namespace {

using detail::OptimizerState;
using detail::WeightState;

constexpr auto restore_name = "optimizer";

// A name without the numbers of automatic names: "dense_2_bias_average" is "dense_bias_average".
std::string without_numbers(const std::string& name) {
    std::string out;
    for (std::size_t i = 0; i < name.size();) {
        const std::size_t end = std::min(name.find_first_not_of("0123456789", i + 1), name.size());
        const bool number =
            name[i] == '_' && end > i + 1 && (end == name.size() || name[end] == '_');
        if (!number) out += name[i];
        i = number ? end : i + 1;
    }
    return out;
}

// The parts of a saved state by name, each of which is taken once. A model that was made anew may
// have other numbers in its automatic names: then these don't count, and the order decides.
class Saved {
public:
    Saved(const std::vector<Parameter>& state, const std::vector<std::string>& expected)
        : exactly_(std::ranges::all_of(state, [&](const Parameter& part) {
              return std::ranges::find(expected, part.name()) != expected.end();
          })) {
        for (const Parameter& part : state) parts_[key(part)].push_back(part);
    }
    bool same(const Parameter& a, const Parameter& b) const { return key(a) == key(b); }
    std::size_t count(const Parameter& part) const {
        const auto found = parts_.find(key(part));
        return found == parts_.end() ? 0 : found->second.size();
    }
    // The next value of what `part` is called.
    Tensor take(const Parameter& part) {
        const auto found = parts_.find(key(part));
        if (found == parts_.end())
            fail<ValueError>(restore_name, "the state to restore lacks '", part.name(), "'");
        const Tensor value = found->second.front().value();
        found->second.pop_front();
        if (found->second.empty()) parts_.erase(found);
        if (value.shape() != part.shape())
            fail<ShapeError>(restore_name, "'", part.name(), "' is ", part.shape(),
                             ", the state to restore has ", value.shape());
        if (value.dtype() != part.dtype())
            fail<DTypeError>(restore_name, "'", part.name(), "' is ", part.value().spec(),
                             ", the state to restore has ", value.spec());
        return value;
    }
    void check_all_taken() const {
        if (!parts_.empty())
            fail<ValueError>(restore_name, "the state to restore has '",
                             parts_.begin()->second.front().name(),
                             "', which this optimizer doesn't keep");
    }

private:
    std::string key(const Parameter& part) const {
        return exactly_ ? part.name() : without_numbers(part.name());
    }

    bool exactly_;
    std::map<std::string, std::deque<Parameter>> parts_;
};

// Whether the state has this weight, one of those whose parts are called like `first`.
bool has_made_steps(const Saved& saved, const std::vector<WeightState>& all, const WeightState& w) {
    const std::vector<Parameter> parts = w.parts();
    if (parts.empty()) return false;
    const auto is_named = [&](const WeightState& other) {
        const std::vector<Parameter> its = other.parts();
        return !its.empty() && saved.same(its.front(), parts.front());
    };
    for (const Parameter& part : parts) {
        const std::size_t count = saved.count(part);
        if (count == 0) continue;
        const auto weights = static_cast<std::size_t>(std::ranges::count_if(all, is_named));
        if (count != weights)
            fail<ValueError>(restore_name, "the state to restore has ", count, " times '",
                             part.name(), "', and ", weights, " weights are called '",
                             w.weight.name(), "'");
        return true;
    }
    return false;
}

// The states of the weights as they would begin, those that are there already first.
std::vector<WeightState> beginnings(const OptimizerState& state,
                                    const std::vector<Parameter>& parameters) {
    std::vector<WeightState> all;
    for (const WeightState& w : state.weights) all.push_back(state.fresh(w.weight));
    for (const Parameter& p : parameters) {
        if (!state.find(p)) all.push_back(state.fresh(p));
    }
    return all;
}

// Of all parts that a state may have.
std::vector<std::string> names_of(const OptimizerState& state,
                                  const std::vector<WeightState>& weights) {
    std::vector<std::string> names{state.iterations.name()};
    for (const detail::Group& group : state.groups) names.push_back(group.learning_rate.name());
    for (const Parameter& part : state.shared) names.push_back(part.name());
    for (const WeightState& w : weights) {
        for (const Parameter& part : w.parts()) names.push_back(part.name());
    }
    return names;
}

}  // namespace

void Optimizer::restore(const std::vector<Parameter>& parameters,
                        const std::vector<Parameter>& state) {
    OptimizerState& own = *state_;
    const std::vector<WeightState> all = beginnings(own, parameters);
    Saved saved(state, names_of(own, all));
    std::vector<std::pair<Parameter, Tensor>> values;
    const auto take = [&](const Parameter& part) {
        return values.emplace_back(part, saved.take(part)).second;
    };
    detail::check_count(restore_name, "iterations", take(own.iterations).item<Index>());
    for (std::size_t i = 0; i < own.groups.size(); ++i) {
        if (own.has_rate_of_its_own(i))
            detail::checked_rate(take(own.groups[i].learning_rate).item<double>());
    }
    for (const Parameter& part : own.shared) take(part);

    std::vector<bool> trained;
    for (const WeightState& w : all) trained.push_back(has_made_steps(saved, all, w));
    std::vector<WeightState> added;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const bool known = i < own.weights.size();
        if (!known && !trained[i]) continue;
        // A captured step knows the parts that are there: they stay, and begin again if need be.
        const std::vector<Parameter> parts = (known ? own.weights[i] : all[i]).parts();
        const std::vector<Parameter> first = all[i].parts();
        for (std::size_t k = 0; k < parts.size(); ++k) {
            if (trained[i])
                take(parts[k]);
            else
                values.emplace_back(parts[k], first[k].value());
        }
        if (!known) added.push_back(all[i]);
    }
    saved.check_all_taken();
    own.weights.insert(own.weights.end(), added.begin(), added.end());
    for (auto& [part, value] : values) part.assign(value);
}

}  // namespace shikumi::optim

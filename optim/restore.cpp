// Optimizer::restore, which only programs link that take up a training.
#include <algorithm>
#include <deque>
#include <map>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/optim/detail/optimizer_state.hpp>

namespace shikumi::optim {

namespace {

using detail::OptimizerState;
using detail::WeightState;

constexpr auto who = "optimizer";

// The parts of a saved state by name, each of which is taken once.
class Saved {
public:
    explicit Saved(const std::vector<Parameter>& state) {
        for (const Parameter& part : state) parts_[part.name()].push_back(part.value());
    }
    bool has(const std::string& name) const { return parts_.contains(name); }
    std::size_t count(const std::string& name) const {
        const auto found = parts_.find(name);
        return found == parts_.end() ? 0 : found->second.size();
    }
    // The next value of what `part` is called.
    Tensor take(const Parameter& part) {
        const auto found = parts_.find(part.name());
        if (found == parts_.end())
            fail<ValueError>(who, "the state to restore lacks '", part.name(), "'");
        const Tensor value = found->second.front();
        found->second.pop_front();
        if (found->second.empty()) parts_.erase(found);
        if (value.shape() != part.shape())
            fail<ShapeError>(who, "'", part.name(), "' is ", part.shape(),
                             ", the state to restore has ", value.shape());
        if (value.dtype() != part.dtype())
            fail<DTypeError>(who, "'", part.name(), "' is ", part.value().spec(),
                             ", the state to restore has ", value.spec());
        return value;
    }
    void check_all_taken() const {
        if (!parts_.empty())
            fail<ValueError>(who, "the state to restore has '", parts_.begin()->first,
                             "', which this optimizer doesn't keep");
    }

private:
    std::map<std::string, std::deque<Tensor>> parts_;
};

void check_count(const Tensor& iterations) {
    if (const Index count = iterations.item<Index>(); count < 0)
        fail<ValueError>(who, "the state to restore has ", count, " iterations");
}

// Whether the state has this weight, one of those whose parts are called like `first`.
bool has_made_steps(const Saved& saved, const std::vector<WeightState>& all, const WeightState& w) {
    const std::vector<Parameter> parts = w.parts();
    if (parts.empty()) return false;
    const auto is_named = [&](const WeightState& other) {
        const std::vector<Parameter> its = other.parts();
        return !its.empty() && its.front().name() == parts.front().name();
    };
    for (const Parameter& part : parts) {
        if (!saved.has(part.name())) continue;
        const auto weights = static_cast<std::size_t>(std::ranges::count_if(all, is_named));
        if (const std::size_t count = saved.count(part.name()); count != weights)
            fail<ValueError>(who, "the state to restore has ", count, " times '", part.name(),
                             "', and ", weights, " weights are called '", w.weight.name(), "'");
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

}  // namespace

void Optimizer::restore(const std::vector<Parameter>& parameters,
                        const std::vector<Parameter>& state) {
    OptimizerState& own = *state_;
    Saved saved(state);
    std::vector<std::pair<Parameter, Tensor>> values;
    const auto take = [&](const Parameter& part) {
        return values.emplace_back(part, saved.take(part)).second;
    };
    check_count(take(own.iterations));
    for (std::size_t i = 0; i < own.groups.size(); ++i) {
        if (own.has_rate_of_its_own(i))
            detail::checked_rate(take(own.groups[i].learning_rate).item<double>());
    }
    for (const Parameter& part : own.shared) take(part);

    const std::vector<WeightState> all = beginnings(own, parameters);
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

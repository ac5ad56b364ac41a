#include <shikumi/optim/optimizer.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/detail/rows.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>
#include <shikumi/optim/detail/checks.hpp>
#include <shikumi/optim/detail/clip.hpp>

namespace shikumi::optim {

namespace {

using shikumi::detail::checked_indices;
using shikumi::detail::indexed_rows_of;
using shikumi::detail::IndexedRows;
using shikumi::detail::put_rows;
using shikumi::detail::sum_by_index;

constexpr auto who = "optimizer";

// ---- checks -------------------------------------------------------------------------------------

void check_positive(std::string_view name, double value) {
    if (!(value > 0) || !std::isfinite(value))
        fail<ValueError>(who, name, " must be a positive number, got ", value);
}

void check(const StepOptions& o) {
    detail::check_not_negative(who, "weight_decay", o.weight_decay);
    int clips = 0;
    for (const std::optional<double>& clip : {o.clipnorm, o.global_clipnorm, o.clipvalue}) {
        if (!clip) continue;
        ++clips;
        if (!(*clip > 0))
            fail<ValueError>(who, "a gradient is clipped to a positive size, got ", *clip);
    }
    if (clips > 1)
        fail<ValueError>(who, "only one of clipnorm, global_clipnorm and clipvalue may be given");
    if (o.loss_scale_factor) check_positive("loss_scale_factor", *o.loss_scale_factor);
    if (o.gradient_accumulation_steps < 1)
        fail<ValueError>(who, "gradient_accumulation_steps must be 1 or more, got ",
                         o.gradient_accumulation_steps);
    if (!(o.ema_momentum >= 0 && o.ema_momentum <= 1))
        fail<ValueError>(who, "ema_momentum must lie in [0, 1], got ", o.ema_momentum);
    if (!o.ema_overwrite_frequency) return;
    if (*o.ema_overwrite_frequency < 1)
        fail<ValueError>(who, "ema_overwrite_frequency must be 1 or more, got ",
                         *o.ema_overwrite_frequency);
    if (!o.use_ema) fail<ValueError>(who, "ema_overwrite_frequency needs use_ema");
}

Tensor checked_rate(double rate) {
    if (!(rate >= 0) || !std::isfinite(rate))
        fail<ValueError>(who, "the learning rate must be a number >= 0, got ", rate);
    return scalar(rate, f64);
}

// The rate before the first update.
Tensor first_rate(const LearningRate& rate) {
    const Tensor first = rate(scalar(0, f64));
    if (first.spec() != Spec{{}, f64})
        fail<ValueError>(who, "a schedule of the learning rate gives a scalar of f64, got ",
                         first.spec());
    return checked_rate(first.item<double>());
}

bool is_trainable(const Parameter& p) { return p.trainable(); }

// For instance, a GAN's step on the generator must not change the discriminator.
void refuse_frozen(const std::vector<Parameter>& parameters) {
    const auto frozen = std::find_if_not(parameters.begin(), parameters.end(), is_trainable);
    if (frozen != parameters.end())
        fail<StateError>(who, "parameter '", frozen->name(),
                         "' is frozen and would be changed: leave it out, as trainable_weights() "
                         "does, or thaw its layer by set_trainable(true)");
}

void check_gradients(const std::vector<Parameter>& parameters,
                     const std::vector<Tensor>& gradients) {
    if (parameters.size() != gradients.size())
        fail<ShapeError>(who, "got ", gradients.size(), " gradients for ", parameters.size(),
                         " parameters");
    refuse_frozen(parameters);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const Parameter& weight = parameters[i];
        if (gradients[i].spec() != weight.value().spec())
            fail<ShapeError>(who, "parameter '", weight.name(), "' is ", weight.value().spec(),
                             ", its gradient ", gradients[i].spec());
    }
}

// ---- numbers ------------------------------------------------------------------------------------

// f64 scalars, and the same in f32 once they are asked for.
class PerDType {
public:
    explicit PerDType(std::vector<Tensor> values = {}) : f64_(std::move(values)) {}
    std::span<const Tensor> operator[](DType dtype) {
        if (dtype == f64) return f64_;
        for (std::size_t i = f32_.size(); i < f64_.size(); ++i) f32_.push_back(f64_[i].cast(f32));
        return f32_;
    }

private:
    std::vector<Tensor> f64_, f32_;
};

// Whether n is a multiple of k; both whole.
Tensor is_multiple(const Tensor& n, Index k) {
    const auto divisor = static_cast<double>(k);
    return equal(floor(n / divisor) * divisor, n);
}

// Where a step stands.
struct Clock {
    Tensor calls;    // with this one, f64
    Tensor update;   // the number of this update or, between two, of the next one; from 1 on, f64
    Tensor applies;  // whether weights change now; undefined: they do at each call

    Clock(const Tensor& with_this, Index accumulated) : calls(with_this.cast(f64)), update(calls) {
        if (accumulated == 1) return;
        applies = is_multiple(calls, accumulated);
        update = ceil(calls / static_cast<double>(accumulated));
    }
    // The new value where weights change, else the old one.
    Tensor chosen(Tensor fresh, const Tensor& old) const {
        if (!applies.defined()) return fresh;
        return where(applies, fresh, old);
    }
};

// ---- state --------------------------------------------------------------------------------------

Parameter frozen(std::string name, const Tensor& value) {
    Parameter p(std::move(name), value);
    p.set_trainable(false);
    return p;
}

bool contains_one_of(std::string_view name, const std::vector<std::string>& parts) {
    return std::ranges::any_of(
        parts, [&](const std::string& part) { return name.find(part) != std::string_view::npos; });
}

std::string quoted(const std::vector<std::string>& names) {
    std::string all;
    for (const std::string& name : names) all += " '" + name + "'";
    return all;
}

// Weights with one learning rate and decay: a group of the user's, or all that are in none. Numbers
// that change are parameters, so that a captured step stays right.
struct Group {
    std::vector<std::string> names;
    std::vector<Parameter> parameters;
    LearningRate schedule;
    Parameter learning_rate;
    double weight_decay;

    bool holds(const Parameter& weight) const {
        return std::ranges::find(parameters, weight) != parameters.end() ||
               contains_one_of(weight.name(), names);
    }
};

struct WeightState {
    Parameter weight;
    std::size_t group;
    double weight_decay;
    std::vector<Parameter> slots;
    Parameter average, accumulator;  // undefined where they are not wanted
};

// Keras's name of a slot.
std::string slot_name(const Parameter& weight, std::string_view slot) {
    std::string name = weight.name();
    std::ranges::replace(name, '/', '_');
    return name.append("_").append(slot);
}

// What a step needs of a group.
struct GroupNumbers {
    Tensor learning_rate;
    PerDType scalars;
    std::vector<std::pair<double, PerDType>> decays = {};  // by the weight decay; mostly one

    // The share of a weight that decays.
    Tensor decay(double weight_decay, DType dtype) {
        auto found = std::ranges::find(decays, weight_decay, &std::pair<double, PerDType>::first);
        if (found == decays.end())
            found = decays.insert(found, {weight_decay, PerDType({learning_rate * weight_decay})});
        return found->second[dtype][0];
    }
};

// The rule's update. Where a gradient of 0 changes nothing, and most rows of a table have that, it
// works on the other rows only.
Tensor updated(const Rule& rule, const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
               std::span<const Tensor> scalars) {
    const IndexedRows g = rule.keeps_idle_weights() ? indexed_rows_of(gradient) : IndexedRows{};
    if (!g.defined() || g.indices.size() >= w.shape().front())
        return rule.update(w, gradient, slots, scalars);
    const Tensor indices = checked_indices("optimizer", g.indices, w.shape().front(), true);
    std::vector<Tensor> few;
    for (const Tensor& slot : slots) few.push_back(take(slot, indices));
    const Tensor rows = rule.update(take(w, indices), sum_by_index(g.rows, indices), few, scalars);
    for (std::size_t k = 0; k < few.size(); ++k) slots[k] = put_rows(slots[k], indices, few[k]);
    return put_rows(w, indices, rows);
}

}  // namespace

struct Optimizer::State {
    std::shared_ptr<const Rule> rule;
    StepOptions options;
    Parameter iterations;              // counts calls
    std::vector<Group> groups;         // the first one is of the weights in no group of the user's
    std::vector<Parameter> shared;     // the rule's shared slots
    std::vector<WeightState> weights;  // in the order of their first steps
    std::vector<std::string> without_decay = {};
    std::shared_ptr<const void> model = {};  // the first one compiled with it; null: none

    State(std::shared_ptr<const Rule> own_rule, const LearningRate& schedule, const Tensor& rate,
          const StepOptions& own_options)
        : rule(std::move(own_rule)),
          options(own_options),
          iterations(frozen("iterations", scalar(0, i64))),
          groups{{{}, {}, schedule, frozen("learning_rate", rate), options.weight_decay}} {
        for (const Slot& slot : rule->shared_slots())
            shared.push_back(frozen(slot.name, scalar(slot.start, f64)));
    }

    bool has_rate_of_its_own(std::size_t group) const {
        return group == 0 || !(groups[group].learning_rate == groups[0].learning_rate);
    }
    void add(const ParameterGroup& group);
    std::size_t group_of(const Parameter& weight) const;
    void check_names(const std::vector<Parameter>& parameters) const;
    void refuse_after_a_step(std::string_view what) const;
    const Group& group(std::size_t number) const;
    WeightState& state_of(const Parameter& weight, std::size_t expected);
    const WeightState* find(const Parameter& weight) const;

    std::vector<Assignment> changes(const std::vector<Parameter>& parameters,
                                    std::vector<Tensor> gradients);
    std::vector<GroupNumbers> numbers(const Clock& clock, std::vector<Tensor>& shared_values) const;
    void accumulate(std::vector<Tensor>& gradients, const std::vector<Parameter>& parameters,
                    const Clock& clock, std::vector<Assignment>& assignments);
    void change(WeightState& state, Tensor gradient, GroupNumbers& numbers, PerDType& shares,
                const Clock& clock, std::vector<Tensor>& values,
                std::vector<Assignment>& assignments) const;
    Tensor averaged(WeightState& state, const Tensor& w, PerDType& shares, const Clock& clock,
                    std::vector<Assignment>& assignments) const;
};

void Optimizer::State::add(const ParameterGroup& group) {
    LearningRate schedule = groups[0].schedule;
    Parameter rate = groups[0].learning_rate;
    if (group.learning_rate) {
        schedule = *group.learning_rate;
        rate = frozen("learning_rate_" + std::to_string(groups.size()), first_rate(schedule));
    }
    const double decay = group.weight_decay.value_or(options.weight_decay);
    detail::check_not_negative(who, "weight_decay", decay);
    groups.push_back({group.names, group.parameters, schedule, rate, decay});
}

std::size_t Optimizer::State::group_of(const Parameter& weight) const {
    std::size_t found = 0;
    for (std::size_t i = 1; i < groups.size(); ++i) {
        if (!groups[i].holds(weight)) continue;
        if (found != 0)
            fail<ValueError>(who, "parameter '", weight.name(), "' is in the groups ", found,
                             " and ", i);
        found = i;
    }
    return found;
}

// Before the first step: later ones may be on a part of the parameters.
void Optimizer::State::check_names(const std::vector<Parameter>& parameters) const {
    if (!weights.empty()) return;
    const auto refuse_unless_any = [&](auto holds, std::string_view what,
                                       const std::vector<std::string>& names) {
        if (parameters.empty() || std::ranges::any_of(parameters, holds)) return;
        fail<ValueError>(who, what, quoted(names), " has none of the ", parameters.size(),
                         " parameters, which begin with '", parameters.front().name(), "'");
    };
    for (std::size_t i = 1; i < groups.size(); ++i)
        refuse_unless_any([&](const Parameter& p) { return groups[i].holds(p); },
                          "group " + std::to_string(i), groups[i].names);
    if (!without_decay.empty())
        refuse_unless_any(
            [&](const Parameter& p) { return contains_one_of(p.name(), without_decay); },
            "the list of weights that do not decay,", without_decay);
}

void Optimizer::State::refuse_after_a_step(std::string_view what) const {
    if (!weights.empty()) fail<StateError>(who, what, " after a step: say it before the first one");
}

const Group& Optimizer::State::group(std::size_t number) const {
    if (number >= groups.size())
        fail<ValueError>(who, "there is no group ", number, ", the last one is ",
                         groups.size() - 1);
    return groups[number];
}

// The weights come in the same order at every step: the one after the last is tried first.
WeightState& Optimizer::State::state_of(const Parameter& weight, std::size_t expected) {
    if (expected < weights.size() && weights[expected].weight == weight) return weights[expected];
    for (WeightState& w : weights) {
        if (w.weight == weight) return w;
    }
    const std::size_t group = group_of(weight);
    WeightState fresh{weight, group, 0, {}, {}, {}};
    if (!contains_one_of(weight.name(), without_decay))
        fresh.weight_decay = rule->weight_decay(weight, groups[group].weight_decay);
    const auto kept = [&](std::string_view name, const Tensor& value) {
        return frozen(slot_name(weight, name), value);
    };
    const Tensor zeros = full(weight.shape(), 0, weight.dtype());
    if (options.use_ema) fresh.average = kept("average", zeros);
    if (options.gradient_accumulation_steps > 1)
        fresh.accumulator = kept("gradient_accumulator", zeros);
    for (const Slot& slot : rule->slots(weight))
        fresh.slots.push_back(kept(
            slot.name,
            slot.value.defined() ? slot.value : full(weight.shape(), slot.start, weight.dtype())));
    return weights.emplace_back(std::move(fresh));
}

const WeightState* Optimizer::State::find(const Parameter& weight) const {
    const auto found = std::ranges::find(weights, weight, &WeightState::weight);
    return found == weights.end() ? nullptr : &*found;
}

// ---- a step -------------------------------------------------------------------------------------

std::vector<GroupNumbers> Optimizer::State::numbers(const Clock& clock,
                                                    std::vector<Tensor>& shared_values) const {
    const std::vector<Tensor> old(shared.begin(), shared.end());
    std::vector<GroupNumbers> all;
    all.reserve(groups.size());
    for (const Group& group : groups) {
        shared_values = old;
        const Tensor& rate = group.learning_rate;
        all.push_back({rate, PerDType(rule->scalars(rate, clock.update, shared_values))});
    }
    for (std::size_t i = 0; i < old.size(); ++i)
        shared_values[i] = clock.chosen(shared_values[i], old[i]);
    return all;
}

// Adds gradients up, and gives their means where weights change.
void Optimizer::State::accumulate(std::vector<Tensor>& gradients,
                                  const std::vector<Parameter>& parameters, const Clock& clock,
                                  std::vector<Assignment>& assignments) {
    if (options.gradient_accumulation_steps == 1) return;
    for (std::size_t i = 0; i < gradients.size(); ++i) {
        const Parameter& accumulator = state_of(parameters[i], i).accumulator;
        const Tensor sum = accumulator + gradients[i];
        gradients[i] = sum / static_cast<double>(options.gradient_accumulation_steps);
        assignments.push_back({accumulator, where(clock.applies, 0, sum)});
    }
}

void Optimizer::State::change(WeightState& state, Tensor gradient, GroupNumbers& numbers,
                              PerDType& shares, const Clock& clock, std::vector<Tensor>& values,
                              std::vector<Assignment>& assignments) const {
    const DType dtype = state.weight.dtype();
    const Tensor& before = state.weight;
    Tensor decayed;
    if (state.weight_decay != 0) {
        if (options.decoupled_weight_decay)
            decayed = before - before * numbers.decay(state.weight_decay, dtype);
        else
            gradient = gradient + before * state.weight_decay;
    }
    values.assign(state.slots.begin(), state.slots.end());
    Tensor w = clock.chosen(updated(*rule, decayed.defined() ? decayed : before, gradient, values,
                                    numbers.scalars[dtype]),
                            before);
    if (options.use_ema) w = averaged(state, w, shares, clock, assignments);
    assignments.push_back({state.weight, std::move(w)});
    for (std::size_t k = 0; k < values.size(); ++k)
        assignments.push_back({state.slots[k], clock.chosen(std::move(values[k]), state.slots[k])});
}

// Moves the average towards the weight w; the first one is the weight itself. Gives the weight,
// overwritten by the average where that is due.
Tensor Optimizer::State::averaged(WeightState& state, const Tensor& w, PerDType& shares,
                                  const Clock& clock, std::vector<Assignment>& assignments) const {
    const auto share = shares[w.dtype()];
    const Tensor average = state.average * share[0] + w * share[1];
    assignments.push_back({state.average, average});
    if (!options.ema_overwrite_frequency) return w;
    return where(is_multiple(clock.update, *options.ema_overwrite_frequency), average, w);
}

std::vector<Assignment> Optimizer::State::changes(const std::vector<Parameter>& parameters,
                                                  std::vector<Tensor> gradients) {
    static thread_local Scope::Known known;
    const Scope scope(who, known);
    for (Tensor& g : gradients) {
        if (options.maximize) g = -g;
        if (options.loss_scale_factor) g = g / *options.loss_scale_factor;
    }
    const Tensor next = iterations + 1;
    const Clock clock(next, options.gradient_accumulation_steps);
    std::vector<Assignment> assignments;
    assignments.reserve(parameters.size() * 4 + 2);
    accumulate(gradients, parameters, clock, assignments);
    detail::clip(gradients, options);

    std::vector<Tensor> shared_values;
    std::vector<GroupNumbers> of_group = numbers(clock, shared_values);
    PerDType shares;
    if (options.use_ema) {
        const Tensor kept = (clock.update > 1).cast(f64) * options.ema_momentum;
        shares = PerDType({kept, 1 - kept});
    }
    std::vector<Tensor> values;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        WeightState& state = state_of(parameters[i], i);
        change(state, std::move(gradients[i]), of_group[state.group], shares, clock, values,
               assignments);
    }
    for (std::size_t i = 0; i < shared.size(); ++i)
        assignments.push_back({shared[i], shared_values[i]});
    assignments.push_back({iterations, next});
    for (std::size_t i = 0; i < groups.size(); ++i) {
        if (groups[i].schedule.scheduled() && has_rate_of_its_own(i))
            assignments.push_back({groups[i].learning_rate, groups[i].schedule(clock.calls)});
    }
    return assignments;
}

// ---- Rule and Optimizer -------------------------------------------------------------------------

std::vector<Tensor> Rule::scalars(const Tensor& learning_rate, const Tensor&,
                                  std::span<Tensor>) const {
    return {learning_rate};
}

double Rule::weight_decay(const Parameter&, double given) const { return given; }

Optimizer::Optimizer(std::shared_ptr<const Rule> rule, const LearningRate& learning_rate,
                     const StepOptions& options) {
    check(options);
    state_ =
        std::make_shared<State>(std::move(rule), learning_rate, first_rate(learning_rate), options);
}

std::string_view Optimizer::name() const noexcept { return state_->rule->name(); }

const StepOptions& Optimizer::options() const noexcept { return state_->options; }

void Optimizer::exclude_from_weight_decay(const std::vector<std::string>& names) {
    state_->refuse_after_a_step("weights are left out of the weight decay");
    state_->without_decay.insert(state_->without_decay.end(), names.begin(), names.end());
}

std::size_t Optimizer::add_group(const ParameterGroup& group) {
    state_->refuse_after_a_step("a group is added");
    if (group.names.empty() && group.parameters.empty())
        fail<ValueError>(who, "a group needs names or parameters");
    state_->add(group);
    return state_->groups.size() - 1;
}

std::size_t Optimizer::groups() const noexcept { return state_->groups.size(); }

void Optimizer::step(const std::vector<Parameter>& parameters) {
    std::vector<Parameter> changed;
    std::vector<Tensor> gradients;
    for (Parameter p : parameters) {
        if (!p.has_grad()) continue;
        changed.push_back(p);
        gradients.push_back(p.grad());
        p.zero_grad();  // before the evaluation, which would store a gradient that is still held
    }
    if (changed.empty()) {
        if (std::none_of(parameters.begin(), parameters.end(), is_trainable))
            refuse_frozen(parameters);
        fail<GradientError>("step", "none of the ", parameters.size(),
                            " parameters has a gradient: call backward() on the loss first");
    }
    state_->check_names(parameters);
    check_gradients(changed, gradients);
    const std::vector<Assignment> assignments = state_->changes(changed, std::move(gradients));
    evaluate({}, assignments);
}

std::vector<Assignment> Optimizer::updates(const std::vector<Parameter>& parameters,
                                           std::vector<Tensor> gradients) {
    state_->check_names(parameters);
    check_gradients(parameters, gradients);
    return state_->changes(parameters, std::move(gradients));
}

std::vector<Assignment> Optimizer::minimize(const Tensor& loss,
                                            const std::vector<Parameter>& parameters) {
    const std::optional<double>& scale = state_->options.loss_scale_factor;
    return updates(parameters,
                   grad(scale ? loss * *scale : loss, {parameters.begin(), parameters.end()}));
}

void Optimizer::finalize_variable_values(const std::vector<Parameter>& parameters) {
    for (Parameter weight : parameters) {
        const WeightState* state = state_->find(weight);
        if (state && state->average.defined()) weight.assign(state->average);
    }
}

Optimizer Optimizer::for_model(const std::shared_ptr<const void>& model) const {
    Optimizer own = *this;
    if (state_->model && state_->model != model) {
        const auto rate = [](const Group& group) {
            return group.schedule.scheduled() ? first_rate(group.schedule)
                                              : group.learning_rate.value();
        };
        const std::vector<Group>& groups = state_->groups;
        own.state_ = std::make_shared<State>(state_->rule, groups[0].schedule, rate(groups[0]),
                                             state_->options);
        own.state_->without_decay = state_->without_decay;
        for (std::size_t i = 1; i < groups.size(); ++i) {
            Group copy = groups[i];
            copy.learning_rate = state_->has_rate_of_its_own(i)
                                     ? frozen(groups[i].learning_rate.name(), rate(groups[i]))
                                     : own.state_->groups[0].learning_rate;
            own.state_->groups.push_back(std::move(copy));
        }
    }
    own.state_->model = model;
    return own;
}

double Optimizer::learning_rate(std::size_t group) const {
    return state_->group(group).learning_rate.value().item<double>();
}

void Optimizer::set_learning_rate(double rate, std::size_t group) {
    const Group& changed = state_->group(group);
    if (changed.schedule.scheduled()) fail<StateError>(who, "a schedule sets the learning rate");
    Parameter parameter = changed.learning_rate;
    parameter.assign(checked_rate(rate));
}

Index Optimizer::iterations() const {
    return state_->iterations.value().item<Index>() / state_->options.gradient_accumulation_steps;
}

Parameter Optimizer::slot(const Parameter& weight, std::string_view name) const {
    const WeightState* state = state_->find(weight);
    if (!state) fail<StateError>(who, "parameter '", weight.name(), "' has made no step yet");
    std::vector<Parameter> all = state->slots;
    for (const Parameter& p : {state->average, state->accumulator}) {
        if (p.defined()) all.push_back(p);
    }
    std::string names;
    for (const Parameter& p : all) {
        if (p.name() == slot_name(weight, name)) return p;
        names += " '" + p.name() + "'";
    }
    fail<ValueError>(who, this->name(), " keeps no '", name, "' of '", weight.name(), "', but",
                     names.empty() ? " nothing" : names);
}

Parameter Optimizer::slot(std::string_view name) const {
    std::string names;
    for (const Parameter& p : state()) {
        if (p.name() == name) return p;
        names += " '" + p.name() + "'";
    }
    fail<ValueError>(who, "nothing is called '", name, "' here, but", names);
}

std::vector<Parameter> Optimizer::state() const {
    std::vector<Parameter> all{state_->iterations};
    for (std::size_t i = 0; i < state_->groups.size(); ++i) {
        if (state_->has_rate_of_its_own(i)) all.push_back(state_->groups[i].learning_rate);
    }
    all.insert(all.end(), state_->shared.begin(), state_->shared.end());
    for (const WeightState& w : state_->weights) {
        for (const Parameter& p : {w.average, w.accumulator}) {
            if (p.defined()) all.push_back(p);
        }
        all.insert(all.end(), w.slots.begin(), w.slots.end());
    }
    return all;
}

}  // namespace shikumi::optim

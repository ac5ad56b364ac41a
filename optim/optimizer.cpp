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
#include <shikumi/optim/detail/optimizer_state.hpp>

namespace shikumi::optim {

namespace {

using detail::Group;
using detail::OptimizerState;
using detail::WeightState;
using shikumi::detail::checked_indices;
using shikumi::detail::indexed_rows_of;
using shikumi::detail::IndexedRows;
using shikumi::detail::put_rows;
using shikumi::detail::sum_by_index;

constexpr auto optimizer_name = "optimizer";

// ---- checks -------------------------------------------------------------------------------------

void check_positive(std::string_view name, double value) {
    if (!(value > 0) || !std::isfinite(value))
        fail<ValueError>(optimizer_name, name, " must be a positive number, got ", value);
}

void check(const StepOptions& o) {
    detail::check_not_negative(optimizer_name, "weight_decay", o.weight_decay);
    int clips = 0;
    for (const std::optional<double>& clip : {o.clipnorm, o.global_clipnorm, o.clipvalue}) {
        if (!clip) continue;
        ++clips;
        if (!(*clip > 0))
            fail<ValueError>(optimizer_name, "a gradient is clipped to a positive size, got ",
                             *clip);
    }
    if (clips > 1)
        fail<ValueError>(optimizer_name,
                         "only one of clipnorm, global_clipnorm and clipvalue may be given");
    if (o.loss_scale_factor) check_positive("loss_scale_factor", *o.loss_scale_factor);
    if (o.gradient_accumulation_steps < 1)
        fail<ValueError>(optimizer_name, "gradient_accumulation_steps must be 1 or more, got ",
                         o.gradient_accumulation_steps);
    if (!(o.ema_momentum >= 0 && o.ema_momentum <= 1))
        fail<ValueError>(optimizer_name, "ema_momentum must lie in [0, 1], got ", o.ema_momentum);
    if (!o.ema_overwrite_frequency) return;
    if (*o.ema_overwrite_frequency < 1)
        fail<ValueError>(optimizer_name, "ema_overwrite_frequency must be 1 or more, got ",
                         *o.ema_overwrite_frequency);
    if (!o.use_ema) fail<ValueError>(optimizer_name, "ema_overwrite_frequency needs use_ema");
}

bool is_trainable(const Parameter& p) { return p.trainable(); }

// For instance, a GAN's step on the generator must not change the discriminator.
void refuse_frozen(const std::vector<Parameter>& parameters) {
    const auto frozen = std::find_if_not(parameters.begin(), parameters.end(), is_trainable);
    if (frozen != parameters.end())
        fail<StateError>(optimizer_name, "parameter '", frozen->name(),
                         "' is frozen and would be changed: leave it out, as trainable_weights() "
                         "does, or thaw its layer by set_trainable(true)");
}

void check_gradients(const std::vector<Parameter>& parameters,
                     const std::vector<Tensor>& gradients) {
    if (parameters.size() != gradients.size())
        fail<ShapeError>(optimizer_name, "got ", gradients.size(), " gradients for ",
                         parameters.size(), " parameters");
    refuse_frozen(parameters);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const Parameter& weight = parameters[i];
        if (gradients[i].spec() != weight.value().spec())
            fail<ShapeError>(optimizer_name, "parameter '", weight.name(), "' is ",
                             weight.value().spec(), ", its gradient ", gradients[i].spec());
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

// ---- a step -------------------------------------------------------------------------------------

std::vector<GroupNumbers> numbers_of(const OptimizerState& s, const Clock& clock,
                                     std::vector<Tensor>& shared_values) {
    const std::vector<Tensor> old(s.shared.begin(), s.shared.end());
    std::vector<GroupNumbers> all;
    all.reserve(s.groups.size());
    for (const Group& group : s.groups) {
        shared_values = old;
        const Tensor& rate = group.learning_rate;
        all.push_back({rate, PerDType(s.rule->scalars(rate, clock.update, shared_values))});
    }
    for (std::size_t i = 0; i < old.size(); ++i)
        shared_values[i] = clock.chosen(shared_values[i], old[i]);
    return all;
}

// Adds gradients up, and gives their means where weights change.
void accumulate(OptimizerState& s, std::vector<Tensor>& gradients,
                const std::vector<Parameter>& parameters, const Clock& clock,
                std::vector<Assignment>& assignments) {
    const Index steps = s.options.gradient_accumulation_steps;
    if (steps == 1) return;
    for (std::size_t i = 0; i < gradients.size(); ++i) {
        const Parameter& accumulator = s.state_of(parameters[i], i).accumulator;
        const Tensor sum = accumulator + gradients[i];
        gradients[i] = sum / static_cast<double>(steps);
        assignments.push_back({accumulator, where(clock.applies, 0, sum)});
    }
}

// Moves the average towards the weight w; the first one is the weight itself. Gives the weight,
// overwritten by the average where that is due.
Tensor averaged(const StepOptions& options, WeightState& state, const Tensor& w, PerDType& shares,
                const Clock& clock, std::vector<Assignment>& assignments) {
    const auto share = shares[w.dtype()];
    const Tensor average = state.average * share[0] + w * share[1];
    assignments.push_back({state.average, average});
    if (!options.ema_overwrite_frequency) return w;
    return where(is_multiple(clock.update, *options.ema_overwrite_frequency), average, w);
}

void change(const OptimizerState& s, WeightState& state, Tensor gradient, GroupNumbers& numbers,
            PerDType& shares, const Clock& clock, std::vector<Tensor>& values,
            std::vector<Assignment>& assignments) {
    const DType dtype = state.weight.dtype();
    const Tensor& before = state.weight;
    Tensor decayed;
    if (state.weight_decay != 0) {
        if (s.options.decoupled_weight_decay)
            decayed = before - before * numbers.decay(state.weight_decay, dtype);
        else
            gradient = gradient + before * state.weight_decay;
    }
    values.assign(state.slots.begin(), state.slots.end());
    Tensor w = clock.chosen(updated(*s.rule, decayed.defined() ? decayed : before, gradient, values,
                                    numbers.scalars[dtype]),
                            before);
    if (s.options.use_ema) w = averaged(s.options, state, w, shares, clock, assignments);
    assignments.push_back({state.weight, std::move(w)});
    for (std::size_t k = 0; k < values.size(); ++k)
        assignments.push_back({state.slots[k], clock.chosen(std::move(values[k]), state.slots[k])});
}

std::vector<Assignment> changes(OptimizerState& s, const std::vector<Parameter>& parameters,
                                std::vector<Tensor> gradients) {
    const StepOptions& options = s.options;
    static thread_local Scope::Known known;
    const Scope scope(optimizer_name, known);
    for (Tensor& g : gradients) {
        if (options.maximize) g = -g;
        if (options.loss_scale_factor) g = g / *options.loss_scale_factor;
    }
    const Tensor next = s.iterations + 1;
    const Clock clock(next, options.gradient_accumulation_steps);
    std::vector<Assignment> assignments;
    assignments.reserve(parameters.size() * 4 + 2);
    accumulate(s, gradients, parameters, clock, assignments);
    detail::clip(gradients, options);

    std::vector<Tensor> shared_values;
    std::vector<GroupNumbers> of_group = numbers_of(s, clock, shared_values);
    PerDType shares;
    if (options.use_ema) {
        const Tensor kept = (clock.update > 1).cast(f64) * options.ema_momentum;
        shares = PerDType({kept, 1 - kept});
    }
    std::vector<Tensor> values;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        WeightState& state = s.state_of(parameters[i], i);
        change(s, state, std::move(gradients[i]), of_group[state.group], shares, clock, values,
               assignments);
    }
    for (std::size_t i = 0; i < s.shared.size(); ++i)
        assignments.push_back({s.shared[i], shared_values[i]});
    assignments.push_back({s.iterations, next});
    for (std::size_t i = 0; i < s.groups.size(); ++i) {
        const Group& group = s.groups[i];
        if (group.schedule.scheduled() && s.has_rate_of_its_own(i))
            assignments.push_back({group.learning_rate, group.schedule(clock.calls)});
    }
    return assignments;
}

}  // namespace

// ---- Rule and Optimizer -------------------------------------------------------------------------

std::vector<Tensor> Rule::scalars(const Tensor& learning_rate, const Tensor&,
                                  std::span<Tensor>) const {
    return {learning_rate};
}

double Rule::weight_decay(const Parameter&, double given) const { return given; }

Optimizer::Optimizer(std::shared_ptr<const Rule> rule, const LearningRate& learning_rate,
                     const StepOptions& options) {
    check(options);
    state_ = std::make_shared<OptimizerState>(std::move(rule), learning_rate,
                                              detail::first_rate(learning_rate), options);
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
        fail<ValueError>(optimizer_name, "a group needs names or parameters");
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
    const std::vector<Assignment> assignments = changes(*state_, changed, std::move(gradients));
    evaluate({}, assignments);
}

std::vector<Assignment> Optimizer::updates(const std::vector<Parameter>& parameters,
                                           std::vector<Tensor> gradients) {
    state_->check_names(parameters);
    check_gradients(parameters, gradients);
    return changes(*state_, parameters, std::move(gradients));
}

std::vector<Tensor> Optimizer::gradients(const Tensor& loss,
                                         const std::vector<Parameter>& parameters) const {
    const std::optional<double>& scale = state_->options.loss_scale_factor;
    return grad(scale ? loss * *scale : loss, {parameters.begin(), parameters.end()});
}

std::vector<Assignment> Optimizer::minimize(const Tensor& loss,
                                            const std::vector<Parameter>& parameters) {
    return updates(parameters, gradients(loss, parameters));
}

void Optimizer::finalize_variable_values(const std::vector<Parameter>& parameters) {
    for (Parameter weight : parameters) {
        const WeightState* const state = state_->find(weight);
        if (state && state->average.defined()) weight.assign(state->average);
    }
}

Optimizer Optimizer::for_model(const std::shared_ptr<const void>& model) const {
    Optimizer own = *this;
    if (state_->model && state_->model != model) {
        const auto rate = [](const Group& group) {
            return group.schedule.scheduled() ? detail::first_rate(group.schedule)
                                              : group.learning_rate.value();
        };
        const std::vector<Group>& groups = state_->groups;
        own.state_ = std::make_shared<OptimizerState>(state_->rule, groups[0].schedule,
                                                      rate(groups[0]), state_->options);
        own.state_->without_decay = state_->without_decay;
        for (std::size_t i = 1; i < groups.size(); ++i) {
            Group copy = groups[i];
            copy.learning_rate =
                state_->has_rate_of_its_own(i)
                    ? detail::frozen(groups[i].learning_rate.name(), rate(groups[i]))
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
    if (changed.schedule.scheduled())
        fail<StateError>(optimizer_name, "a schedule sets the learning rate");
    Parameter parameter = changed.learning_rate;
    parameter.assign(detail::checked_rate(rate));
}

Index Optimizer::iterations() const {
    return state_->iterations.value().item<Index>() / state_->options.gradient_accumulation_steps;
}

Parameter Optimizer::slot(const Parameter& weight, std::string_view name) const {
    const WeightState* const state = state_->find(weight);
    if (!state)
        fail<StateError>(optimizer_name, "parameter '", weight.name(), "' has made no step yet");
    std::string names;
    for (const Parameter& p : state->parts()) {
        if (p.name() == detail::slot_name(weight, name)) return p;
        names += " '" + p.name() + "'";
    }
    fail<ValueError>(optimizer_name, this->name(), " keeps no '", name, "' of '", weight.name(),
                     "', but", names.empty() ? " nothing" : names);
}

Parameter Optimizer::slot(std::string_view name) const {
    std::string names;
    for (const Parameter& p : state()) {
        if (p.name() == name) return p;
        names += " '" + p.name() + "'";
    }
    fail<ValueError>(optimizer_name, "nothing is called '", name, "' here, but", names);
}

std::vector<Parameter> Optimizer::state() const {
    std::vector<Parameter> all{state_->iterations};
    for (std::size_t i = 0; i < state_->groups.size(); ++i) {
        if (state_->has_rate_of_its_own(i)) all.push_back(state_->groups[i].learning_rate);
    }
    all.insert(all.end(), state_->shared.begin(), state_->shared.end());
    for (const WeightState& w : state_->weights) {
        const std::vector<Parameter> parts = w.parts();
        all.insert(all.end(), parts.begin(), parts.end());
    }
    return all;
}

}  // namespace shikumi::optim

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

namespace shikumi::optim {

namespace {

using shikumi::detail::checked_indices;
using shikumi::detail::indexed_rows_of;
using shikumi::detail::IndexedRows;
using shikumi::detail::put_rows;
using shikumi::detail::sum_by_index;

struct WeightSlots {
    Parameter weight;
    std::vector<Parameter> slots;
};

void check(const Preparation& p) {
    detail::check_not_negative("optimizer", "weight_decay", p.weight_decay);
    int clips = 0;
    for (const std::optional<double>& clip : {p.clipnorm, p.global_clipnorm, p.clipvalue}) {
        if (!clip) continue;
        ++clips;
        if (!(*clip > 0))
            fail<ValueError>("optimizer", "a gradient is clipped to a positive size, got ", *clip);
    }
    if (clips > 1)
        fail<ValueError>("optimizer",
                         "only one of clipnorm, global_clipnorm and clipvalue may be given");
}

// g, scaled such that `length` becomes at most `longest`. A quotient, since its inverse may be
// denormal.
Tensor shortened(const Tensor& g, const Tensor& length, double longest) {
    return g / maximum(length / longest, 1).cast(g.dtype());
}

// The length of all gradients as one vector, f64. They are stacked in portions, since an operation
// takes no more than 255 inputs.
Tensor common_length(const std::vector<Tensor>& gradients) {
    constexpr std::size_t portion = 128;
    std::vector<Tensor> lengths;
    for (const Tensor& g : gradients) {
        if (lengths.size() == portion) lengths = {norm(stack(lengths))};
        lengths.push_back(norm(g).cast(f64));
    }
    return norm(stack(lengths));
}

void clip(std::vector<Tensor>& gradients, const Preparation& how) {
    for (Tensor& g : gradients) {
        if (how.clipvalue) g = shikumi::clip(g, -*how.clipvalue, *how.clipvalue);
        if (how.clipnorm) g = shortened(g, norm(g), *how.clipnorm);
    }
    if (!how.global_clipnorm || gradients.empty()) return;
    const Tensor length = common_length(gradients);
    for (Tensor& g : gradients) g = shortened(g, length, *how.global_clipnorm);
}

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

Tensor checked_rate(double rate) {
    if (!(rate >= 0) || !std::isfinite(rate))
        fail<ValueError>("optimizer", "the learning rate must be a number >= 0, got ", rate);
    return scalar(rate, f64);
}

// f64 scalars, and the same in f32 once they are asked for.
class PerDType {
public:
    explicit PerDType(std::vector<Tensor> values) : f64_(std::move(values)) {}
    std::span<const Tensor> operator[](DType dtype) {
        if (dtype == f64) return f64_;
        for (std::size_t i = f32_.size(); i < f64_.size(); ++i) f32_.push_back(f64_[i].cast(f32));
        return f32_;
    }

private:
    std::vector<Tensor> f64_, f32_;
};

bool is_trainable(const Parameter& p) { return p.trainable(); }

// For instance, a GAN's step on the generator must not change the discriminator.
void refuse_frozen(const std::vector<Parameter>& parameters) {
    const auto frozen = std::find_if_not(parameters.begin(), parameters.end(), is_trainable);
    if (frozen != parameters.end())
        fail<StateError>("optimizer", "parameter '", frozen->name(),
                         "' is frozen and would be changed: leave it out, as trainable_weights() "
                         "does, or thaw its layer by set_trainable(true)");
}

Parameter frozen(std::string name, const Tensor& value) {
    Parameter p(std::move(name), value);
    p.set_trainable(false);
    return p;
}

}  // namespace

struct Optimizer::State {
    std::shared_ptr<const Rule> rule;
    LearningRate schedule;
    Preparation preparation;
    // Parameters rather than numbers: a captured step stays right when they change.
    Parameter iterations, learning_rate;
    std::vector<WeightSlots> all_slots;
    std::shared_ptr<const void> model = {};  // the first one compiled with it; null: none

    // The weights come in the same order at every step: the one after the last is tried first.
    std::vector<Parameter>& slots_of(const Parameter& weight, std::size_t expected) {
        if (expected < all_slots.size() && all_slots[expected].weight == weight)
            return all_slots[expected].slots;
        for (WeightSlots& w : all_slots) {
            if (w.weight == weight) return w.slots;
        }
        WeightSlots fresh{weight, {}};
        for (const Slot& slot : rule->slots())
            fresh.slots.push_back(frozen(weight.name() + "/" + slot.name,
                                         full(weight.shape(), slot.start, weight.dtype())));
        return all_slots.emplace_back(std::move(fresh)).slots;
    }
};

std::vector<Tensor> Rule::scalars(const Tensor& learning_rate, const Tensor&) const {
    return {learning_rate};
}

Optimizer::Optimizer(std::shared_ptr<const Rule> rule, const LearningRate& learning_rate,
                     const Preparation& preparation) {
    check(preparation);
    const Tensor first = checked_rate(learning_rate(scalar(0, f64)).item<double>());
    state_ = std::make_shared<State>(State{std::move(rule),
                                           learning_rate,
                                           preparation,
                                           frozen("iterations", scalar(0, i64)),
                                           frozen("learning_rate", first),
                                           {},
                                           {}});
}

std::string_view Optimizer::name() const noexcept { return state_->rule->name(); }

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
    const std::vector<Assignment> assignments = updates(changed, std::move(gradients));
    evaluate({}, assignments);
}

std::vector<Assignment> Optimizer::updates(const std::vector<Parameter>& parameters,
                                           std::vector<Tensor> gradients) {
    if (parameters.size() != gradients.size())
        fail<ShapeError>("optimizer", "got ", gradients.size(), " gradients for ",
                         parameters.size(), " parameters");
    refuse_frozen(parameters);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const Parameter& weight = parameters[i];
        if (gradients[i].spec() != weight.value().spec())
            fail<ShapeError>("optimizer", "parameter '", weight.name(), "' is ",
                             weight.value().spec(), ", its gradient ", gradients[i].spec());
    }
    static thread_local Scope::Known known;
    const Scope scope("optimizer", known);
    State& state = *state_;
    clip(gradients, state.preparation);

    const Tensor next = state.iterations + 1, t = next.cast(f64);
    PerDType scalars(state.rule->scalars(state.learning_rate, t));
    const double weight_decay = state.preparation.weight_decay;
    PerDType decay(weight_decay == 0 ? std::vector<Tensor>()
                                     : std::vector{state.learning_rate * weight_decay});
    std::vector<Assignment> assignments;
    assignments.reserve(parameters.size() * (1 + state.rule->slots().size()) + 2);
    std::vector<Tensor> values;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const Tensor gradient = std::move(gradients[i]);
        const Parameter& weight = parameters[i];
        Tensor w = weight;
        if (weight_decay != 0) w = w - w * decay[w.dtype()][0];

        std::vector<Parameter>& slots = state.slots_of(weight, i);
        values.assign(slots.begin(), slots.end());
        assignments.push_back(
            {weight, updated(*state.rule, w, gradient, values, scalars[w.dtype()])});
        for (std::size_t k = 0; k < values.size(); ++k)
            assignments.push_back({slots[k], std::move(values[k])});
    }
    assignments.push_back({state.iterations, next});
    if (state.schedule.scheduled()) assignments.push_back({state.learning_rate, state.schedule(t)});
    return assignments;
}

std::vector<Assignment> Optimizer::minimize(const Tensor& loss,
                                            const std::vector<Parameter>& parameters) {
    return updates(parameters, grad(loss, {parameters.begin(), parameters.end()}));
}

Optimizer Optimizer::for_model(const std::shared_ptr<const void>& model) const {
    Optimizer own = *this;
    if (state_->model && state_->model != model)
        own.state_ = std::make_shared<State>(State{
            state_->rule,
            state_->schedule,
            state_->preparation,
            frozen("iterations", scalar(0, i64)),
            frozen("learning_rate", state_->schedule.scheduled() ? state_->schedule(scalar(0, f64))
                                                                 : state_->learning_rate.value()),
            {},
            {}});
    own.state_->model = model;
    return own;
}

double Optimizer::learning_rate() const { return state_->learning_rate.value().item<double>(); }

void Optimizer::set_learning_rate(double rate) {
    if (state_->schedule.scheduled())
        fail<StateError>("optimizer", "a schedule sets the learning rate");
    state_->learning_rate.assign(checked_rate(rate));
}

Index Optimizer::iterations() const { return state_->iterations.value().item<Index>(); }

std::vector<Parameter> Optimizer::state() const {
    std::vector<Parameter> all{state_->iterations, state_->learning_rate};
    for (const WeightSlots& w : state_->all_slots)
        all.insert(all.end(), w.slots.begin(), w.slots.end());
    return all;
}

}  // namespace shikumi::optim

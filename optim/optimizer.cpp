#include <shikumi/optim/optimizer.hpp>

#include <cmath>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::optim {

namespace {

struct Memory {
    Parameter weight;
    std::vector<Parameter> slots;
};

Tensor checked_rate(double rate) {
    if (!(rate >= 0) || !std::isfinite(rate))
        fail<ValueError>("optimizer", "the learning rate must be a number >= 0, got ", rate);
    return scalar(rate, f64);
}

Parameter frozen(std::string name, const Tensor& value) {
    Parameter p(std::move(name), value);
    p.set_trainable(false);
    return p;
}

}  // namespace

struct Optimizer::State {
    std::shared_ptr<const Rule> rule;
    // Slots rather than numbers: a step recorded once stays right when they change.
    Parameter iterations, learning_rate;
    std::vector<Memory> memories;

    // The weights come in the same order at every step: the one after the last is tried first.
    Memory& memory_of(const Parameter& weight, std::size_t expected) {
        if (expected < memories.size() && memories[expected].weight == weight)
            return memories[expected];
        for (Memory& m : memories) {
            if (m.weight == weight) return m;
        }
        Memory fresh{weight, {}};
        for (const std::string& slot : rule->slots())
            fresh.slots.push_back(frozen(weight.name() + "/" + slot, zeros_like(weight)));
        return memories.emplace_back(std::move(fresh));
    }
};

Tensor Rule::rate(const Tensor& learning_rate, const Tensor&) const { return learning_rate; }

Optimizer::Optimizer(std::shared_ptr<const Rule> rule, double learning_rate)
    : state_(std::make_shared<State>(State{std::move(rule),
                                           frozen("iterations", scalar(0, i64)),
                                           frozen("learning_rate", checked_rate(learning_rate)),
                                           {}})) {}

std::string_view Optimizer::name() const noexcept { return state_->rule->name(); }

void Optimizer::step(const std::vector<Parameter>& parameters) {
    std::vector<Parameter> changed;
    std::vector<Tensor> gradients;
    for (Parameter p : parameters) {
        if (!p.has_grad()) continue;
        changed.push_back(p);
        gradients.push_back(p.grad());
        p.zero_grad();  // before the evaluation, which would store a gradient that somebody holds
    }
    if (changed.empty())
        fail<GradientError>("step", "none of the ", parameters.size(),
                            " parameters has a gradient: call backward() on the loss first");
    const std::vector<Assignment> assignments = updates(changed, std::move(gradients));
    evaluate({}, assignments);
}

std::vector<Assignment> Optimizer::updates(const std::vector<Parameter>& parameters,
                                           std::vector<Tensor> gradients) {
    if (parameters.size() != gradients.size())
        fail<ShapeError>("optimizer", "got ", gradients.size(), " gradients for ",
                         parameters.size(), " parameters");
    State& state = *state_;
    const Tensor next = state.iterations + 1;
    const Tensor rate = state.rule->rate(state.learning_rate, next.cast(f64));
    Tensor rate_f32;

    std::vector<Assignment> assignments;
    std::vector<Tensor> slots;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const Parameter& weight = parameters[i];
        const Tensor gradient = std::move(gradients[i]);
        if (!weight.trainable()) continue;
        if (gradient.spec() != weight.value().spec())
            fail<ShapeError>("optimizer", "parameter '", weight.name(), "' is ",
                             weight.value().spec(), ", its gradient ", gradient.spec());
        if (weight.dtype() == f32 && !rate_f32.defined()) rate_f32 = rate.cast(f32);

        Memory& memory = state.memory_of(weight, i);
        slots.assign(memory.slots.begin(), memory.slots.end());
        assignments.push_back(
            {weight,
             state.rule->update(weight, gradient, slots, weight.dtype() == f32 ? rate_f32 : rate)});
        for (std::size_t k = 0; k < slots.size(); ++k)
            assignments.push_back({memory.slots[k], std::move(slots[k])});
    }
    assignments.push_back({state.iterations, next});
    return assignments;
}

double Optimizer::learning_rate() const { return state_->learning_rate.value().item<double>(); }

void Optimizer::set_learning_rate(double rate) { state_->learning_rate.assign(checked_rate(rate)); }

Index Optimizer::iterations() const { return state_->iterations.value().item<Index>(); }

std::vector<Parameter> Optimizer::state() const {
    std::vector<Parameter> all{state_->iterations, state_->learning_rate};
    for (const Memory& m : state_->memories) all.insert(all.end(), m.slots.begin(), m.slots.end());
    return all;
}

}  // namespace shikumi::optim

// What schedules are made of, as structs with names, so that files can hold them. Arguments that
// their functions insist on are needed.
#pragma once

#include <string_view>
#include <vector>

#include <shikumi/optim/schedules.hpp>

namespace shikumi::optim::detail {

/// Of ExponentialDecay and InverseTimeDecay.
struct DecayArguments {
    double initial_learning_rate = 0, decay_steps = 0, decay_rate = 0;
    bool staircase = false;
};
void visit_fields(auto& fields, FieldsOf<DecayArguments> auto& a) {
    fields.need("initial_learning_rate", a.initial_learning_rate);
    fields.need("decay_steps", a.decay_steps);
    fields.need("decay_rate", a.decay_rate);
    fields("staircase", a.staircase);
}

/// Of CosineDecay and PolynomialDecay.
template <class Options>
struct StepsArguments {
    double initial_learning_rate = 0, decay_steps = 0;
    Options options = {};
};
template <class Options>
void visit_steps(auto& fields, auto& a) {
    fields.need("initial_learning_rate", a.initial_learning_rate);
    fields.need("decay_steps", a.decay_steps);
    visit_fields(fields, a.options);
}
void visit_fields(auto& fields, FieldsOf<StepsArguments<CosineDecayOptions>> auto& a) {
    visit_steps<CosineDecayOptions>(fields, a);
}
void visit_fields(auto& fields, FieldsOf<StepsArguments<PolynomialDecayOptions>> auto& a) {
    visit_steps<PolynomialDecayOptions>(fields, a);
}

struct CosineDecayRestartsArguments {
    double initial_learning_rate = 0, first_decay_steps = 0;
    CosineDecayRestartsOptions options = {};
};
void visit_fields(auto& fields, FieldsOf<CosineDecayRestartsArguments> auto& a) {
    fields.need("initial_learning_rate", a.initial_learning_rate);
    fields.need("first_decay_steps", a.first_decay_steps);
    visit_fields(fields, a.options);
}

struct PiecewiseConstantDecayArguments {
    std::vector<double> boundaries, values;
};
void visit_fields(auto& fields, FieldsOf<PiecewiseConstantDecayArguments> auto& a) {
    fields.need("boundaries", a.boundaries);
    fields.need("values", a.values);
}

struct ExponentialLRArguments {
    double learning_rate = 0, gamma = 0;
};
void visit_fields(auto& fields, FieldsOf<ExponentialLRArguments> auto& a) {
    fields.need("learning_rate", a.learning_rate);
    fields.need("gamma", a.gamma);
}

struct StepLRArguments {
    double learning_rate = 0;
    Index step_size = 0;
    double gamma = 0.1;
};
void visit_fields(auto& fields, FieldsOf<StepLRArguments> auto& a) {
    fields.need("learning_rate", a.learning_rate);
    fields.need("step_size", a.step_size);
    fields("gamma", a.gamma);
}

struct MultiStepLRArguments {
    double learning_rate = 0;
    std::vector<Index> milestones = {};
    double gamma = 0.1;
};
void visit_fields(auto& fields, FieldsOf<MultiStepLRArguments> auto& a) {
    fields.need("learning_rate", a.learning_rate);
    fields.need("milestones", a.milestones);
    fields("gamma", a.gamma);
}

struct ConstantLRArguments {
    double learning_rate = 0, factor = 1.0 / 3;
    Index total_iters = 5;
};
void visit_fields(auto& fields, FieldsOf<ConstantLRArguments> auto& a) {
    fields.need("learning_rate", a.learning_rate);
    fields("factor", a.factor);
    fields("total_iters", a.total_iters);
}

struct LinearLRArguments {
    double learning_rate = 0;
    LinearLROptions options = {};
};
void visit_fields(auto& fields, FieldsOf<LinearLRArguments> auto& a) {
    fields.need("learning_rate", a.learning_rate);
    visit_fields(fields, a.options);
}

struct PolynomialLRArguments {
    double learning_rate = 0;
    Index total_iters = 5;
    double power = 1;
};
void visit_fields(auto& fields, FieldsOf<PolynomialLRArguments> auto& a) {
    fields.need("learning_rate", a.learning_rate);
    fields("total_iters", a.total_iters);
    fields("power", a.power);
}

struct CosineAnnealingLRArguments {
    double learning_rate = 0;
    Index T_max = 0;
    double eta_min = 0;
};
void visit_fields(auto& fields, FieldsOf<CosineAnnealingLRArguments> auto& a) {
    fields.need("learning_rate", a.learning_rate);
    fields.need("T_max", a.T_max);
    fields("eta_min", a.eta_min);
}

struct WarmRestartsArguments {
    double learning_rate = 0;
    Index T_0 = 0;
    WarmRestartsOptions options = {};
};
void visit_fields(auto& fields, FieldsOf<WarmRestartsArguments> auto& a) {
    fields.need("learning_rate", a.learning_rate);
    fields.need("T_0", a.T_0);
    visit_fields(fields, a.options);
}

struct CyclicLRArguments {
    double base_lr = 0, max_lr = 0;
    CyclicLROptions options = {};
};
void visit_fields(auto& fields, FieldsOf<CyclicLRArguments> auto& a) {
    fields.need("base_lr", a.base_lr);
    fields.need("max_lr", a.max_lr);
    visit_fields(fields, a.options);
}

struct OneCycleLRArguments {
    double max_lr = 0;
    Index total_steps = 0;
    OneCycleLROptions options = {};
};
void visit_fields(auto& fields, FieldsOf<OneCycleLRArguments> auto& a) {
    fields.need("max_lr", a.max_lr);
    fields.need("total_steps", a.total_steps);
    visit_fields(fields, a.options);
}

struct OneCycleMomentumArguments {
    Index total_steps = 0;
    OneCycleLROptions options = {};
};
void visit_fields(auto& fields, FieldsOf<OneCycleMomentumArguments> auto& a) {
    fields.need("total_steps", a.total_steps);
    visit_fields(fields, a.options);
}

/// A number or a schedule inside of another one. It is written as class and arguments only: whoever
/// knows all schedules completes it, and a program that writes none links none.
struct Inner {
    Scheduled value = {};
};
Config to_config(const Inner& inner);
inline void from_config(const Config& config, Inner& inner, std::string_view reading) {
    from_config(config, inner.value, reading);
}

struct SequentialLRArguments {
    std::vector<Inner> schedules;
    std::vector<Index> milestones;
};
void visit_fields(auto& fields, FieldsOf<SequentialLRArguments> auto& a) {
    fields.need("schedules", a.schedules);
    fields.need("milestones", a.milestones);
}

struct WarmupArguments {
    Inner schedule;
    Index steps = 0;
    double start = 0;
};
void visit_fields(auto& fields, FieldsOf<WarmupArguments> auto& a) {
    fields.need("schedule", a.schedule);
    fields.need("steps", a.steps);
    fields("start", a.start);
}

}  // namespace shikumi::optim::detail

// Every optimiser, made of options other than the usual ones.
#pragma once

#include <string>
#include <vector>

#include <shikumi/optim/optim.hpp>

namespace shikumi_test {

struct NamedOptimizer {
    std::string name;
    shikumi::optim::Optimizer (*make)();
};

// At least one of each, and together all options of all.
inline const std::vector<NamedOptimizer>& optimizers() {
    namespace o = shikumi::optim;
    namespace pt = shikumi::optim::torch;
    static const std::vector<NamedOptimizer> all{
        {"Adadelta",
         []() -> o::Optimizer {
             return o::Adadelta(
                 {.learning_rate = 0.5, .rho = 0.8, .epsilon = 1e-3, .clipnorm = 0.7});
         }},
        {"Adafactor",
         []() -> o::Optimizer {
             return o::Adafactor({.learning_rate = 0.05,
                                  .beta_2_decay = -0.7,
                                  .epsilon_1 = 1e-20,
                                  .epsilon_2 = 1e-2,
                                  .clip_threshold = 0.9,
                                  .weight_decay = 0.01});
         }},
        {"Adagrad",
         []() -> o::Optimizer {
             return o::Adagrad({.learning_rate = 0.05,
                                .initial_accumulator_value = 0.3,
                                .epsilon = 1e-4,
                                .clipvalue = 0.4});
         }},
        {"Adam",
         []() -> o::Optimizer {
             return o::Adam({.learning_rate = o::CosineDecay(0.05, 9, {.alpha = 0.1}),
                             .beta_1 = 0.8,
                             .beta_2 = 0.95,
                             .epsilon = 1e-5,
                             .amsgrad = true,
                             .global_clipnorm = 0.9,
                             .use_ema = true,
                             .ema_momentum = 0.7,
                             .ema_overwrite_frequency = 3});
         }},
        {"AdamW",
         []() -> o::Optimizer {
             return o::AdamW({.learning_rate = 0.03,
                              .weight_decay = 0.05,
                              .beta_1 = 0.85,
                              .gradient_accumulation_steps = 3});
         }},
        {"Adamax", []() -> o::Optimizer { return o::Adamax({.beta_1 = 0.7, .beta_2 = 0.9}); }},
        {"ASGD",
         []() -> o::Optimizer {
             return o::ASGD({.lambd = 1e-2,
                             .alpha = 0.6,
                             .t0 = 2,
                             .weight_decay = 0.1,
                             .decoupled_weight_decay = true,
                             .maximize = true});
         }},
        {"Ftrl",
         []() -> o::Optimizer {
             return o::Ftrl({.learning_rate = 0.1,
                             .learning_rate_power = -0.7,
                             .initial_accumulator_value = 0.2,
                             .l1_regularization_strength = 0.01,
                             .l2_regularization_strength = 0.02,
                             .l2_shrinkage_regularization_strength = 0.03,
                             .beta = 0.5});
         }},
        {"Lamb", []() -> o::Optimizer { return o::Lamb({.beta_1 = 0.8, .weight_decay = 0.1}); }},
        {"Lion",
         []() -> o::Optimizer {
             return o::Lion(
                 {.learning_rate = o::Warmup(o::InverseTimeDecay(0.02, 4, 0.5, true), 3, 0.001),
                  .beta_1 = 0.8,
                  .beta_2 = 0.9});
         }},
        {"Muon",
         []() -> o::Optimizer {
             return o::Muon({.learning_rate = 0.02,
                             .adam_beta_1 = 0.8,
                             .adam_beta_2 = 0.95,
                             .adam_weight_decay = 0.01,
                             .epsilon = 1e-6,
                             .exclude_layers = {"embedded"},
                             .exclude_embeddings = false,
                             .muon_a = 3.4,
                             .muon_b = -4.7,
                             .muon_c = 2,
                             .adam_lr_ratio = 0.5,
                             .momentum = 0.9,
                             .ns_steps = 4,
                             .nesterov = false,
                             .rms_rate = {},
                             .weight_decay = 0.02});
         }},
        {"Nadam",
         []() -> o::Optimizer {
             return o::Nadam({.beta_1 = 0.8, .gradient_accumulation_steps = 2});
         }},
        {"RAdam",
         []() -> o::Optimizer {
             return o::RAdam({.learning_rate = 0.02,
                              .beta_1 = 0.8,
                              .beta_2 = 0.7,
                              .weight_decay = 0.1,
                              .decoupled_weight_decay = true});
         }},
        {"RMSprop",
         []() -> o::Optimizer {
             return o::RMSprop({.rho = 0.8, .momentum = 0.6, .epsilon = 1e-3, .centered = true});
         }},
        {"Rprop",
         []() -> o::Optimizer {
             return o::Rprop({.learning_rate = 0.02,
                              .eta_minus = 0.4,
                              .eta_plus = 1.3,
                              .min_step = 1e-4,
                              .max_step = 0.5});
         }},
        {"ScheduleFreeAdamW",
         []() -> o::Optimizer {
             return o::ScheduleFreeAdamW(
                 {.beta_2 = 0.99, .epsilon = 1e-6, .warmup_steps = 4, .weight_decay = 0.01});
         }},
        {"SGD",
         []() -> o::Optimizer {
             return o::SGD({.learning_rate = 0.05,
                            .momentum = o::OneCycleMomentum(12),
                            .nesterov = true,
                            .loss_scale_factor = 8});
         }},
        {"plain SGD", []() -> o::Optimizer { return o::SGD({.learning_rate = 0.05}); }},
        {"SGD with an average",
         []() -> o::Optimizer { return o::SGD({.learning_rate = 0.05, .use_ema = true}); }},
        {"torch Adadelta",
         []() -> o::Optimizer { return pt::Adadelta({.rho = 0.8, .weight_decay = 0.05}); }},
        {"torch Adagrad",
         []() -> o::Optimizer { return pt::Adagrad({.lr_decay = 0.1, .maximize = true}); }},
        {"torch Adam",
         []() -> o::Optimizer {
             return pt::Adam({.beta_2 = 0.9,
                              .amsgrad = true,
                              .weight_decay = 0.1,
                              .decoupled_weight_decay = true});
         }},
        {"torch AdamW",
         []() -> o::Optimizer {
             return pt::AdamW({.epsilon = 1e-4, .weight_decay = 0.2, .maximize = true});
         }},
        {"torch Adamax", []() -> o::Optimizer { return pt::Adamax({.beta_1 = 0.8}); }},
        {"torch NAdam", []() -> o::Optimizer { return pt::NAdam({.momentum_decay = 0.02}); }},
        {"torch RMSprop",
         []() -> o::Optimizer {
             return pt::RMSprop({.alpha = 0.9, .momentum = 0.5, .centered = true});
         }},
        {"torch SGD",
         []() -> o::Optimizer {
             return pt::SGD(
                 {.learning_rate = o::SequentialLR({o::LinearLR(0.1), o::StepLR(0.1, 3)}, {5}),
                  .momentum = 0.9,
                  .dampening = 0.2,
                  .weight_decay = 0.1});
         }},
    };
    return all;
}

// Weights of several shapes and both dtypes, always the same.
inline std::vector<shikumi::Parameter> some_weights() {
    using shikumi::f32, shikumi::Parameter, shikumi::scalar, shikumi::tensor;
    return {Parameter("dense/kernel", tensor({{0.5, -1, 2}, {0.25, 1.5, -0.75}}).cast(f32)),
            Parameter("dense/bias", tensor({0.125, -0.5, 1}).cast(f32)),
            Parameter("embedded", tensor({{1.0, 2}, {-1, 0.5}})),
            Parameter("scale", scalar(0.75).cast(f32))};
}

// Makes steps number `from` to `to` − 1, whose gradients depend on weights and step.
inline void make_steps(shikumi::optim::Optimizer& optimizer,
                       const std::vector<shikumi::Parameter>& weights, int from, int to) {
    using shikumi::Parameter, shikumi::Tensor;
    for (int step = from; step < to; ++step) {
        std::vector<Tensor> gradients;
        for (const Parameter& w : weights)
            gradients.push_back(sin(w.value() * 3 + static_cast<double>(step)) * 0.5);
        shikumi::evaluate({}, optimizer.updates(weights, gradients));
    }
}

// All weights and all of the optimiser's state.
inline std::vector<std::vector<double>> everything(const shikumi::optim::Optimizer& optimizer,
                                                   const std::vector<shikumi::Parameter>& weights) {
    std::vector<std::vector<double>> all;
    for (const shikumi::Parameter& w : weights) all.push_back(w.value().to_vector<double>());
    for (const shikumi::Parameter& part : optimizer.state())
        all.push_back(part.value().to_vector<double>());
    return all;
}

}  // namespace shikumi_test

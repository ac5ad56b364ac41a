// Every optimiser, made of options other than the usual ones.
#pragma once

#include <string>
#include <vector>

#include <shikumi/optim/optim.hpp>

namespace shikumi::optim::testing {

struct NamedOptimizer {
    std::string name;
    Optimizer (*make)();
};

// At least one of each, and together all options of all.
inline const std::vector<NamedOptimizer>& optimizers() {
    namespace pt = torch;
    static const std::vector<NamedOptimizer> all{
        {"Adadelta",
         []() -> Optimizer {
             return Adadelta({.learning_rate = 0.5, .rho = 0.8, .epsilon = 1e-3, .clipnorm = 0.7});
         }},
        {"Adafactor",
         []() -> Optimizer {
             return Adafactor({.learning_rate = 0.05,
                               .beta_2_decay = -0.7,
                               .epsilon_1 = 1e-20,
                               .epsilon_2 = 1e-2,
                               .clip_threshold = 0.9,
                               .weight_decay = 0.01});
         }},
        {"Adagrad",
         []() -> Optimizer {
             return Adagrad({.learning_rate = 0.05,
                             .initial_accumulator_value = 0.3,
                             .epsilon = 1e-4,
                             .clipvalue = 0.4});
         }},
        {"Adam",
         []() -> Optimizer {
             return Adam({.learning_rate = CosineDecay(0.05, 9, {.alpha = 0.1}),
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
         []() -> Optimizer {
             return AdamW({.learning_rate = 0.03,
                           .weight_decay = 0.05,
                           .beta_1 = 0.85,
                           .gradient_accumulation_steps = 3});
         }},
        {"Adamax", []() -> Optimizer { return Adamax({.beta_1 = 0.7, .beta_2 = 0.9}); }},
        {"ASGD",
         []() -> Optimizer {
             return ASGD({.lambd = 1e-2,
                          .alpha = 0.6,
                          .t0 = 2,
                          .weight_decay = 0.1,
                          .decoupled_weight_decay = true,
                          .maximize = true});
         }},
        {"Ftrl",
         []() -> Optimizer {
             return Ftrl({.learning_rate = 0.1,
                          .learning_rate_power = -0.7,
                          .initial_accumulator_value = 0.2,
                          .l1_regularization_strength = 0.01,
                          .l2_regularization_strength = 0.02,
                          .l2_shrinkage_regularization_strength = 0.03,
                          .beta = 0.5});
         }},
        {"Lamb", []() -> Optimizer { return Lamb({.beta_1 = 0.8, .weight_decay = 0.1}); }},
        {"Lion",
         []() -> Optimizer {
             return Lion({.learning_rate = Warmup(InverseTimeDecay(0.02, 4, 0.5, true), 3, 0.001),
                          .beta_1 = 0.8,
                          .beta_2 = 0.9});
         }},
        {"Muon",
         []() -> Optimizer {
             return Muon({.learning_rate = 0.02,
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
         []() -> Optimizer { return Nadam({.beta_1 = 0.8, .gradient_accumulation_steps = 2}); }},
        {"RAdam",
         []() -> Optimizer {
             return RAdam({.learning_rate = 0.02,
                           .beta_1 = 0.8,
                           .beta_2 = 0.7,
                           .weight_decay = 0.1,
                           .decoupled_weight_decay = true});
         }},
        {"RMSprop",
         []() -> Optimizer {
             return RMSprop({.rho = 0.8, .momentum = 0.6, .epsilon = 1e-3, .centered = true});
         }},
        {"Rprop",
         []() -> Optimizer {
             return Rprop({.learning_rate = 0.02,
                           .eta_minus = 0.4,
                           .eta_plus = 1.3,
                           .min_step = 1e-4,
                           .max_step = 0.5});
         }},
        {"ScheduleFreeAdamW",
         []() -> Optimizer {
             return ScheduleFreeAdamW(
                 {.beta_2 = 0.99, .epsilon = 1e-6, .warmup_steps = 4, .weight_decay = 0.01});
         }},
        {"SGD",
         []() -> Optimizer {
             return SGD({.learning_rate = 0.05,
                         .momentum = OneCycleMomentum(12),
                         .nesterov = true,
                         .loss_scale_factor = 8});
         }},
        {"plain SGD", []() -> Optimizer { return SGD({.learning_rate = 0.05}); }},
        {"SGD with an average",
         []() -> Optimizer { return SGD({.learning_rate = 0.05, .use_ema = true}); }},
        {"torch Adadelta",
         []() -> Optimizer { return pt::Adadelta({.rho = 0.8, .weight_decay = 0.05}); }},
        {"torch Adagrad",
         []() -> Optimizer { return pt::Adagrad({.lr_decay = 0.1, .maximize = true}); }},
        {"torch Adam",
         []() -> Optimizer {
             return pt::Adam({.beta_2 = 0.9,
                              .amsgrad = true,
                              .weight_decay = 0.1,
                              .decoupled_weight_decay = true});
         }},
        {"torch AdamW",
         []() -> Optimizer {
             return pt::AdamW({.epsilon = 1e-4, .weight_decay = 0.2, .maximize = true});
         }},
        {"torch Adamax", []() -> Optimizer { return pt::Adamax({.beta_1 = 0.8}); }},
        {"torch NAdam", []() -> Optimizer { return pt::NAdam({.momentum_decay = 0.02}); }},
        {"torch RMSprop",
         []() -> Optimizer {
             return pt::RMSprop({.alpha = 0.9, .momentum = 0.5, .centered = true});
         }},
        {"torch SGD",
         []() -> Optimizer {
             return pt::SGD({.learning_rate = SequentialLR({LinearLR(0.1), StepLR(0.1, 3)}, {5}),
                             .momentum = 0.9,
                             .dampening = 0.2,
                             .weight_decay = 0.1});
         }},
    };
    return all;
}

// Weights of several shapes and both dtypes, always the same.
inline std::vector<Parameter> some_weights() {
    return {Parameter("dense/kernel", tensor({{0.5, -1, 2}, {0.25, 1.5, -0.75}}).cast(f32)),
            Parameter("dense/bias", tensor({0.125, -0.5, 1}).cast(f32)),
            Parameter("embedded", tensor({{1.0, 2}, {-1, 0.5}})),
            Parameter("scale", scalar(0.75).cast(f32))};
}

// Makes steps number `from` to `to` − 1, whose gradients depend on weights and step.
inline void make_steps(Optimizer& optimizer, const std::vector<Parameter>& weights, int from,
                       int to) {
    for (int step = from; step < to; ++step) {
        std::vector<Tensor> gradients;
        for (const Parameter& w : weights)
            gradients.push_back(sin(w.value() * 3 + static_cast<double>(step)) * 0.5);
        evaluate({}, optimizer.updates(weights, gradients));
    }
}

// All weights and all of the optimiser's state.
inline std::vector<std::vector<double>> everything(const Optimizer& optimizer,
                                                   const std::vector<Parameter>& weights) {
    std::vector<std::vector<double>> all;
    for (const Parameter& w : weights) all.push_back(w.value().to_vector<double>());
    for (const Parameter& part : optimizer.state()) all.push_back(part.value().to_vector<double>());
    return all;
}

}  // namespace shikumi::optim::testing

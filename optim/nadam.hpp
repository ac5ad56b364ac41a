// Nadam.
#pragma once

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

/// What Nadam can be given. Defaults are Keras's.
struct NadamOptions {
    LearningRate learning_rate = 0.001;  ///< η: a number or a schedule
    double beta_1 = 0.9;      ///< β1: the share of the mean gradient that each update keeps
    double beta_2 = 0.999;    ///< β2: the share of the mean square that each update keeps
    double epsilon = 1e-7;    ///< ε: keeps the division finite
    double weight_decay = 0;  ///< see StepOptions
    std::optional<double> clipnorm = {};                ///< see StepOptions
    std::optional<double> global_clipnorm = {};         ///< see StepOptions
    std::optional<double> clipvalue = {};               ///< see StepOptions
    bool use_ema = false;                               ///< see StepOptions
    double ema_momentum = 0.99;                         ///< see StepOptions
    std::optional<Index> ema_overwrite_frequency = {};  ///< see StepOptions
    std::optional<double> loss_scale_factor = {};       ///< see StepOptions
    Index gradient_accumulation_steps = 1;              ///< see StepOptions
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<NadamOptions> auto& o) {
    fields("learning_rate", o.learning_rate);
    fields("beta_1", o.beta_1);
    fields("beta_2", o.beta_2);
    fields("epsilon", o.epsilon);
    optim::detail::visit_step_fields(fields, o);
}

/// T. Dozat, "Incorporating Nesterov momentum into Adam", ICLR workshop 2016, with Keras's schedule
/// of momenta uₜ = β1 (1 − ½ 0.96ᵗ), Pₜ = u₁u₂…uₜ:
///   m ← β1 m + (1−β1) g,  v ← β2 v + (1−β2) g²,
///   w ← w − η (uₜ₊₁ m/(1−Pₜ₊₁) + (1−uₜ) g/(1−Pₜ)) / (√(v/(1−β2ᵗ)) + ε).
class Nadam : public Optimizer {
public:
    /// Throws ValueError for a negative rate or epsilon, and betas outside [0, 1).
    explicit Nadam(const NadamOptions& options = {});
};

namespace torch {

/// What NAdam can be given. Defaults are PyTorch's.
struct NAdamOptions {
    LearningRate learning_rate = 0.002;  ///< η: a number or a schedule
    double beta_1 = 0.9;            ///< β1: the share of the mean gradient that each update keeps
    double beta_2 = 0.999;          ///< β2: the share of the mean square that each update keeps
    double epsilon = 1e-8;          ///< ε: keeps the division finite
    double momentum_decay = 0.004;  ///< ψ: how fast the momenta uₜ approach β1
    double weight_decay = 0;        ///< see StepOptions
    bool decoupled_weight_decay = false;                ///< see StepOptions
    bool maximize = false;                              ///< see StepOptions
    std::optional<double> clipnorm = {};                ///< see StepOptions
    std::optional<double> global_clipnorm = {};         ///< see StepOptions
    std::optional<double> clipvalue = {};               ///< see StepOptions
    bool use_ema = false;                               ///< see StepOptions
    double ema_momentum = 0.99;                         ///< see StepOptions
    std::optional<Index> ema_overwrite_frequency = {};  ///< see StepOptions
    std::optional<double> loss_scale_factor = {};       ///< see StepOptions
    Index gradient_accumulation_steps = 1;              ///< see StepOptions
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<NAdamOptions> auto& o) {
    fields("learning_rate", o.learning_rate);
    fields("beta_1", o.beta_1);
    fields("beta_2", o.beta_2);
    fields("epsilon", o.epsilon);
    fields("momentum_decay", o.momentum_decay);
    optim::detail::visit_step_fields(fields, o);
}

/// The same formula with PyTorch's schedule of momenta uₜ = β1 (1 − ½ 0.96^(ψt)).
class NAdam : public Optimizer {
public:
    /// Throws as Nadam does, and for a negative momentum_decay.
    explicit NAdam(const NAdamOptions& options = {});
};

}  // namespace torch

}  // namespace shikumi::optim

// Adamax.
#pragma once

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

/// What Adamax can be given. Defaults are Keras's.
struct AdamaxOptions {
    LearningRate learning_rate = 0.001;  ///< η: a number or a schedule
    double beta_1 = 0.9;      ///< β1: the share of the mean gradient that each update keeps
    double beta_2 = 0.999;    ///< β2: the share of the largest gradient that each update keeps
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
void visit_fields(auto& fields, FieldsOf<AdamaxOptions> auto& o) {
    fields("learning_rate", o.learning_rate);
    fields("beta_1", o.beta_1);
    fields("beta_2", o.beta_2);
    fields("epsilon", o.epsilon);
    optim::detail::visit_step_fields(fields, o);
}

/// D. Kingma, J. Ba, ICLR 2015, section 7.1: Adam with the maximum norm:
///   m ← β1 m + (1−β1) g,  u ← max(β2 u, |g|),  w ← w − η/(1−β1ᵗ) · m/(u + ε).
class Adamax : public Optimizer {
public:
    /// Throws ValueError for a negative rate or epsilon, and betas outside [0, 1).
    explicit Adamax(const AdamaxOptions& options = {});
};

namespace torch {

/// What PyTorch's Adamax can be given. Defaults are PyTorch's.
struct AdamaxOptions {
    LearningRate learning_rate = 0.002;  ///< η: a number or a schedule
    double beta_1 = 0.9;      ///< β1: the share of the mean gradient that each update keeps
    double beta_2 = 0.999;    ///< β2: the share of the largest gradient that each update keeps
    double epsilon = 1e-8;    ///< ε: keeps the division finite
    double weight_decay = 0;  ///< see StepOptions
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
void visit_fields(auto& fields, FieldsOf<AdamaxOptions> auto& o) {
    fields("learning_rate", o.learning_rate);
    fields("beta_1", o.beta_1);
    fields("beta_2", o.beta_2);
    fields("epsilon", o.epsilon);
    optim::detail::visit_step_fields(fields, o);
}

/// PyTorch's form, with epsilon in the maximum:
///   u ← max(β2 u, |g| + ε),  w ← w − η/(1−β1ᵗ) · m/u.
class Adamax : public Optimizer {
public:
    /// Throws as Keras's does.
    explicit Adamax(const AdamaxOptions& options = {});
};

}  // namespace torch

}  // namespace shikumi::optim

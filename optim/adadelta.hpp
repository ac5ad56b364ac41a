// Adadelta.
#pragma once

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

/// What Adadelta can be given. Defaults are Keras's.
struct AdadeltaOptions {
    LearningRate learning_rate = 0.001;  ///< η: a number or a schedule
    double rho = 0.95;        ///< ρ: the share of the mean square that each update keeps
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
void visit_fields(auto& fields, FieldsOf<AdadeltaOptions> auto& o) {
    fields("learning_rate", o.learning_rate);
    fields("rho", o.rho);
    fields("epsilon", o.epsilon);
    optim::detail::visit_step_fields(fields, o);
}

/// M. Zeiler, "ADADELTA: an adaptive learning rate method", 2012:
///   a ← ρa + (1−ρ) g²,  d = g √(b + ε)/√(a + ε),  b ← ρb + (1−ρ) d²,  w ← w − ηd.
class Adadelta : public Optimizer {
public:
    /// Throws ValueError for a negative rate or epsilon, and rho outside [0, 1).
    explicit Adadelta(const AdadeltaOptions& options = {});
};

namespace torch {

/// What PyTorch's Adadelta can be given. Defaults are PyTorch's.
struct AdadeltaOptions {
    LearningRate learning_rate = 1;  ///< η: a number or a schedule
    double rho = 0.9;                ///< ρ: the share of the mean square that each update keeps
    double epsilon = 1e-6;           ///< ε: keeps the division finite
    double weight_decay = 0;         ///< see StepOptions
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
void visit_fields(auto& fields, FieldsOf<AdadeltaOptions> auto& o) {
    fields("learning_rate", o.learning_rate);
    fields("rho", o.rho);
    fields("epsilon", o.epsilon);
    optim::detail::visit_step_fields(fields, o);
}

/// The same formula with PyTorch's defaults and weight decay.
class Adadelta : public Optimizer {
public:
    /// Throws as Keras's does.
    explicit Adadelta(const AdadeltaOptions& options = {});
};

}  // namespace torch

}  // namespace shikumi::optim

// Adagrad.
#pragma once

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

/// What Adagrad can be given. Defaults are Keras's.
struct AdagradOptions {
    LearningRate learning_rate = 0.001;                 ///< η: a number or a schedule
    double initial_accumulator_value = 0.1;             ///< a before the first update
    double epsilon = 1e-7;                              ///< ε: keeps the division finite
    double weight_decay = 0;                            ///< see StepOptions
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
void visit_fields(auto& fields, FieldsOf<AdagradOptions> auto& o) {
    fields("learning_rate", o.learning_rate);
    fields("initial_accumulator_value", o.initial_accumulator_value);
    fields("epsilon", o.epsilon);
    optim::detail::visit_step_fields(fields, o);
}

/// J. Duchi, E. Hazan, Y. Singer, JMLR 12 (2011), with epsilon inside the root as in Keras:
///   a ← a + g²,  w ← w − ηg/√(a + ε).
class Adagrad : public Optimizer {
public:
    /// Throws ValueError for a negative rate, start or epsilon.
    explicit Adagrad(const AdagradOptions& options = {});
};

namespace torch {

/// What PyTorch's Adagrad can be given. Defaults are PyTorch's.
struct AdagradOptions {
    LearningRate learning_rate = 0.01;           ///< η: a number or a schedule
    double lr_decay = 0;                         ///< δ: the rate is divided by 1 + δ (t − 1)
    double initial_accumulator_value = 0;        ///< a before the first update
    double epsilon = 1e-10;                      ///< ε: keeps the division finite
    double weight_decay = 0;                     ///< see StepOptions
    bool decoupled_weight_decay = false;         ///< see StepOptions
    bool maximize = false;                       ///< see StepOptions
    std::optional<double> clipnorm = {};         ///< see StepOptions
    std::optional<double> global_clipnorm = {};  ///< see StepOptions
    std::optional<double> clipvalue = {};        ///< see StepOptions
    bool use_ema = false;                        ///< see StepOptions
    double ema_momentum = 0.99;                  ///< see StepOptions
    std::optional<Index> ema_overwrite_frequency = {};  ///< see StepOptions
    std::optional<double> loss_scale_factor = {};       ///< see StepOptions
    Index gradient_accumulation_steps = 1;              ///< see StepOptions
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<AdagradOptions> auto& o) {
    fields("learning_rate", o.learning_rate);
    fields("lr_decay", o.lr_decay);
    fields("initial_accumulator_value", o.initial_accumulator_value);
    fields("epsilon", o.epsilon);
    optim::detail::visit_step_fields(fields, o);
}

/// PyTorch's form, with epsilon outside the root: w ← w − ηg/(√a + ε).
class Adagrad : public Optimizer {
public:
    /// Throws as Keras's does, and for a negative lr_decay.
    explicit Adagrad(const AdagradOptions& options = {});
};

}  // namespace torch

}  // namespace shikumi::optim

// RMSprop.
#pragma once

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

/// What RMSprop can be given. Defaults are Keras's.
struct RMSpropOptions {
    LearningRate learning_rate = 0.001;  ///< η: a number or a schedule
    double rho = 0.9;         ///< ρ: the share of the mean square that each update keeps
    double momentum = 0;      ///< μ: the share of the last step that is made again; 0: none
    double epsilon = 1e-7;    ///< ε: keeps the division finite
    bool centered = false;    ///< divide by the gradient's variance, not its mean square
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
void visit_fields(auto& fields, FieldsOf<RMSpropOptions> auto& o) {
    fields("learning_rate", o.learning_rate);
    fields("rho", o.rho);
    fields("momentum", o.momentum);
    fields("epsilon", o.epsilon);
    fields("centered", o.centered);
    optim::detail::visit_step_fields(fields, o);
}

/// T. Tieleman, G. Hinton, lecture 6.5 of "Neural networks for machine learning", 2012, in Keras's
/// form, with epsilon inside the root:
///   v ← ρv + (1−ρ) g²,  s = g/√(v + ε),  w ← w − ηs;
///   centered: v less the square of m ← ρm + (1−ρ) g;  momentum: u ← μu + ηs, w ← w − u.
class RMSprop : public Optimizer {
public:
    /// Throws ValueError for a negative rate or epsilon, rho outside [0, 1), momentum outside [0,
    /// 1].
    explicit RMSprop(const RMSpropOptions& options = {});
};

namespace torch {

/// What PyTorch's RMSprop can be given. Defaults are PyTorch's.
struct RMSpropOptions {
    LearningRate learning_rate = 0.01;  ///< η: a number or a schedule
    double alpha = 0.99;                ///< α: the share of the mean square that each update keeps
    double momentum = 0;      ///< μ: the share of the last step that is made again; 0: none
    double epsilon = 1e-8;    ///< ε: keeps the division finite
    bool centered = false;    ///< divide by the gradient's variance, not its mean square
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
void visit_fields(auto& fields, FieldsOf<RMSpropOptions> auto& o) {
    fields("learning_rate", o.learning_rate);
    fields("alpha", o.alpha);
    fields("momentum", o.momentum);
    fields("epsilon", o.epsilon);
    fields("centered", o.centered);
    optim::detail::visit_step_fields(fields, o);
}

/// PyTorch's form, with epsilon outside the root and a buffer that holds no learning rates:
///   s = g/(√v + ε),  w ← w − ηs;  momentum: u ← μu + s, w ← w − ηu.
class RMSprop : public Optimizer {
public:
    /// Throws as Keras's does.
    explicit RMSprop(const RMSpropOptions& options = {});
};

}  // namespace torch

}  // namespace shikumi::optim

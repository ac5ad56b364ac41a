// Stochastic gradient descent.
#pragma once

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

/// What SGD can be given. Defaults are Keras's.
struct SGDOptions {
    LearningRate learning_rate = 0.01;  ///< η: a number or a schedule
    Scheduled momentum = 0;   ///< μ: the share of the last step that is made again; 0: none
    bool nesterov = false;    ///< look ahead by one step; needs a momentum
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
void visit_fields(auto& fields, FieldsOf<SGDOptions> auto& o) {
    fields("learning_rate", o.learning_rate);
    fields("momentum", o.momentum);
    fields("nesterov", o.nesterov);
    optim::detail::visit_step_fields(fields, o);
}

/// Keras's form, in which the velocity holds the learning rates of its past:
///   v ← μv − ηg,  w ← w + v;  with nesterov w ← w + μv − ηg.
class SGD : public Optimizer {
public:
    /// Throws ValueError for a negative rate, a momentum outside [0, 1], nesterov without momentum.
    explicit SGD(const SGDOptions& options = {});
};

namespace torch {

/// What PyTorch's SGD can be given. Defaults are PyTorch's.
struct SGDOptions {
    LearningRate learning_rate = 0.001;  ///< η: a number or a schedule
    Scheduled momentum = 0;   ///< μ: the share of the buffer that each update keeps; 0: none
    double dampening = 0;     ///< τ: the share of later gradients that is left out of the buffer
    bool nesterov = false;    ///< look ahead by one step; needs a momentum and no dampening
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
void visit_fields(auto& fields, FieldsOf<SGDOptions> auto& o) {
    fields("learning_rate", o.learning_rate);
    fields("momentum", o.momentum);
    fields("dampening", o.dampening);
    fields("nesterov", o.nesterov);
    optim::detail::visit_step_fields(fields, o);
}

/// PyTorch's form, whose buffer holds no learning rates:
///   b ← μb + (1−τ)g, at first b = g,  w ← w − ηb;  with nesterov w ← w − η (g + μb).
class SGD : public Optimizer {
public:
    /// Throws as Keras's does, and for a dampening outside [0, 1] or with nesterov.
    explicit SGD(const SGDOptions& options = {});
};

}  // namespace torch

}  // namespace shikumi::optim

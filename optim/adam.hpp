// Adam, and AdamW, which has weight decay by default.
#pragma once

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

/// What Adam can be given. Defaults are Keras's.
struct AdamOptions {
    LearningRate learning_rate = 0.001;  ///< η: a number or a schedule
    double beta_1 = 0.9;      ///< β1: the share of the mean gradient that each update keeps
    double beta_2 = 0.999;    ///< β2: the share of the mean square that each update keeps
    double epsilon = 1e-7;    ///< ε: keeps the division finite
    bool amsgrad = false;     ///< divide by the largest √v so far: S. Reddi et al., ICLR 2018
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
void visit_fields(auto& fields, FieldsOf<AdamOptions> auto& o) {
    fields("learning_rate", o.learning_rate);
    fields("beta_1", o.beta_1);
    fields("beta_2", o.beta_2);
    fields("epsilon", o.epsilon);
    fields("amsgrad", o.amsgrad);
    optim::detail::visit_step_fields(fields, o);
}

/// D. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, in the efficient form
/// at the end of its section 2, as Keras has it (epsilon stays outside the bias correction):
///   m ← β1 m + (1−β1) g,  v ← β2 v + (1−β2) g²,  w ← w − η √(1−β2ᵗ)/(1−β1ᵗ) · m / (√v + ε).
class Adam : public Optimizer {
public:
    /// Throws ValueError for a negative rate or epsilon, and betas outside [0, 1).
    explicit Adam(const AdamOptions& options = {});
};

/// What AdamW can be given. Defaults are Keras's.
struct AdamWOptions {
    LearningRate learning_rate = 0.001;  ///< η: a number or a schedule
    double weight_decay = 0.004;         ///< see StepOptions
    double beta_1 = 0.9;    ///< β1: the share of the mean gradient that each update keeps
    double beta_2 = 0.999;  ///< β2: the share of the mean square that each update keeps
    double epsilon = 1e-7;  ///< ε: keeps the division finite
    bool amsgrad = false;   ///< divide by the largest √v so far: S. Reddi et al., ICLR 2018
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
void visit_fields(auto& fields, FieldsOf<AdamWOptions> auto& o) {
    fields("learning_rate", o.learning_rate);
    fields("beta_1", o.beta_1);
    fields("beta_2", o.beta_2);
    fields("epsilon", o.epsilon);
    fields("amsgrad", o.amsgrad);
    optim::detail::visit_step_fields(fields, o);
}

/// Adam with weights that decay by themselves: I. Loshchilov, F. Hutter, "Decoupled weight decay
/// regularization", ICLR 2019.
class AdamW : public Optimizer {
public:
    /// Throws ValueError as Adam does, and for a negative decay.
    explicit AdamW(const AdamWOptions& options = {});
};

namespace torch {

/// What PyTorch's Adam can be given. Defaults are PyTorch's.
struct AdamOptions {
    LearningRate learning_rate = 0.001;  ///< η: a number or a schedule
    double beta_1 = 0.9;      ///< β1: the share of the mean gradient that each update keeps
    double beta_2 = 0.999;    ///< β2: the share of the mean square that each update keeps
    double epsilon = 1e-8;    ///< ε: keeps the division finite
    bool amsgrad = false;     ///< divide by the largest √v so far: S. Reddi et al., ICLR 2018
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
void visit_fields(auto& fields, FieldsOf<AdamOptions> auto& o) {
    fields("learning_rate", o.learning_rate);
    fields("beta_1", o.beta_1);
    fields("beta_2", o.beta_2);
    fields("epsilon", o.epsilon);
    fields("amsgrad", o.amsgrad);
    optim::detail::visit_step_fields(fields, o);
}

/// Adam with epsilon after the bias correction, as in algorithm 1 of the paper:
///   w ← w − η/(1−β1ᵗ) · m / (√(v/(1−β2ᵗ)) + ε).
class Adam : public Optimizer {
public:
    /// Throws as Keras's does.
    explicit Adam(const AdamOptions& options = {});
};

/// What PyTorch's AdamW can be given. Defaults are PyTorch's.
struct AdamWOptions {
    LearningRate learning_rate = 0.001;  ///< η: a number or a schedule
    double beta_1 = 0.9;         ///< β1: the share of the mean gradient that each update keeps
    double beta_2 = 0.999;       ///< β2: the share of the mean square that each update keeps
    double epsilon = 1e-8;       ///< ε: keeps the division finite
    double weight_decay = 0.01;  ///< see StepOptions
    bool amsgrad = false;        ///< divide by the largest √v so far: S. Reddi et al., ICLR 2018
    bool maximize = false;       ///< see StepOptions
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
void visit_fields(auto& fields, FieldsOf<AdamWOptions> auto& o) {
    fields("learning_rate", o.learning_rate);
    fields("beta_1", o.beta_1);
    fields("beta_2", o.beta_2);
    fields("epsilon", o.epsilon);
    fields("amsgrad", o.amsgrad);
    optim::detail::visit_step_fields(fields, o);
}

/// PyTorch's Adam with weights that decay by themselves.
class AdamW : public Optimizer {
public:
    /// Throws as Keras's does.
    explicit AdamW(const AdamWOptions& options = {});
};

}  // namespace torch

}  // namespace shikumi::optim

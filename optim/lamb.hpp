// Lamb.
#pragma once

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

/// What Lamb can be given. Defaults are Keras's.
struct LambOptions {
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
void visit_fields(auto& fields, FieldsOf<LambOptions> auto& o) {
    fields("learning_rate", o.learning_rate);
    fields("beta_1", o.beta_1);
    fields("beta_2", o.beta_2);
    fields("epsilon", o.epsilon);
    optim::detail::visit_step_fields(fields, o);
}

/// Y. You et al., "Large batch optimization for deep learning: training BERT in 76 minutes", ICLR
/// 2020: a step of Adam, epsilon after the correction, as long as the weight.
///   u = m/(1−β1ᵗ) / (√(v/(1−β2ᵗ)) + ε),  w ← w − η ‖w‖/‖u‖ u;  without the lengths where one is 0.
class Lamb : public Optimizer {
public:
    /// Throws ValueError for a negative rate or epsilon, and betas outside [0, 1).
    explicit Lamb(const LambOptions& options = {});
};

}  // namespace shikumi::optim

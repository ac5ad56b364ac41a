// RAdam.
#pragma once

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

/// What RAdam can be given. Defaults are PyTorch's.
struct RAdamOptions {
    LearningRate learning_rate = 0.001;  ///< η: a number or a schedule
    double beta_1 = 0.9;      ///< β1: the share of the mean gradient that each update keeps
    double beta_2 = 0.999;    ///< β2: the share of the mean square that each update keeps
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
void visit_fields(auto& fields, FieldsOf<RAdamOptions> auto& o) {
    fields("learning_rate", o.learning_rate);
    fields("beta_1", o.beta_1);
    fields("beta_2", o.beta_2);
    fields("epsilon", o.epsilon);
    optim::detail::visit_step_fields(fields, o);
}

/// L. Liu et al., "On the variance of the adaptive learning rate and beyond", ICLR 2020: Adam whose
/// step is m/(1−β1ᵗ) alone while v has seen too little, and then grows to Adam's by the factor r.
///   ρ∞ = 2/(1−β2) − 1,  ρ = ρ∞ − 2t β2ᵗ/(1−β2ᵗ),
///   ρ > 5: w ← w − η r m/(1−β1ᵗ) · √(1−β2ᵗ)/(√v + ε),
///          r² = (ρ−4)(ρ−2) ρ∞ / ((ρ∞−4)(ρ∞−2) ρ);  else w ← w − η m/(1−β1ᵗ).
class RAdam : public Optimizer {
public:
    /// Throws ValueError for a negative rate or epsilon, and betas outside [0, 1).
    explicit RAdam(const RAdamOptions& options = {});
};

}  // namespace shikumi::optim

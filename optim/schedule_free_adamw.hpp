// ScheduleFreeAdamW.
#pragma once

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

/// What ScheduleFreeAdamW can be given. Defaults are Keras's.
struct ScheduleFreeAdamWOptions {
    LearningRate learning_rate = 0.0025;  ///< η: a number or a schedule
    double beta_2 = 0.999;    ///< β2: the share of the mean square that each update keeps
    double epsilon = 1e-8;    ///< ε: keeps the division finite
    Index warmup_steps = 0;   ///< updates in which the rate rises to η in a straight line
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
void visit_fields(auto& fields, FieldsOf<ScheduleFreeAdamWOptions> auto& o) {
    fields("learning_rate", o.learning_rate);
    fields("beta_2", o.beta_2);
    fields("epsilon", o.epsilon);
    fields("warmup_steps", o.warmup_steps);
    optim::detail::visit_step_fields(fields, o);
}

/// A. Defazio et al., "The road less scheduled", NeurIPS 2024, in Keras's form, whose weight is the
/// mean of the points z that Adam without momentum goes through:
///   v ← β2 v + (1−β2) g²,  z ← z − ηₜ g/(√(v/(1−β2ᵗ)) + ε),  w ← (1−1/t) w + z/t,
/// where z, the slot "momentum", begins at w and ηₜ = η min(1, t/warmup_steps).
class ScheduleFreeAdamW : public Optimizer {
public:
    /// Throws ValueError for a negative rate, epsilon or number of steps, and beta_2 outside [0,
    /// 1).
    explicit ScheduleFreeAdamW(const ScheduleFreeAdamWOptions& options = {});
};

}  // namespace shikumi::optim

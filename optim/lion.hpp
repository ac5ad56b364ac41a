// Lion.
#pragma once

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

/// What Lion can be given. Defaults are Keras's.
struct LionOptions {
    LearningRate learning_rate = 0.001;   ///< η: a number or a schedule
    double beta_1 = 0.9;                  ///< β1: the share of the momentum in a step
    double beta_2 = 0.99;                 ///< β2: the share of the momentum that each update keeps
    double weight_decay = 0;              ///< see StepOptions
    std::optional<double> clipnorm = {};  ///< see StepOptions
    std::optional<double> global_clipnorm = {};         ///< see StepOptions
    std::optional<double> clipvalue = {};               ///< see StepOptions
    bool use_ema = false;                               ///< see StepOptions
    double ema_momentum = 0.99;                         ///< see StepOptions
    std::optional<Index> ema_overwrite_frequency = {};  ///< see StepOptions
    std::optional<double> loss_scale_factor = {};       ///< see StepOptions
    Index gradient_accumulation_steps = 1;              ///< see StepOptions
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<LionOptions> auto& o) {
    fields("learning_rate", o.learning_rate);
    fields("beta_1", o.beta_1);
    fields("beta_2", o.beta_2);
    optim::detail::visit_step_fields(fields, o);
}

/// X. Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023: steps of one
/// size.
///   w ← w − η sign(β1 m + (1−β1) g),  m ← β2 m + (1−β2) g.
class Lion : public Optimizer {
public:
    /// Throws ValueError for a negative rate, beta_1 outside (0, 1] and beta_2 outside [0, 1).
    explicit Lion(const LionOptions& options = {});
};

}  // namespace shikumi::optim

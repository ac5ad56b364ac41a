// Rprop.
#pragma once

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

/// What Rprop can be given. Defaults are PyTorch's.
struct RpropOptions {
    LearningRate learning_rate = 0.01;  ///< the first size of all steps
    double eta_minus =
        0.5;  ///< what a step's size is multiplied by where the gradient's sign turned
    double eta_plus = 1.2;                              ///< and where it stayed
    double min_step = 1e-6;                             ///< the smallest size
    double max_step = 50;                               ///< the largest size
    double weight_decay = 0;                            ///< see StepOptions
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
void visit_fields(auto& fields, FieldsOf<RpropOptions> auto& o) {
    fields("learning_rate", o.learning_rate);
    fields("eta_minus", o.eta_minus);
    fields("eta_plus", o.eta_plus);
    fields("min_step", o.min_step);
    fields("max_step", o.max_step);
    optim::detail::visit_step_fields(fields, o);
}

/// M. Riedmiller, H. Braun, "A direct adaptive method for faster backpropagation learning", ICNN
/// 1993: each element has a step size s of its own, and only the gradient's sign counts.
///   s ← s η⁺ where g g′ > 0, s η⁻ where g g′ < 0, between min_step and max_step,
///   g ← 0 where g g′ < 0,  w ← w − s sign(g),  g′ ← g.
class Rprop : public Optimizer {
public:
    /// Throws ValueError for a negative rate, eta_minus outside (0, 1), an eta_plus below 1, and
    /// unless 0 <= min_step <= max_step.
    explicit Rprop(const RpropOptions& options = {});
};

}  // namespace shikumi::optim

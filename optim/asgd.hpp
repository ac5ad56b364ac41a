// ASGD.
#pragma once

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

/// What ASGD can be given. Defaults are PyTorch's.
struct ASGDOptions {
    LearningRate learning_rate = 0.01;  ///< η: a number or a schedule
    double lambd = 1e-4;                ///< λ: how fast the rate falls, and a decay of the weights
    double alpha = 0.75;                ///< α: the power by which the rate falls
    double t0 = 1e6;                    ///< the average begins after so many updates
    double weight_decay = 0;            ///< see StepOptions
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
void visit_fields(auto& fields, FieldsOf<ASGDOptions> auto& o) {
    fields("learning_rate", o.learning_rate);
    fields("lambd", o.lambd);
    fields("alpha", o.alpha);
    fields("t0", o.t0);
    optim::detail::visit_step_fields(fields, o);
}

/// B. Polyak, A. Juditsky, "Acceleration of stochastic approximation by averaging", 1992, in
/// PyTorch's form; the average is the slot "ax":
///   ηₜ = η/(1 + λη(t−1))^α,  w ← (1 − ληₜ) w − ηₜ g,  a ← a + (w − a)/max(1, t − 1 − t0).
class ASGD : public Optimizer {
public:
    /// Throws ValueError for a negative rate, lambd, alpha or t0.
    explicit ASGD(const ASGDOptions& options = {});
};

}  // namespace shikumi::optim

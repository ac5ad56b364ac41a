// Ftrl, "follow the regularised leader".
#pragma once

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

/// What Ftrl can be given. Defaults are Keras's.
struct FtrlOptions {
    LearningRate learning_rate = 0.001;  ///< η: a number or a schedule
    /// Minus p. The steps shrink with the sum of squares; 0: they don't.
    double learning_rate_power = -0.5;
    double initial_accumulator_value = 0.1;           ///< n before the first update
    double l1_regularization_strength = 0;            ///< l1: within it, z leaves a weight at 0
    double l2_regularization_strength = 0;            ///< l2: draws weights towards 0
    double l2_shrinkage_regularization_strength = 0;  ///< a penalty on the weight, in the gradient
    double beta = 0;                                  ///< β: makes the first steps smaller
    double weight_decay = 0;                          ///< see StepOptions
    std::optional<double> clipnorm = {};              ///< see StepOptions
    std::optional<double> global_clipnorm = {};       ///< see StepOptions
    std::optional<double> clipvalue = {};             ///< see StepOptions
    bool use_ema = false;                             ///< see StepOptions
    double ema_momentum = 0.99;                       ///< see StepOptions
    std::optional<Index> ema_overwrite_frequency = {};  ///< see StepOptions
    std::optional<double> loss_scale_factor = {};       ///< see StepOptions
    Index gradient_accumulation_steps = 1;              ///< see StepOptions
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<FtrlOptions> auto& o) {
    fields("learning_rate", o.learning_rate);
    fields("learning_rate_power", o.learning_rate_power);
    fields("initial_accumulator_value", o.initial_accumulator_value);
    fields("l1_regularization_strength", o.l1_regularization_strength);
    fields("l2_regularization_strength", o.l2_regularization_strength);
    fields("l2_shrinkage_regularization_strength", o.l2_shrinkage_regularization_strength);
    fields("beta", o.beta);
    optim::detail::visit_step_fields(fields, o);
}

/// H. McMahan et al., "Ad click prediction", KDD 2013, in Keras's form, with p the negative power:
///   n′ = n + g²,  z ← z + g + 2 shrinkage w − (n′ᵖ − nᵖ) w/η,
///   w ← (clip(z, ±l1) − z) / ((n′ᵖ + β)/η + 2 l2).
/// A weight whose z stays within l1 is exactly 0.
class Ftrl : public Optimizer {
public:
    /// Throws ValueError for a positive power, and for a negative one of the other numbers.
    explicit Ftrl(const FtrlOptions& options = {});
};

}  // namespace shikumi::optim

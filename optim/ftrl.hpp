// Ftrl: follow the regularised leader.
#pragma once

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

struct FtrlOptions {
    LearningRate learning_rate = 0.001;
    double learning_rate_power =
        -0.5;  ///< how the steps shrink with the squares' sum; 0: they don't
    double initial_accumulator_value = 0.1;
    double l1_regularization_strength = 0;
    double l2_regularization_strength = 0;
    double l2_shrinkage_regularization_strength = 0;  ///< a penalty on the weight, in the gradient
    double beta = 0;
    double weight_decay = 0;  ///< this and the clips: see Preparation
    std::optional<double> clipnorm = {}, global_clipnorm = {}, clipvalue = {};
};

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

// Nadam.
#pragma once

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

/// What Nadam can be given. Defaults are Keras's.
struct NadamOptions {
    LearningRate learning_rate = 0.001;  ///< η: a number or a schedule
    double beta_1 = 0.9;      ///< β1: the share of the mean gradient that each update keeps
    double beta_2 = 0.999;    ///< β2: the share of the mean square that each update keeps
    double epsilon = 1e-7;    ///< ε: keeps the division finite
    double weight_decay = 0;  ///< see Preparation
    std::optional<double> clipnorm = {};         ///< see Preparation
    std::optional<double> global_clipnorm = {};  ///< see Preparation
    std::optional<double> clipvalue = {};        ///< see Preparation
};

/// T. Dozat, "Incorporating Nesterov momentum into Adam", ICLR workshop 2016, with Keras's schedule
/// of momenta uₜ = β1 (1 − ½ 0.96ᵗ), Pₜ = u₁u₂…uₜ:
///   m ← β1 m + (1−β1) g,  v ← β2 v + (1−β2) g²,
///   w ← w − η (uₜ₊₁ m/(1−Pₜ₊₁) + (1−uₜ) g/(1−Pₜ)) / (√(v/(1−β2ᵗ)) + ε).
class Nadam : public Optimizer {
public:
    /// Throws ValueError for a negative rate or epsilon, and betas outside [0, 1).
    explicit Nadam(const NadamOptions& options = {});
};

}  // namespace shikumi::optim

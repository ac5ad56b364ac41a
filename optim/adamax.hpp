// Adamax.
#pragma once

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

/// What Adamax can be given. Defaults are Keras's.
struct AdamaxOptions {
    LearningRate learning_rate = 0.001;  ///< η: a number or a schedule
    double beta_1 = 0.9;      ///< β1: the share of the mean gradient that each update keeps
    double beta_2 = 0.999;    ///< β2: the share of the largest gradient that each update keeps
    double epsilon = 1e-7;    ///< ε: keeps the division finite
    double weight_decay = 0;  ///< see Preparation
    std::optional<double> clipnorm = {};         ///< see Preparation
    std::optional<double> global_clipnorm = {};  ///< see Preparation
    std::optional<double> clipvalue = {};        ///< see Preparation
};

/// D. Kingma, J. Ba, ICLR 2015, section 7.1: Adam with the maximum norm:
///   m ← β1 m + (1−β1) g,  u ← max(β2 u, |g|),  w ← w − η/(1−β1ᵗ) · m/(u + ε).
class Adamax : public Optimizer {
public:
    /// Throws ValueError for a negative rate or epsilon, and betas outside [0, 1).
    explicit Adamax(const AdamaxOptions& options = {});
};

}  // namespace shikumi::optim

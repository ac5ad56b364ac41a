// Adadelta.
#pragma once

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

/// What Adadelta can be given. Defaults are Keras's.
struct AdadeltaOptions {
    LearningRate learning_rate = 0.001;  ///< η: a number or a schedule
    double rho = 0.95;        ///< ρ: the share of the mean square that each update keeps
    double epsilon = 1e-7;    ///< ε: keeps the division finite
    double weight_decay = 0;  ///< see Preparation
    std::optional<double> clipnorm = {};         ///< see Preparation
    std::optional<double> global_clipnorm = {};  ///< see Preparation
    std::optional<double> clipvalue = {};        ///< see Preparation
};

/// M. Zeiler, "ADADELTA: an adaptive learning rate method", 2012:
///   a ← ρa + (1−ρ) g²,  d = g √(b + ε)/√(a + ε),  b ← ρb + (1−ρ) d²,  w ← w − ηd.
class Adadelta : public Optimizer {
public:
    /// Throws ValueError for a negative rate or epsilon, and rho outside [0, 1).
    explicit Adadelta(const AdadeltaOptions& options = {});
};

}  // namespace shikumi::optim

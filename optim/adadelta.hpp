// Adadelta.
#pragma once

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

struct AdadeltaOptions {
    LearningRate learning_rate = 0.001;
    double rho = 0.95;
    double epsilon = 1e-7;
    double weight_decay = 0;  ///< this and the clips: see Preparation
    std::optional<double> clipnorm = {}, global_clipnorm = {}, clipvalue = {};
};

/// M. Zeiler, "ADADELTA: an adaptive learning rate method", 2012:
///   a ← ρa + (1−ρ) g²,  d = g √(b + ε)/√(a + ε),  b ← ρb + (1−ρ) d²,  w ← w − ηd.
class Adadelta : public Optimizer {
public:
    /// Throws ValueError for a negative rate or epsilon, and rho outside [0, 1).
    explicit Adadelta(const AdadeltaOptions& options = {});
};

}  // namespace shikumi::optim

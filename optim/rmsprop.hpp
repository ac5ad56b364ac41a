// RMSprop.
#pragma once

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

struct RMSpropOptions {
    LearningRate learning_rate = 0.001;
    double rho = 0.9;
    double momentum = 0;
    double epsilon = 1e-7;
    bool centered = false;
    double weight_decay = 0;  ///< this and the clips: see Preparation
    std::optional<double> clipnorm = {}, global_clipnorm = {}, clipvalue = {};
};

/// T. Tieleman, G. Hinton, lecture 6.5 of "Neural networks for machine learning", 2012, in Keras's
/// form, with epsilon inside the root:
///   v ← ρv + (1−ρ) g²,  s = g/√(v + ε),  w ← w − ηs;
///   centered: v less the square of m ← ρm + (1−ρ) g;  momentum: u ← μu + ηs, w ← w − u.
class RMSprop : public Optimizer {
public:
    /// Throws ValueError for a negative rate or epsilon, rho outside [0, 1), momentum outside [0,
    /// 1].
    explicit RMSprop(const RMSpropOptions& options = {});
};

}  // namespace shikumi::optim

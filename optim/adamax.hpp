// Adamax.
#pragma once

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

struct AdamaxOptions {
    LearningRate learning_rate = 0.001;
    double beta_1 = 0.9;
    double beta_2 = 0.999;
    double epsilon = 1e-7;
    double weight_decay = 0;  ///< this and the clips: see Preparation
    std::optional<double> clipnorm = {}, global_clipnorm = {}, clipvalue = {};
};

/// D. Kingma, J. Ba, ICLR 2015, section 7.1: Adam with the maximum norm:
///   m ← β1 m + (1−β1) g,  u ← max(β2 u, |g|),  w ← w − η/(1−β1ᵗ) · m/(u + ε).
class Adamax : public Optimizer {
public:
    /// Throws ValueError for a negative rate or epsilon, and betas outside [0, 1).
    explicit Adamax(const AdamaxOptions& options = {});
};

}  // namespace shikumi::optim

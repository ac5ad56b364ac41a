// Lion.
#pragma once

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

struct LionOptions {
    LearningRate learning_rate = 0.001;
    double beta_1 = 0.9;
    double beta_2 = 0.99;
    double weight_decay = 0;  ///< this and the clips: see Preparation
    std::optional<double> clipnorm = {}, global_clipnorm = {}, clipvalue = {};
};

/// X. Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023: steps of one
/// size.
///   w ← w − η sign(β1 m + (1−β1) g),  m ← β2 m + (1−β2) g.
class Lion : public Optimizer {
public:
    /// Throws ValueError for a negative rate, beta_1 outside (0, 1] and beta_2 outside [0, 1).
    explicit Lion(const LionOptions& options = {});
};

}  // namespace shikumi::optim

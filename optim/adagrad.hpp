// Adagrad.
#pragma once

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

struct AdagradOptions {
    LearningRate learning_rate = 0.001;
    double initial_accumulator_value = 0.1;
    double epsilon = 1e-7;
    double weight_decay = 0;  ///< this and the clips: see Preparation
    std::optional<double> clipnorm = {}, global_clipnorm = {}, clipvalue = {};
};

/// J. Duchi, E. Hazan, Y. Singer, JMLR 12 (2011), with epsilon inside the root as in Keras:
///   a ← a + g²,  w ← w − ηg/√(a + ε).
class Adagrad : public Optimizer {
public:
    /// Throws ValueError for a negative rate, start or epsilon.
    explicit Adagrad(const AdagradOptions& options = {});
};

}  // namespace shikumi::optim

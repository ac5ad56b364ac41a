// Adagrad.
#pragma once

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

/// What Adagrad can be given. Defaults are Keras's.
struct AdagradOptions {
    LearningRate learning_rate = 0.001;          ///< η: a number or a schedule
    double initial_accumulator_value = 0.1;      ///< a before the first update
    double epsilon = 1e-7;                       ///< ε: keeps the division finite
    double weight_decay = 0;                     ///< see Preparation
    std::optional<double> clipnorm = {};         ///< see Preparation
    std::optional<double> global_clipnorm = {};  ///< see Preparation
    std::optional<double> clipvalue = {};        ///< see Preparation
};

/// J. Duchi, E. Hazan, Y. Singer, JMLR 12 (2011), with epsilon inside the root as in Keras:
///   a ← a + g²,  w ← w − ηg/√(a + ε).
class Adagrad : public Optimizer {
public:
    /// Throws ValueError for a negative rate, start or epsilon.
    explicit Adagrad(const AdagradOptions& options = {});
};

}  // namespace shikumi::optim

// Stochastic gradient descent.
#pragma once

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

/// What SGD can be given. Defaults are Keras's.
struct SGDOptions {
    LearningRate learning_rate = 0.01;  ///< η: a number or a schedule
    double momentum = 0;      ///< μ: the share of the last step that is made again; 0: none
    bool nesterov = false;    ///< look ahead by one step; needs a momentum
    double weight_decay = 0;  ///< see Preparation
    std::optional<double> clipnorm = {};         ///< see Preparation
    std::optional<double> global_clipnorm = {};  ///< see Preparation
    std::optional<double> clipvalue = {};        ///< see Preparation
};

/// Keras's form, in which the velocity holds the learning rates of its past:
///   v ← μv − ηg,  w ← w + v;  with nesterov w ← w + μv − ηg.
class SGD : public Optimizer {
public:
    /// Throws ValueError for a negative rate, a momentum outside [0, 1], nesterov without momentum.
    explicit SGD(const SGDOptions& options = {});
};

}  // namespace shikumi::optim

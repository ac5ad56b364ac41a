// Stochastic gradient descent.
#pragma once

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

struct SGDOptions {
    LearningRate learning_rate = 0.01;
    double momentum = 0;
    bool nesterov = false;
    double weight_decay = 0;  ///< this and the clips: see Preparation
    std::optional<double> clipnorm = {}, global_clipnorm = {}, clipvalue = {};
};

/// Keras's form, in which the velocity holds the learning rates of its past:
///   v ← μv − ηg,  w ← w + v;  with nesterov w ← w + μv − ηg.
class SGD : public Optimizer {
public:
    /// Throws ValueError for a negative rate, a momentum outside [0, 1], nesterov without momentum.
    explicit SGD(const SGDOptions& options = {});
};

}  // namespace shikumi::optim

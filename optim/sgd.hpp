// Stochastic gradient descent.
#pragma once

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

struct SGDOptions {
    double learning_rate = 0.01;
    double momentum = 0;
    bool nesterov = false;
};

/// Keras's form, in which the velocity holds the learning rates of its past:
///   v ← μv − ηg,  w ← w + v;  with nesterov w ← w + μv − ηg.
class SGD : public Optimizer {
public:
    /// Throws ValueError for a negative rate, a momentum outside [0, 1], nesterov without momentum.
    explicit SGD(const SGDOptions& options = {});
};

}  // namespace shikumi::optim

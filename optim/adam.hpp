// Adam, and AdamW: the same with weight decay by default.
#pragma once

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

struct AdamOptions {
    LearningRate learning_rate = 0.001;
    double beta_1 = 0.9;
    double beta_2 = 0.999;
    double epsilon = 1e-7;
    bool amsgrad = false;     ///< divide by the largest √v so far: S. Reddi et al., ICLR 2018
    double weight_decay = 0;  ///< this and the clips: see Preparation
    std::optional<double> clipnorm = {}, global_clipnorm = {}, clipvalue = {};
};

/// D. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, in the efficient form
/// at the end of its section 2, as Keras has it (epsilon stays outside the bias correction):
///   m ← β1 m + (1−β1) g,  v ← β2 v + (1−β2) g²,  w ← w − η √(1−β2ᵗ)/(1−β1ᵗ) · m / (√v + ε).
class Adam : public Optimizer {
public:
    /// Throws ValueError for a negative rate or epsilon, and betas outside [0, 1).
    explicit Adam(const AdamOptions& options = {});
};

struct AdamWOptions {
    LearningRate learning_rate = 0.001;
    double weight_decay = 0.004;
    double beta_1 = 0.9;
    double beta_2 = 0.999;
    double epsilon = 1e-7;
    bool amsgrad = false;
    std::optional<double> clipnorm = {}, global_clipnorm = {}, clipvalue = {};
};

/// I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", ICLR 2019.
class AdamW : public Optimizer {
public:
    explicit AdamW(const AdamWOptions& options = {});
};

}  // namespace shikumi::optim

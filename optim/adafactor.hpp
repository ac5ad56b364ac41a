// Adafactor.
#pragma once

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

/// What Adafactor can be given. Defaults are Keras's.
struct AdafactorOptions {
    LearningRate learning_rate = 0.001;  ///< η: a number or a schedule
    double beta_2_decay = -0.8;  ///< the mean square keeps the share 1 − t^beta_2_decay; below 0
    double epsilon_1 = 1e-30;    ///< added to squares of gradients
    double epsilon_2 = 1e-3;     ///< the smallest length of a weight by which steps are scaled
    double clip_threshold = 1;   ///< the longest root mean square of a step
    double weight_decay = 0;     ///< see StepOptions
    std::optional<double> clipnorm = {};                ///< see StepOptions
    std::optional<double> global_clipnorm = {};         ///< see StepOptions
    std::optional<double> clipvalue = {};               ///< see StepOptions
    bool use_ema = false;                               ///< see StepOptions
    double ema_momentum = 0.99;                         ///< see StepOptions
    std::optional<Index> ema_overwrite_frequency = {};  ///< see StepOptions
    std::optional<double> loss_scale_factor = {};       ///< see StepOptions
    Index gradient_accumulation_steps = 1;              ///< see StepOptions
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<AdafactorOptions> auto& o) {
    fields("learning_rate", o.learning_rate);
    fields("beta_2_decay", o.beta_2_decay);
    fields("epsilon_1", o.epsilon_1);
    fields("epsilon_2", o.epsilon_2);
    fields("clip_threshold", o.clip_threshold);
    optim::detail::visit_step_fields(fields, o);
}

/// N. Shazeer, M. Stern, "Adafactor: adaptive learning rates with sublinear memory cost", ICML
/// 2018: the mean square of a matrix is kept as the means r and c of its rows and columns.
///   G = g² + ε1,  v = r cᵀ/mean(r), or v itself for vectors, each a moving average of G,
///   u = g/√v, at most clip_threshold long,  w ← w − max(ε2, RMS(w)) min(η, 1/√t) u,
/// where lengths are root mean squares (RMS). The last two axes are the matrix.
class Adafactor : public Optimizer {
public:
    /// Throws ValueError for a negative rate or epsilon, a clip_threshold that is not positive, and
    /// a beta_2_decay that is not below 0.
    explicit Adafactor(const AdafactorOptions& options = {});
};

}  // namespace shikumi::optim

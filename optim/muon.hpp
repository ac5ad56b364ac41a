// Muon.
#pragma once

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

/// What Muon can be given. Defaults are Keras's.
struct MuonOptions {
    LearningRate learning_rate = 0.001;  ///< η: a number or a schedule
    double adam_beta_1 = 0.9;            ///< Adam's β1
    double adam_beta_2 = 0.999;          ///< Adam's β2
    double adam_weight_decay = 0.004;    ///< weight_decay of the weights that Adam changes
    double epsilon = 1e-7;               ///< ε of Adam and of the length of a matrix
    /// Matrices whose name contains one of these are changed by Adam, too.
    std::vector<std::string> exclude_layers = {};
    bool exclude_embeddings = true;  ///< and those whose name contains "embedding"
    double muon_a = 3.4445;    ///< a of the iteration X ← a X + (b A + c A²) X with A = X Xᵀ
    double muon_b = -4.775;    ///< its b
    double muon_c = 2.0315;    ///< its c
    double adam_lr_ratio = 1;  ///< Adam's learning rate divided by η
    double momentum = 0.95;    ///< μ: the share of the momentum that each update keeps
    Index ns_steps = 5;        ///< iterations
    bool nesterov = true;      ///< look ahead by one step
    /// ρ: the step of a matrix of n rows and m columns is ρ √max(n, m) long. Absent: 1.
    std::optional<double> rms_rate = 0.2;
    double weight_decay = 0.004;                        ///< of matrices; see StepOptions
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
void visit_fields(auto& fields, FieldsOf<MuonOptions> auto& o) {
    fields("learning_rate", o.learning_rate);
    fields("adam_beta_1", o.adam_beta_1);
    fields("adam_beta_2", o.adam_beta_2);
    fields("adam_weight_decay", o.adam_weight_decay);
    fields("epsilon", o.epsilon);
    fields.or_null("exclude_layers", o.exclude_layers);
    fields("exclude_embeddings", o.exclude_embeddings);
    fields("muon_a", o.muon_a);
    fields("muon_b", o.muon_b);
    fields("muon_c", o.muon_c);
    fields("adam_lr_ratio", o.adam_lr_ratio);
    fields("momentum", o.momentum);
    fields("ns_steps", o.ns_steps);
    fields("nesterov", o.nesterov);
    fields("rms_rate", o.rms_rate);
    optim::detail::visit_step_fields(fields, o);
}

/// K. Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024: the momentum
/// of a matrix is made orthogonal by ns_steps of Newton and Schulz's iteration, O.
///   m ← μ m + g,  w ← w − η ρ √max(n, m) O(g + μ m).
/// Adam changes vectors, kernels of convolutions and what is excluded.
class Muon : public Optimizer {
public:
    /// Throws ValueError for a negative rate, decay, ratio, epsilon or rms_rate, betas and momentum
    /// outside [0, 1), and iterations outside [1, 1000].
    explicit Muon(const MuonOptions& options = {});
};

}  // namespace shikumi::optim

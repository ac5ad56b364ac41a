// Schedules: learning rates and other numbers that change from update to update.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/optim/scheduled.hpp>

namespace shikumi::optim {

// ---- Keras's schedules --------------------------------------------------------------------------
// With its names and defaults; t is the number of updates made before. All throw ValueError for
// rates that are negative or not finite, and for steps that are not positive.

/// η r^(t/steps) from the initial rate η; `staircase` rounds t/steps down.
LearningRate ExponentialDecay(double initial_learning_rate, double decay_steps, double decay_rate,
                              bool staircase = false);

/// What `CosineDecay` can be given.
struct CosineDecayOptions {
    double alpha = 0;  ///< the share of the rate that is left in the end
    /// The rate to which a straight line leads first. Absent: the decay begins at once.
    std::optional<double> warmup_target = {};
    double warmup_steps = 0;  ///< updates until the target is reached
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<CosineDecayOptions> auto& o) {
    fields("alpha", o.alpha);
    fields("warmup_target", o.warmup_target);
    fields("warmup_steps", o.warmup_steps);
}
/// η ((1−α) (1 + cos(πt/steps))/2 + α), and η α from t = steps on. I. Loshchilov, F. Hutter, "SGDR:
/// stochastic gradient descent with warm restarts", ICLR 2017, without the restarts.
LearningRate CosineDecay(double initial_learning_rate, double decay_steps,
                         const CosineDecayOptions& options = {});

/// What `CosineDecayRestarts` can be given.
struct CosineDecayRestartsOptions {
    double t_mul = 2;  ///< how much longer each period is than the one before; 1 or more
    double m_mul = 1;  ///< the share of the initial rate with which the next period begins
    double alpha = 0;  ///< the share of the rate that is left at the end of a period
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<CosineDecayRestartsOptions> auto& o) {
    fields("t_mul", o.t_mul);
    fields("m_mul", o.m_mul);
    fields("alpha", o.alpha);
}
/// CosineDecay that begins again with each period, the first of which has `first_decay_steps`.
/// I. Loshchilov, F. Hutter, ICLR 2017.
LearningRate CosineDecayRestarts(double initial_learning_rate, double first_decay_steps,
                                 const CosineDecayRestartsOptions& options = {});

/// η/(1 + r t/steps) from the initial rate η; `staircase` rounds t/steps down. With steps of 1 it
/// is the `decay` that Keras's optimisers once had.
LearningRate InverseTimeDecay(double initial_learning_rate, double decay_steps, double decay_rate,
                              bool staircase = false);

/// values[0] up to and including boundaries[0], then values[1] up to boundaries[1], …, and the last
/// value beyond the last boundary. Throws ValueError unless there is one value more than
/// boundaries, and the boundaries rise.
LearningRate PiecewiseConstantDecay(std::vector<double> boundaries, std::vector<double> values);

/// What `PolynomialDecay` can be given.
struct PolynomialDecayOptions {
    double end_learning_rate = 0.0001;  ///< the rate from t = steps on
    double power = 1;                   ///< of what is left of the steps; 1: a straight line
    /// Whether the decay goes on after the steps, as if it had twice, three times, … as many.
    bool cycle = false;
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<PolynomialDecayOptions> auto& o) {
    fields("end_learning_rate", o.end_learning_rate);
    fields("power", o.power);
    fields("cycle", o.cycle);
}
/// end + (η − end) (1 − t/steps)^power from the initial rate η.
LearningRate PolynomialDecay(double initial_learning_rate, double decay_steps,
                             const PolynomialDecayOptions& options = {});

// ---- PyTorch's schedules ------------------------------------------------------------------------
// With its names and defaults, as functions of t in closed form; η is the rate that the optimiser
// would have without them. All throw as Keras's do.

/// η γ^t.
LearningRate ExponentialLR(double learning_rate, double gamma);
/// η γ^⌊t/step_size⌋.
LearningRate StepLR(double learning_rate, Index step_size, double gamma = 0.1);
/// η γ^n, n being the number of milestones that t has reached. Throws ValueError where they fall.
LearningRate MultiStepLR(double learning_rate, const std::vector<Index>& milestones,
                         double gamma = 0.1);
/// η times `factor` for `total_iters` updates, then η.
LearningRate ConstantLR(double learning_rate, double factor = 1.0 / 3, Index total_iters = 5);

/// What `LinearLR` can be given.
struct LinearLROptions {
    double start_factor = 1.0 / 3;  ///< what η is multiplied by at first
    double end_factor = 1;          ///< and in the end
    Index total_iters = 5;          ///< updates from start to end
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<LinearLROptions> auto& o) {
    fields("start_factor", o.start_factor);
    fields("end_factor", o.end_factor);
    fields("total_iters", o.total_iters);
}
/// η times a factor on a straight line.
LearningRate LinearLR(double learning_rate, const LinearLROptions& options = {});

/// η (1 − t/total_iters)^power, 0 from t = total_iters on.
LearningRate PolynomialLR(double learning_rate, Index total_iters = 5, double power = 1);
/// eta_min + (η − eta_min) (1 + cos(πt/T_max))/2: from T_max on it rises again.
LearningRate CosineAnnealingLR(double learning_rate, Index T_max, double eta_min = 0);

/// What `CosineAnnealingWarmRestarts` can be given.
struct WarmRestartsOptions {
    Index T_mult = 1;    ///< how much longer each period is than the one before
    double eta_min = 0;  ///< the rate at the end of a period
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<WarmRestartsOptions> auto& o) {
    fields("T_mult", o.T_mult);
    fields("eta_min", o.eta_min);
}
/// CosineAnnealingLR that begins again after T_0, T_0 T_mult, … updates. I. Loshchilov, F. Hutter,
/// ICLR 2017.
LearningRate CosineAnnealingWarmRestarts(double learning_rate, Index T_0,
                                         const WarmRestartsOptions& options = {});

/// How far a cycle of `CyclicLR` reaches.
enum class CycleMode : std::uint8_t {
    triangular,   ///< always to the same rate
    triangular2,  ///< half as far in each cycle
    exp_range,    ///< γ^t as far
};
/// PyTorch's name, such as "triangular".
Config to_config(CycleMode value);
/// Reads PyTorch's name. Throws ValueError with the nearest names for any other.
void from_config(const Config& config, CycleMode& value, std::string_view reading);
/// What `CyclicLR` and `CyclicMomentum` can be given.
struct CyclicLROptions {
    Index step_size_up = 2000;                 ///< updates of the rising half of a cycle
    std::optional<Index> step_size_down = {};  ///< of the falling half; absent: as many
    CycleMode mode = CycleMode::triangular;    ///< how far the cycles reach
    double gamma = 1;                          ///< γ of `exp_range`
    double base_momentum = 0.8;                ///< the momentum where the rate is highest
    double max_momentum = 0.9;                 ///< the momentum where the rate is lowest
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<CyclicLROptions> auto& o) {
    fields("step_size_up", o.step_size_up);
    fields("step_size_down", o.step_size_down);
    fields("mode", o.mode);
    fields("gamma", o.gamma);
    fields("base_momentum", o.base_momentum);
    fields("max_momentum", o.max_momentum);
}
/// A rate that rises and falls between two in straight lines. L. Smith, "Cyclical learning rates
/// for training neural networks", WACV 2017.
LearningRate CyclicLR(double base_lr, double max_lr, const CyclicLROptions& options = {});
/// The momentum that falls while the rate of `CyclicLR` rises.
Scheduled CyclicMomentum(const CyclicLROptions& options = {});

/// The form of the parts of `OneCycleLR`.
enum class Anneal : std::uint8_t {
    cos,     ///< half a cosine
    linear,  ///< a straight line
};
/// PyTorch's name, "cos" or "linear".
Config to_config(Anneal value);
/// Reads PyTorch's name. Throws ValueError with the nearest names for any other.
void from_config(const Config& config, Anneal& value, std::string_view reading);
/// What `OneCycleLR` and `OneCycleMomentum` can be given.
struct OneCycleLROptions {
    double pct_start = 0.3;                ///< the share of the updates in which the rate rises
    Anneal anneal_strategy = Anneal::cos;  ///< how it rises and falls
    double base_momentum = 0.85;           ///< the momentum where the rate is highest
    double max_momentum = 0.95;            ///< the momentum at both ends
    double div_factor = 25;                ///< the highest rate divided by the first
    double final_div_factor = 1e4;         ///< the first rate divided by the last
    bool three_phase = false;  ///< whether it falls as far as it rose first, and then to the last
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<OneCycleLROptions> auto& o) {
    fields("pct_start", o.pct_start);
    fields("anneal_strategy", o.anneal_strategy);
    fields("base_momentum", o.base_momentum);
    fields("max_momentum", o.max_momentum);
    fields("div_factor", o.div_factor);
    fields("final_div_factor", o.final_div_factor);
    fields("three_phase", o.three_phase);
}
/// A rate that rises to `max_lr` and falls far below where it began, in `total_steps` updates; the
/// last one stays. L. Smith, N. Topin, "Super-convergence", 2017.
LearningRate OneCycleLR(double max_lr, Index total_steps, const OneCycleLROptions& options = {});
/// The momentum that falls while the rate of `OneCycleLR` rises.
Scheduled OneCycleMomentum(Index total_steps, const OneCycleLROptions& options = {});

// ---- of schedules -------------------------------------------------------------------------------

/// One schedule after the other, each of which begins with its own t = 0; the next one begins at
/// each milestone. Throws ValueError unless there is one schedule more than milestones, and the
/// milestones rise from 1 on.
LearningRate SequentialLR(std::vector<LearningRate> schedules, std::vector<Index> milestones);

/// A straight line from `start` to the first rate of any schedule or number, in `steps` updates,
/// and then that. Throws ValueError for a negative start and for steps that are not positive.
LearningRate Warmup(LearningRate schedule, Index steps, double start = 0);

}  // namespace shikumi::optim

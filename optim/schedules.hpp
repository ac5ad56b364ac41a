// Schedules: learning rates that change from update to update.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/named_function.hpp>
#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::optim {

/// A learning rate as a function of the number of updates made before, both of them f64 scalars. It
/// is written in operations, so that a captured step stays right while the rate changes.
using Schedule = NamedFunction<Tensor(const Tensor& iterations)>;

/// A number or a schedule.
class LearningRate {
public:
    /// The same rate for every update.
    LearningRate(double rate) : rate_(rate) {}
    /// A rate that changes.
    LearningRate(Schedule schedule) : schedule_(std::move(schedule)) {}
    /// A rate that changes as any function of the number of updates says.
    template <shikumi::detail::FunctionFor<LearningRate, const Tensor&> F>
    LearningRate(F schedule) : schedule_(std::move(schedule)) {}

    /// Whether the rate changes by itself.
    bool scheduled() const noexcept { return static_cast<bool>(schedule_); }
    /// The rate after `iterations` updates.
    Tensor operator()(const Tensor& iterations) const;

private:
    double rate_ = 0;
    Schedule schedule_;
};

// Keras's schedules, with its names and defaults; t is the number of updates made before. All throw
// ValueError for steps that are not positive.

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
/// η ((1−α) (1 + cos(πt/steps))/2 + α), and η α from t = steps on. I. Loshchilov, F. Hutter, "SGDR:
/// stochastic gradient descent with warm restarts", ICLR 2017, without the restarts.
LearningRate CosineDecay(double initial_learning_rate, double decay_steps,
                         const CosineDecayOptions& options = {});

/// η/(1 + r t/steps) from the initial rate η; `staircase` rounds t/steps down. With steps of 1 it
/// is the `decay` that Keras's optimisers once had.
LearningRate InverseTimeDecay(double initial_learning_rate, double decay_steps, double decay_rate,
                              bool staircase = false);

/// values[0] up to and including boundaries[0], then values[1] up to boundaries[1], …, and the last
/// value beyond the last boundary. Throws ValueError unless there is one value more than
/// boundaries, and the boundaries rise.
LearningRate PiecewiseConstantDecay(std::vector<double> boundaries, std::vector<double> values);

}  // namespace shikumi::optim

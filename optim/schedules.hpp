// Learning rates that change from update to update.
#pragma once

#include <concepts>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::optim {

/// A learning rate: a number, or any function of how many updates were made before, both of them
/// f64 scalars. It is written in operations, so that a step keeps the same graph.
class LearningRate {
public:
    LearningRate(double rate) : rate_(rate) {}
    template <std::invocable<const Tensor&> F>
    requires(!std::same_as<F, LearningRate>) LearningRate(F schedule)
        : schedule_(std::move(schedule)) {}

    /// Whether it changes by itself.
    bool scheduled() const noexcept { return static_cast<bool>(schedule_); }
    /// The rate after `iterations` updates.
    Tensor operator()(const Tensor& iterations) const;

private:
    double rate_ = 0;
    std::function<Tensor(const Tensor&)> schedule_;
};

// Keras's, with its names and defaults; t is the number of updates before. All throw ValueError for
// steps that are not positive.

/// η r^(t/steps), where `staircase` rounds t/steps down.
LearningRate ExponentialDecay(double initial_learning_rate, double decay_steps, double decay_rate,
                              bool staircase = false);

struct CosineDecayOptions {
    double alpha = 0;                          ///< the share of the rate that is left in the end
    std::optional<double> warmup_target = {};  ///< rises to this first, along a line
    double warmup_steps = 0;
};
/// η ((1−α) (1 + cos(πt/steps))/2 + α), and η α from t = steps on. I. Loshchilov, F. Hutter, "SGDR:
/// stochastic gradient descent with warm restarts", ICLR 2017, without the restarts.
LearningRate CosineDecay(double initial_learning_rate, double decay_steps,
                         const CosineDecayOptions& options = {});

/// η/(1 + r t/steps), where `staircase` rounds t/steps down. Steps of 1 make it the `decay` that
/// Keras's optimisers had once.
LearningRate InverseTimeDecay(double initial_learning_rate, double decay_steps, double decay_rate,
                              bool staircase = false);

/// values[0] up to and including boundaries[0], then values[1] up to boundaries[1], …, and the last
/// value beyond. Throws ValueError unless there is one value more and the boundaries rise.
LearningRate PiecewiseConstantDecay(std::vector<double> boundaries, std::vector<double> values);

}  // namespace shikumi::optim

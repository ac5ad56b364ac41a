// Objective: what a training step makes smaller, and what it shows.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/nn/training/compile_options.hpp>
#include <shikumi/nn/training/trainable.hpp>

namespace shikumi::nn::detail {

/// What a step measures: means over the batch.
struct StepResult {
    Tensor loss;                        ///< the sum that is made smaller
    std::vector<Tensor> output_losses;  ///< of each output that has one, where there are several
    std::vector<Tensor> metrics;
    std::vector<Tensor> counts;  ///< steps that each metric is a mean over; undefined: no mask
};

/// The loss and the metrics of `compile`, resolved for the outputs and weights of a model.
class Objective {
public:
    /// Throws StateError where there is no loss, ValueError where options don't fit the outputs.
    Objective(Trainable& model, const CompileOptions& options);

    /// The weights that are trained.
    const std::vector<Parameter>& weights() const noexcept { return weights_; }
    /// What a step measures, still to be evaluated together with the next values of states.
    struct Measured {
        StepResult result;
        std::vector<Assignment> updates;
        /// All tensors of the result.
        std::vector<Tensor> roots() const;
    };
    /// Calls the model on a batch and compares its outputs with the targets.
    Measured measure(Trainable& model, const Batch& batch, Mode mode) const;
    /// Applies the constraints of weights to their next values.
    void constrain(std::vector<Assignment>& steps) const;
    /// The evaluated numbers under their names.
    Logs logs(const StepResult& result) const;

private:
    struct Output {
        std::optional<Loss> loss;
        double weight;
        std::vector<Metric> metrics;
    };
    void resolve_outputs(const std::vector<std::string>& names, const CompileOptions& options);
    void resolve_weights(const Trainable& model);

    std::vector<Output> outputs_;
    Logs blank_;  // the names of what is measured, in order
    std::vector<Parameter> weights_;
    std::vector<Weight> constrained_, regularized_;
};

}  // namespace shikumi::nn::detail

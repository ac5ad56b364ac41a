// Objective: what a training step makes smaller, and what it shows.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/nn/training/compile_options.hpp>
#include <shikumi/nn/training/detail/step_states.hpp>
#include <shikumi/nn/training/trainable.hpp>

namespace shikumi::nn::detail {

/// What a step measures.
struct StepResult {
    Tensor loss;                        ///< the sum that is made smaller: a mean over the batch
    std::vector<Tensor> output_losses;  ///< of each output that has one, where there are several
    std::vector<Tensor> metrics;        ///< of all batches since the states began
    MetricStates states;                ///< of the metrics, after this batch
};

/// The loss and the metrics of `compile`, resolved for the outputs, targets and weights of a model.
class Objective {
public:
    /// For targets of these shapes and dtypes. Throws StateError where there is no loss, ValueError
    /// where options don't fit the outputs or two metrics have one name.
    Objective(Trainable& model, const CompileOptions& options, const std::vector<Spec>& targets);

    /// The weights that are trained.
    const std::vector<Parameter>& weights() const noexcept { return weights_; }
    /// The names of what is logged, in order.
    const std::vector<std::string>& names() const noexcept { return names_; }
    /// Whether it is for targets of these shapes and dtypes, whatever the size of the batch.
    bool is_for(const std::vector<Tensor>& targets) const;
    /// The states of the metrics before the first batch.
    const MetricStates& start() const noexcept { return start_; }

    /// What a step measures, still to be evaluated together with the next values of states.
    struct Measured {
        StepResult result;
        std::vector<Assignment> updates;
        /// All tensors of the result.
        std::vector<Tensor> roots() const;
    };
    /// Calls the model on a batch and compares its outputs with the targets. Metrics go on from
    /// `states`.
    Measured measure(Trainable& model, const Batch& batch, const MetricStates& states,
                     Mode mode) const;
    /// Applies the constraints of weights to their next values.
    void constrain(std::vector<Assignment>& steps) const;
    /// The evaluated numbers under their names.
    Logs logs(const StepResult& result) const;

private:
    struct Output {
        std::optional<Loss> loss;
        double weight;
    };
    // A metric of an output, and how much of the states and names is its own.
    struct Meter {
        std::size_t output;
        Metric metric;
        bool weighted;
        std::size_t states = 0;
    };
    void resolve_losses(const std::vector<std::string>& names, const CompileOptions& options);
    void resolve_metrics(Trainable& model, const CompileOptions& options);
    void add_meter(Meter meter, const std::string& name, const Spec& prediction);
    void resolve_weights(const Trainable& model);
    Tensor total_loss(const std::vector<Tensor>& predictions, const Batch& batch,
                      const CallContext& context, StepResult& result) const;
    void measure_metrics(const std::vector<Tensor>& predictions, const Batch& batch,
                         const CallContext& context, const MetricStates& states,
                         StepResult& result) const;

    std::vector<Output> outputs_;
    std::vector<Meter> meters_;
    std::vector<Spec> targets_;
    MetricStates start_;
    std::vector<std::string> names_;
    bool output_losses_ = false;  // several outputs have a loss
    std::vector<Parameter> weights_;
    std::vector<Weight> constrained_, regularized_;
};

}  // namespace shikumi::nn::detail

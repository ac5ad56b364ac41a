// Trainer: trains and measures a model in batches.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <shikumi/autograd/evaluate/capture/capture.hpp>
#include <shikumi/nn/training/compile_options.hpp>
#include <shikumi/nn/training/fit_options.hpp>
#include <shikumi/nn/training/history.hpp>
#include <shikumi/nn/training/trainable.hpp>

namespace shikumi::nn {

namespace detail {
class CallbackList;
class Epochs;
struct EpochState;
class Feed;
class Objective;
struct Samples;
}  // namespace detail

/// How one model is trained: the options of `compile`, the steps captured so far, and the loops
/// around them. Every function takes the model, always the same one, since a model that owns its
/// trainer can be moved.
class Trainer {
public:
    /// Says how to train. Throws ValueError where something is given for an output that a built
    /// model hasn't.
    void compile(Trainable& model, CompileOptions options);
    /// The options of `compile`; null before it.
    const CompileOptions* compiled() const noexcept { return options_ ? &*options_ : nullptr; }
    /// The options of `compile`. Throws StateError beginning with `caller` before it.
    CompileOptions& options(std::string_view caller, const Trainable& model);
    /// Forgets what the captured steps hold of the model's layers, which have changed.
    void forget_predictions() noexcept { predict_.clear(); }

    /// Visits what it keeps from one training to the next: the optimiser's memory, and where the
    /// shuffling's random numbers come from.
    void visit_state(StateFields& fields, Trainable& model);

    /// Trains the model on samples x and targets y, epoch by epoch, and measures it on the
    /// validation data. Throws as `Model::fit` does.
    History fit(Trainable& model, const TensorList& x, const TensorList& y,
                const FitOptions& options);
    /// Trains the model on the batches of a source.
    History fit(Trainable& model, BatchSource source, const FitOptions& options);
    /// What the last training has reported, also one that an error has ended.
    const History& history() const noexcept { return history_; }
    /// Loss and metrics of the samples, in inference mode. Throws as `Model::evaluate` does.
    Logs evaluate(Trainable& model, const TensorList& x, const TensorList& y,
                  const EvaluateOptions& options);
    /// The same in batches of this size.
    Logs evaluate(Trainable& model, const TensorList& x, const TensorList& y, Index batch_size) {
        return evaluate(model, x, y, EvaluateOptions{.batch_size = batch_size});
    }
    /// Loss and metrics of the batches of a source, in inference mode.
    Logs evaluate(Trainable& model, BatchSource source, const EvaluateOptions& options);
    /// The outputs for samples, in inference mode and batch by batch. Throws as `Model::predict`
    /// does.
    std::vector<Tensor> predict(Trainable& model, const TensorList& x,
                                const PredictOptions& options);
    /// The same in batches of this size.
    std::vector<Tensor> predict(Trainable& model, const TensorList& x, Index batch_size) {
        return predict(model, x, PredictOptions{.batch_size = batch_size});
    }
    /// The outputs for the batches of a source, in inference mode.
    std::vector<Tensor> predict(Trainable& model, BatchSource source,
                                const PredictOptions& options);
    /// One step of training on these samples alone, checked as by `fit`.
    Logs train_on_batch(Trainable& model, const TensorList& x, const TensorList& y,
                        const OnBatchOptions& options);
    /// Loss and metrics of these samples alone, checked as by `evaluate`.
    Logs test_on_batch(Trainable& model, const TensorList& x, const TensorList& y,
                       const TensorList& sample_weight);

    /// Forward pass, loss, gradients and new weights for one batch, evaluated together. Throws
    /// StateError before `compile`, for a model without a loss and for a frozen one; ValueError
    /// where the loss becomes NaN or infinite: weights, states and the optimiser's memory stay
    /// then.
    Logs train_step(Trainable& model, const Batch& batch);
    /// Loss and metrics of one batch, in inference mode. Throws StateError before `compile` and for
    /// a model without a loss.
    Logs test_step(Trainable& model, const Batch& batch);

private:
    std::shared_ptr<const detail::Objective> resolve(Trainable& model,
                                                     const std::vector<Spec>& targets);
    std::shared_ptr<const detail::Objective> objective_for(Trainable& model, const Batch& batch,
                                                           Mode mode);
    void resolve_for(Trainable& model, const Batch& batch);
    RunPlan plan_of(Trainable& model, const FitOptions& options, Index steps, bool validated) const;
    std::unique_ptr<detail::Feed> validation_feed(Trainable& model, const FitOptions& options,
                                                  std::optional<detail::Samples> split_off) const;
    History fit_feed(Trainable& model, detail::Feed& training,
                     std::unique_ptr<detail::Feed> validation, const FitOptions& options);
    bool run_epochs(Trainable& model, detail::Epochs& training, detail::Epochs* validation,
                    const FitOptions& options, Run& run, const detail::CallbackList& callbacks);
    void begin_epoch(detail::Epochs& batches, detail::EpochState& now, Run& run,
                     const detail::CallbackList& callbacks);
    void train_epoch(Trainable& model, detail::Epochs& batches, detail::EpochState& now, Run& run,
                     const detail::CallbackList& callbacks);
    Logs train_on(Trainable& model, const Batch& batch, const detail::CallbackList& callbacks,
                  Run& run);
    Logs test_epoch(Trainable& model, detail::Epochs& batches, Run& run,
                    const detail::CallbackList& callbacks);
    Logs evaluate_feed(Trainable& model, detail::Feed& feed, const EvaluateOptions& options);
    std::vector<Tensor> predict_feed(Trainable& model, detail::Feed& feed,
                                     const PredictOptions& options);
    Generator& shuffling();

    std::shared_ptr<const int> self_;  // what its optimiser knows it by: moves with it
    std::optional<CompileOptions> options_;
    std::shared_ptr<const detail::Objective> objective_;  // of the last fit, evaluate or step
    // A step is captured once for each shape of batch and replayed. All work on the same weights.
    CapturedPrograms predict_, train_{predict_, {}}, watched_{predict_, {}}, test_{predict_, {}};
    std::optional<Generator> shuffling_;
    History history_;
};

}  // namespace shikumi::nn

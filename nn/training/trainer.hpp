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
class Objective;
}

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

    /// Trains the model on samples x and targets y, epoch by epoch, and measures it on the
    /// validation data. Throws as `Model::fit` does.
    History fit(Trainable& model, const TensorList& x, const TensorList& y,
                const FitOptions& options);
    /// The means of loss and metrics over the samples, in inference mode. Throws as
    /// `Model::evaluate` does.
    Logs evaluate(Trainable& model, const TensorList& x, const TensorList& y, Index batch_size);
    /// The outputs for samples, in inference mode and batch by batch. Throws as `Model::predict`
    /// does.
    std::vector<Tensor> predict(Trainable& model, const std::vector<Tensor>& x, Index batch_size);

    /// Forward pass, loss, gradients and new weights for one batch, evaluated together. Throws
    /// StateError before `compile`, for a model without a loss and for a frozen one; ValueError
    /// where the loss becomes NaN or infinite: weights, states and the optimiser's memory stay
    /// then.
    Logs train_step(Trainable& model, const Batch& batch);
    /// Loss and metrics of one batch, in inference mode. Throws StateError before `compile` and for
    /// a model without a loss.
    Logs test_step(Trainable& model, const Batch& batch);

private:
    void resolve(Trainable& model);
    std::shared_ptr<const detail::Objective> objective_for(Trainable& model, const Batch& batch,
                                                           Mode mode);
    Generator& shuffling();

    std::shared_ptr<const int> self_;  // what its optimiser knows it by: moves with it
    std::optional<CompileOptions> options_;
    std::shared_ptr<const detail::Objective> objective_;  // of the last fit, evaluate or step
    // A step is captured once for each shape of batch and replayed. All work on the same weights.
    CapturedPrograms predict_, train_{predict_, {}}, test_{predict_, {}};
    std::optional<Generator> shuffling_;
};

}  // namespace shikumi::nn

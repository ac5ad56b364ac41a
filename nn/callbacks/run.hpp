// Run: a fit, an evaluation or a prediction under way, as its callbacks see it.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include <shikumi/autograd/core/shape.hpp>
#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/nn/callbacks/logs.hpp>
#include <shikumi/nn/layer.hpp>
#include <shikumi/nn/state_fields.hpp>
#include <shikumi/optim/optimizer.hpp>

namespace shikumi::nn {

namespace detail {
struct TrainingParts;
}  // namespace detail

/// What is under way.
enum class Running { fit, evaluate, predict };

/// What is known of a run before it begins.
struct RunPlan {
    Running what = Running::fit;  ///< what is under way
    int verbose = 0;              ///< how much is shown: 0 nothing, 1 a bar, 2 a line an epoch
    int epochs = 1;               ///< the epoch before which it ends
    Index steps = 0;              ///< batches an epoch; 0: not known yet
    /// What the logs of an epoch will hold, with "val_" names where it is validated; empty where a
    /// step of one's own decides.
    std::vector<std::string> names = {};
    std::vector<std::string> added = {};  ///< what callbacks add to them
    /// The samples that a training is validated on: each input, where they are given as arrays.
    std::vector<Tensor> validation_x = {};
    std::vector<Tensor> validation_y = {};  ///< and the targets of each output
    std::ostream* out = nullptr;            ///< where callbacks write to; null: nowhere
    bool terminal = false;                  ///< whether a line written there can be drawn again
};

/// A fit, an evaluation or a prediction under way: what callbacks may look at and change.
class Run {
public:
    /// A run of a model, which must outlive it. The optimiser is null where there is none.
    Run(Layer& model, optim::Optimizer* optimizer, RunPlan plan);

    /// The model: its weights can be read and changed.
    Layer& model() const noexcept { return model_; }
    /// What changes the weights; its learning rate can be set. Throws StateError where the model
    /// isn't compiled.
    optim::Optimizer& optimizer() const;
    /// Whether there is one.
    bool has_optimizer() const noexcept { return optimizer_ != nullptr; }
    /// What was known before it began.
    const RunPlan& plan() const noexcept { return plan_; }
    /// Batches an epoch; 0 where that isn't known yet, as in the first epoch of a generator.
    Index steps() const noexcept { return plan_.steps; }
    /// The number of the epoch, from 0.
    int epoch() const noexcept { return epoch_; }
    /// The number of the batch in its epoch, in its evaluation or its prediction, from 0.
    Index batch() const noexcept { return batch_; }
    /// In the hooks of batches: the means of the epoch, or of the evaluation, so far. At the end of
    /// an epoch: its means, then those of the validation, then what callbacks have added. They are
    /// computed when they are looked at.
    const Logs& logs() const { return running_ ? running_() : logs_; }
    /// Puts a number into the logs of this epoch, for the callbacks after this one and the history.
    void log(std::string_view name, double value);
    /// The outputs for the last batch of a prediction.
    const std::vector<Tensor>& outputs() const noexcept { return outputs_; }
    /// Asks for the norms of the gradients in the batch that is about to be trained on. To be
    /// called in `on_train_batch_begin`. Such a step takes a little longer; it changes the weights
    /// in the same way, to the bit.
    void watch_gradients() noexcept { watched_ = true; }
    /// The Euclidean norm of the gradient of each trained weight, under the weight's name, in the
    /// last batch. Empty unless that was asked for, and where the model has a train_step of its
    /// own.
    const Logs& gradient_norms() const noexcept { return gradient_norms_; }
    /// Ends the training after this batch; the epoch is still validated and ended.
    void stop() noexcept { stopped_ = true; }
    /// Whether `stop` has been called.
    bool stopped() const noexcept { return stopped_; }
    /// Goes on with this epoch. To be called in `on_train_begin`.
    void begin_with(int epoch) noexcept { next_epoch_ = epoch; }
    /// Writes text and a line's end to where the progress is shown, whatever `verbose` says.
    void print(std::string_view text) const;

    // What follows is for the loop around the batches.

    /// Says what the training consists of.
    void set_parts(const detail::TrainingParts* parts) noexcept { parts_ = parts; }
    /// What the training consists of; null where it is none.
    const detail::TrainingParts* parts() const noexcept { return parts_; }
    /// Visits epoch, logs, and whether it has been stopped.
    void visit_state(StateFields& fields);
    /// The epoch that is to come.
    int next_epoch() const noexcept { return next_epoch_; }
    /// Goes on to an epoch, whose logs are empty.
    void begin_epoch(int epoch);
    /// Goes on to a batch.
    void begin_batch(Index batch) noexcept {
        batch_ = batch;
        watched_ = false;
    }
    /// Where the step is to put the norms of the gradients; null where nobody asked for them.
    Logs* gradients_watched() noexcept {
        gradient_norms_ = {};
        return watched_ ? &gradient_norms_ : nullptr;
    }
    /// Says how logs are computed from now on.
    void set_running(std::function<const Logs&()> running) { running_ = std::move(running); }
    /// Sets the logs of the whole epoch.
    void set_logs(Logs logs);
    /// Sets the outputs of a batch.
    void set_outputs(std::vector<Tensor> outputs) { outputs_ = std::move(outputs); }
    /// Says how many batches there are, once that is known.
    void set_steps(Index steps) noexcept { plan_.steps = steps; }

private:
    Layer& model_;
    optim::Optimizer* optimizer_;
    RunPlan plan_;
    int epoch_ = 0, next_epoch_ = 0;
    Index batch_ = 0;
    std::function<const Logs&()> running_;
    const detail::TrainingParts* parts_ = nullptr;
    Logs logs_, gradient_norms_;
    std::vector<Tensor> outputs_;
    bool watched_ = false;
    bool stopped_ = false;
};

}  // namespace shikumi::nn

// Callback: functions that are called while a model is trained, measured or asked.
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <shikumi/nn/callbacks/run.hpp>
#include <shikumi/nn/state_fields.hpp>

namespace shikumi::nn {

/// The hooks of a callback, in Keras's order. Derive from it, override some, and give an object
/// where a Callback is wanted:
///
///     struct StopWhenGood : nn::Hooks {
///         void on_epoch_end(nn::Run& run) override {
///             if (run.logs()["accuracy"] > 0.99) run.stop();
///         }
///     };
///     model.fit(x, y, {.epochs = 50, .callbacks = {StopWhenGood()}});
///
/// A hook may throw: the error names callback and hook, and training ends there. Weights and
/// history stay as they are then.
class Hooks {
public:
    virtual ~Hooks() = default;
    /// Before the first epoch. Options that don't fit the run are to be refused here.
    virtual void on_train_begin(Run&) {}
    /// Before the first batch of an epoch.
    virtual void on_epoch_begin(Run&) {}
    /// Before a batch of training.
    virtual void on_train_batch_begin(Run&) {}
    /// After the weights have been changed by a batch.
    virtual void on_train_batch_end(Run&) {}
    /// After an epoch and its validation.
    virtual void on_epoch_end(Run&) {}
    /// After the last epoch, whatever has ended the training but an error.
    virtual void on_train_end(Run&) {}
    /// Before an evaluation, be it the validation of an epoch.
    virtual void on_test_begin(Run&) {}
    /// Before a batch of an evaluation.
    virtual void on_test_batch_begin(Run&) {}
    /// After a batch of an evaluation.
    virtual void on_test_batch_end(Run&) {}
    /// After an evaluation.
    virtual void on_test_end(Run&) {}
    /// Before a prediction.
    virtual void on_predict_begin(Run&) {}
    /// Before a batch of a prediction.
    virtual void on_predict_batch_begin(Run&) {}
    /// After a batch of a prediction.
    virtual void on_predict_batch_end(Run&) {}
    /// After a prediction.
    virtual void on_predict_end(Run&) {}

    /// Visits what it remembers from hook to hook, so that a training that is broken off goes on as
    /// if nothing had happened (`FitOptions::resume`): see StateFields. It is read after
    /// `on_train_begin`.
    virtual void visit_state(StateFields&) {}
    /// The names that it adds to the logs of an epoch, so that other callbacks can monitor them.
    virtual std::vector<std::string> logged() const { return {}; }
    /// Whether a loss that is NaN or infinite is shown to it instead of being an error. The batch
    /// that gave the loss changes nothing then, and training ends after it.
    virtual bool takes_bad_loss() const noexcept { return false; }
};

/// Hooks as a value. Copies share them, so that what a callback has found out can be asked of the
/// copy that stayed outside.
class Callback {
public:
    /// Hooks of a class of one's own, which are moved into it.
    template <std::derived_from<Hooks> H>
    Callback(H hooks) : Callback(std::make_shared<H>(std::move(hooks))) {}
    /// Hooks that are shared with others. Throws ValueError where there are none.
    template <std::derived_from<Hooks> H>
    Callback(std::shared_ptr<H> hooks) : Callback(std::shared_ptr<Hooks>(std::move(hooks)), {}) {}
    /// Hooks under a name; that of their class where it is empty.
    Callback(std::shared_ptr<Hooks> hooks, std::string name);

    /// The name that errors show.
    const std::string& name() const noexcept { return name_; }
    /// The hooks.
    Hooks& hooks() const noexcept { return *hooks_; }

private:
    std::shared_ptr<Hooks> hooks_;
    std::string name_;
};

}  // namespace shikumi::nn

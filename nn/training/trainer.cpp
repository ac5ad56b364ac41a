#include <shikumi/nn/training/trainer.hpp>

#include <algorithm>
#include <iostream>
#include <tuple>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/sole_recorder.hpp>
#include <shikumi/autograd/ops/comparison.hpp>
#include <shikumi/autograd/ops/detail/required.hpp>
#include <shikumi/autograd/ops/indexing.hpp>
#include <shikumi/autograd/ops/reductions.hpp>
#include <shikumi/autograd/ops/shaping.hpp>
#include <shikumi/nn/callbacks/detail/callback_list.hpp>
#include <shikumi/nn/callbacks/detail/terminal.hpp>
#include <shikumi/nn/callbacks/lambda_callback.hpp>
#include <shikumi/nn/session.hpp>
#include <shikumi/nn/training/detail/averages.hpp>
#include <shikumi/nn/training/detail/epoch_state.hpp>
#include <shikumi/nn/training/detail/feed.hpp>
#include <shikumi/nn/training/detail/interrupt.hpp>
#include <shikumi/nn/training/detail/objective.hpp>
#include <shikumi/nn/training/detail/rows.hpp>
#include <shikumi/nn/training/detail/samples.hpp>
#include <shikumi/nn/training/detail/step_states.hpp>
#include <shikumi/nn/training/detail/training_parts.hpp>

namespace shikumi::nn {

using detail::Averages;
using detail::Batches;
using detail::CallbackList;
using detail::Epochs;
using detail::Feed;
using detail::MetricStates;
using detail::Objective;
using detail::Samples;
using detail::SourceFeed;
using detail::StepStates;
using shikumi::detail::SoleRecorder;

namespace {

constexpr std::size_t most_joined = 128;

// A loss that is NaN or infinite.
struct BadLoss final : ValueError {
    using ValueError::ValueError;
};

// Where the options say so, operations are computed at once while this lives.
class EagerIfCompiledSo {
public:
    explicit EagerIfCompiledSo(const CompileOptions* options) {
        if (options && options->run_eagerly) eager_.emplace();
    }

private:
    std::optional<Eager> eager_;
};

void check_count(std::string_view caller, const char* what, Index count) {
    if (count < 0) fail<ValueError>(caller, what, " must not be negative, got ", count);
}

void check(const FitOptions& options) {
    detail::check_batch_size("fit", options.batch_size);
    check_count("fit", "the number of epochs", options.epochs);
    if (!(options.validation_split >= 0 && options.validation_split < 1))
        fail<ValueError>("fit", "validation_split must lie in [0, 1), got ",
                         options.validation_split);
    if (options.verbose < 0 || options.verbose > 2)
        fail<ValueError>("fit", "verbose must be 0, 1 or 2, got ", options.verbose);
    check_count("fit", "initial_epoch", options.initial_epoch);
    check_count("fit", "steps_per_epoch", options.steps_per_epoch);
    check_count("fit", "validation_steps", options.validation_steps);
    check_count("fit", "validation_batch_size", options.validation_batch_size);
    options.validation_freq.want_positive();
}

// The user's callbacks, then those that every run has.
template <class Options>
std::vector<Callback> with_progress(const Options& options) {
    std::vector<Callback> all = options.callbacks;
    const bool given = std::any_of(all.begin(), all.end(), Progress::is);
    if (!given && options.verbose > 0)
        all.push_back(Progress({.style = options.style, .verbose = options.verbose}));
    return all;
}

Callback hook_of(const std::function<void(EpochLog&)>& on_epoch_end) {
    return LambdaCallback({.on_epoch_end = [on_epoch_end](Run& run) {
        EpochLog log{run.epoch(), run.logs()};
        on_epoch_end(log);
        if (log.stop) run.stop();
    }});
}

template <class Options>
RunPlan plan_for(Running what, const Options& options, Index steps) {
    RunPlan plan{.what = what, .verbose = options.verbose, .steps = steps};
    plan.out = options.out ? options.out : &std::cout;
    plan.terminal = !options.out && detail::stdout_is_terminal();
    return plan;
}

// The inputs of `predict`, without targets.
Samples inputs_of(const std::vector<Tensor>& x) {
    Samples samples;
    for (const Tensor& t : x) samples.x.push_back(t.array());
    for (const Array& a : samples.x) {
        if (a.shape().empty())
            fail<ShapeError>("predict", "takes batches of samples, got a scalar");
        if (a.shape().front() != samples.size())
            fail<ShapeError>("predict", "the inputs have ", samples.size(), " and ",
                             a.shape().front(), " samples");
    }
    samples.rows = detail::in_order(0, samples.size());
    return samples;
}

// Rows that follow each other, as they do in samples that are validated on.
std::vector<Tensor> tensors_of(const std::vector<Array>& arrays, const std::vector<Index>& rows) {
    std::vector<Tensor> all;
    if (rows.empty()) return all;
    for (const Array& array : arrays)
        all.push_back(slice(Tensor(array), 0, {rows.front(), rows.back() + 1}));
    return all;
}

// (n,), f64, of gradients that are scaled as the optimiser wants them.
Tensor norms_of(const std::vector<Tensor>& gradients, const optim::StepOptions& options) {
    std::vector<Tensor> norms;
    for (const Tensor& g : gradients) norms.push_back(reshape(norm(g).cast(f64), {1}));
    while (norms.size() > 1) {  // an operation takes no more than 255 inputs
        std::vector<Tensor> joined;
        for (std::size_t i = 0; i < norms.size(); i += most_joined)
            joined.push_back(concatenate({norms.begin() + static_cast<std::ptrdiff_t>(i),
                                          norms.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                              i + most_joined, norms.size()))}));
        norms = std::move(joined);
    }
    return norms.front() / options.loss_scale_factor.value_or(1);
}

// A number for each weight.
Logs named(const std::vector<Parameter>& weights, const Tensor& numbers) {
    const std::vector<double> values = numbers.to_vector<double>();
    Logs logs;
    for (std::size_t i = 0; i < weights.size(); ++i) logs.add(weights[i].name(), values[i]);
    return logs;
}

// The outputs for no samples.
std::vector<Tensor> nothing_of(const std::vector<Spec>& outputs) {
    std::vector<Tensor> all;
    for (const Spec& spec : outputs)
        all.emplace_back(Array(Spec{spec.shape.with_front(0), spec.dtype}));
    return all;
}

}  // namespace

void Trainer::compile(Trainable& model, CompileOptions options) {
    if (model.built()) options.check_outputs("compile", model.output_names());
    if (!self_) self_ = std::make_shared<const int>();
    options.optimizer = options.optimizer.for_model(self_);
    options_ = std::move(options);
    objective_.reset();
    train_ = CapturedPrograms(predict_, {.memory_budget = options_->memory_budget});
    watched_ = CapturedPrograms(predict_, {.memory_budget = options_->memory_budget});
    test_.clear();
    predict_.clear();
}

CompileOptions& Trainer::options(std::string_view caller, const Trainable& model) {
    if (!options_)
        fail<StateError>(caller, "model '", model.name(),
                         "' is not compiled: call compile({.optimizer = …, "
                         ".loss = …}) first");
    return *options_;
}

// A step means something else from now on: what was captured of it is forgotten.
std::shared_ptr<const Objective> Trainer::resolve(Trainable& model,
                                                  const std::vector<Spec>& targets) {
    const SoleRecorder sole;
    objective_ = std::make_shared<const Objective>(model, options("fit", model), targets);
    train_.clear();
    watched_.clear();
    test_.clear();
    return objective_;
}

// Of a step, also without `fit` or `evaluate` before it. Another thread may replace it.
std::shared_ptr<const Objective> Trainer::objective_for(Trainable& model, const Batch& batch,
                                                        Mode mode) {
    const SoleRecorder sole;
    const bool stale = !objective_ || (mode == Mode::train && objective_->weights().empty()) ||
                       !objective_->is_for(batch.y);
    if (!stale) return objective_;
    model.ensure_built(specs_of(batch.x));
    return resolve(model, specs_of(batch.y));
}

void Trainer::resolve_for(Trainable& model, const Batch& batch) {
    if (compiled() && !compiled()->loss.empty()) resolve(model, specs_of(batch.y));
}

Generator& Trainer::shuffling() {
    if (!shuffling_) shuffling_ = next_generator();
    return *shuffling_;
}

// ---- fit ----------------------------------------------------------------------------------------

RunPlan Trainer::plan_of(Trainable& model, const FitOptions& options, Index steps,
                         bool validated) const {
    RunPlan plan = plan_for(Running::fit, options, steps);
    plan.epochs = options.epochs;
    // A step of one's own may log anything.
    if (!objective_ || !model.logs_as_compiled()) return plan;
    plan.names = objective_->names();
    for (std::size_t i = 0; validated && i < objective_->names().size(); ++i)
        plan.names.push_back("val_" + objective_->names()[i]);
    return plan;
}

History Trainer::fit(Trainable& model, const TensorList& x, const TensorList& y,
                     const FitOptions& options) {
    check(options);
    detail::FitSamples samples = detail::fit_samples(model, compiled(), x, y, options);
    if (compiled() && !compiled()->loss.empty()) resolve(model, samples.training.target_specs());
    Generator seeded(options.seed.value_or(0));
    const auto random = [&]() -> Generator& { return options.seed ? seeded : shuffling(); };
    Batches batches(std::move(samples.training), options.batch_size,
                    options.shuffle ? Batches::Random(random) : nullptr);
    if (options.steps_per_epoch > batches.count())
        fail<ValueError>("fit", "steps_per_epoch is ", options.steps_per_epoch, ", and x gives ",
                         batches.count(), " batches");
    return fit_feed(model, batches, validation_feed(model, options, std::move(samples.validation)),
                    options);
}

History Trainer::fit(Trainable& model, BatchSource source, const FitOptions& options) {
    check(options);
    if (options.validation_split > 0)
        fail<ValueError>("fit", "validation_split wants arrays: give validation_data");
    if (!options.class_weight.empty() || !options.sample_weight.list().empty())
        fail<ValueError>("fit", "weights come with the batches of a source, as x, y and weights");
    SourceFeed feed("fit", model, compiled(), std::move(source));
    resolve_for(model, feed.first());
    return fit_feed(model, feed, validation_feed(model, options, {}), options);
}

// What a training is measured on: samples that were split off, arrays or a source; perhaps nothing.
std::unique_ptr<Feed> Trainer::validation_feed(Trainable& model, const FitOptions& options,
                                               std::optional<Samples> split_off) const {
    const Index size =
        options.validation_batch_size > 0 ? options.validation_batch_size : options.batch_size;
    if (split_off) return std::make_unique<Batches>(std::move(*split_off), size);
    if (!options.validation_data) return nullptr;
    const ValidationData& given = *options.validation_data;
    if (given.source())
        return std::make_unique<SourceFeed>("fit", model, compiled(), *given.source());
    return std::make_unique<Batches>(detail::validation_samples(model, compiled(), given), size);
}

History Trainer::fit_feed(Trainable& model, Feed& training, std::unique_ptr<Feed> validation,
                          const FitOptions& options) {
    Epochs batches("fit", training, options.steps_per_epoch);
    std::optional<Epochs> held_out;
    if (validation) held_out.emplace("fit", *validation, options.validation_steps);
    History history;
    std::vector<Callback> all = with_progress(options);
    all.push_back(history.recorder());
    if (options.on_epoch_end) all.push_back(hook_of(options.on_epoch_end));
    if (options.resume.callback()) all.push_back(*options.resume.callback());
    const CallbackList callbacks(std::move(all));
    RunPlan plan = plan_of(model, options, batches.count(), validation != nullptr);
    plan.added = callbacks.logged();
    if (const Samples* const samples = validation ? validation->samples() : nullptr) {
        plan.validation_x = tensors_of(samples->x, samples->rows);
        plan.validation_y = tensors_of(samples->y, samples->rows);
    }
    Run run(model, options_ ? &options_->optimizer : nullptr, std::move(plan));
    // The history of the epochs that are whole stays, whatever ends the training.
    const auto keep = [&] {
        const SoleRecorder sole;
        history_ = history;
    };
    try {
        history.interrupted =
            run_epochs(model, batches, held_out ? &*held_out : nullptr, options, run, callbacks);
    } catch (...) {
        keep();
        throw;
    }
    keep();
    return history;
}

// Returns whether SIGINT has ended it. A callback may have it go on from where an earlier training
// was, be it within an epoch.
bool Trainer::run_epochs(Trainable& model, Epochs& training, Epochs* validation,
                         const FitOptions& options, Run& run, const CallbackList& callbacks) {
    const EagerIfCompiledSo eager(compiled());
    const std::shared_ptr<void> guard = options.guard ? options.guard() : nullptr;
    const detail::Interrupt interrupt;
    detail::EpochState now;
    run.begin_with(options.initial_epoch);
    std::unique_ptr<detail::Errands> errands;
    const auto finish_errands = [&] {
        if (errands) errands->finish();
    };
    const detail::TrainingParts parts{model, run, now, training, validation, callbacks, errands};
    run.set_parts(&parts);
    callbacks(detail::train_begin, run);
    while (now.begun || (run.next_epoch() < options.epochs && !run.stopped())) {
        if (!now.begun) begin_epoch(training, now, run, callbacks);
        train_epoch(model, training, now, run, callbacks);
        if (detail::Interrupt::noticed()) break;
        if (validation && options.validation_freq.holds(run.epoch())) {
            Logs logs = run.logs();
            const Logs measured = detail::in_validation(
                [&] { return test_epoch(model, *validation, run, callbacks); });
            for (const auto& [name, value] : measured) logs.add("val_" + name, value);
            run.set_logs(std::move(logs));
        }
        now = {};
        run.begin_with(run.epoch() + 1);
        callbacks(detail::epoch_end, run);
        if (detail::Interrupt::noticed()) break;
    }
    // The averages of the weights, where the optimiser keeps some.
    if (options_ && objective_) options_->optimizer.finalize_variable_values(objective_->weights());
    finish_errands();
    callbacks(detail::train_end, run);
    finish_errands();
    return detail::Interrupt::noticed();
}

void Trainer::begin_epoch(Epochs& batches, detail::EpochState& now, Run& run,
                          const CallbackList& callbacks) {
    run.begin_epoch(run.next_epoch());
    callbacks(detail::epoch_begin, run);
    batches.begin();
    now.begun = true;
}

void Trainer::train_epoch(Trainable& model, Epochs& batches, detail::EpochState& now, Run& run,
                          const CallbackList& callbacks) {
    run.set_running([&]() -> const Logs& { return now.averages.means(); });
    Index number = 0;  // of the batch, for errors
    try {
        while (now.step == 0 || !run.stopped()) {
            number = now.step + 1;
            if (!batches.next()) break;
            run.begin_batch(now.step);
            callbacks(detail::train_batch_begin, run);
            batches.feed().check_finite();
            {
                const StepStates carried(this, now.metrics, run.gradients_watched());
                now.averages.add(train_on(model, batches.batch(), callbacks, run),
                                 static_cast<double>(batches.batch().size()));
            }
            ++now.step;
            callbacks(detail::train_batch_end, run);
            if (detail::Interrupt::noticed()) break;
        }
    } catch (Error& e) {
        e.add_context(sentence("in epoch ", run.epoch() + 1, ", batch ", number));
        throw;
    }
    if (run.steps() == 0 && !run.stopped()) run.set_steps(now.step);
    run.set_logs(now.averages.means());
}

// A step of training. A loss that is no number ends it where a callback wants to see that.
Logs Trainer::train_on(Trainable& model, const Batch& batch, const CallbackList& callbacks,
                       Run& run) {
    try {
        return model.train_step(batch);
    } catch (const BadLoss&) {
        if (!callbacks.takes_bad_loss()) throw;
    }
    run.stop();
    const NoGrad no_grad;
    return model.test_step(batch);
}

// ---- evaluate, predict --------------------------------------------------------------------------

Logs Trainer::test_epoch(Trainable& model, Epochs& batches, Run& run,
                         const CallbackList& callbacks) {
    Averages averages;
    MetricStates states;
    run.set_running([&]() -> const Logs& { return averages.means(); });
    callbacks(detail::test_begin, run);
    batches.begin(true);
    for (Index step = 0; batches.next(); ++step) {
        run.begin_batch(step);
        callbacks(detail::test_batch_begin, run);
        {
            const NoGrad no_grad;
            const StepStates carried(this, states);
            averages.add(model.test_step(batches.batch()),
                         static_cast<double>(batches.batch().size()));
        }
        callbacks(detail::test_batch_end, run);
    }
    callbacks(detail::test_end, run);
    run.set_logs(averages.means());
    return averages.means();
}

Logs Trainer::evaluate(Trainable& model, const TensorList& x, const TensorList& y,
                       const EvaluateOptions& options) {
    const CompileOptions& how = this->options("evaluate", model);
    detail::check_batch_size("evaluate", options.batch_size);
    const Samples samples =
        detail::checked_samples("evaluate", model, &how, x, y, options.sample_weight);
    if (!how.loss.empty()) resolve(model, samples.target_specs());
    Batches batches(samples, options.batch_size);
    return evaluate_feed(model, batches, options);
}

Logs Trainer::evaluate(Trainable& model, BatchSource source, const EvaluateOptions& options) {
    const CompileOptions& how = this->options("evaluate", model);
    SourceFeed feed("evaluate", model, &how, std::move(source));
    resolve_for(model, feed.first());
    return evaluate_feed(model, feed, options);
}

Logs Trainer::evaluate_feed(Trainable& model, Feed& feed, const EvaluateOptions& options) {
    check_count("evaluate", "steps", options.steps);
    const EagerIfCompiledSo eager(compiled());
    Epochs batches("evaluate", feed, options.steps);
    const CallbackList callbacks(with_progress(options));
    Run run(model, &options_->optimizer, plan_for(Running::evaluate, options, batches.count()));
    return test_epoch(model, batches, run, callbacks);
}

std::vector<Tensor> Trainer::predict(Trainable& model, const TensorList& inputs,
                                     const PredictOptions& options) {
    detail::check_batch_size("predict", options.batch_size);
    if (inputs.list().empty()) fail<ValueError>("predict", "wants x, got an empty list");
    const std::vector<Tensor> x = inputs.in_order("predict", "x", model.input_names());
    model.ensure_built(specs_of(x));
    const Samples samples = inputs_of(x);
    if (samples.size() == 0) return nothing_of(model.outputs());
    Batches batches(samples, options.batch_size);
    return predict_feed(model, batches, options);
}

std::vector<Tensor> Trainer::predict(Trainable& model, BatchSource source,
                                     const PredictOptions& options) {
    SourceFeed feed("predict", model, nullptr, std::move(source));
    feed.first();
    return predict_feed(model, feed, options);
}

std::vector<Tensor> Trainer::predict_feed(Trainable& model, Feed& feed,
                                          const PredictOptions& options) {
    check_count("predict", "steps", options.steps);
    const NoGrad no_grad;
    const EagerIfCompiledSo eager(compiled());
    Epochs batches("predict", feed, options.steps);
    const CallbackList callbacks(with_progress(options));
    Run run(model, options_ ? &options_->optimizer : nullptr,
            plan_for(Running::predict, options, batches.count()));
    const auto step = [&](const std::vector<Tensor>& inputs) {
        const CallContext context;
        std::vector<Tensor> predictions = model(inputs, Mode::infer);
        shikumi::evaluate(predictions, context.updates());
        return predictions;
    };
    std::vector<detail::Rows> outputs(model.outputs().size());
    callbacks(detail::predict_begin, run);
    batches.begin(true);
    for (Index number = 0; batches.next(); ++number) {
        run.begin_batch(number);
        callbacks(detail::predict_batch_begin, run);
        std::vector<Tensor> predictions = predict_.call(step, batches.batch().x);
        for (std::size_t i = 0; i < predictions.size(); ++i) outputs[i].add(predictions[i].array());
        run.set_outputs(std::move(predictions));
        callbacks(detail::predict_batch_end, run);
    }
    callbacks(detail::predict_end, run);
    std::vector<Tensor> all;
    for (const detail::Rows& rows : outputs) all.emplace_back(rows.joined());
    return all;
}

// ---- single steps -------------------------------------------------------------------------------

Logs Trainer::train_on_batch(Trainable& model, const TensorList& x, const TensorList& y,
                             const OnBatchOptions& options) {
    Samples samples =
        detail::checked_samples("fit", model, compiled(), x, y, options.sample_weight);
    detail::weigh_classes(samples, model, compiled(), options.class_weight);
    const EagerIfCompiledSo eager(compiled());
    Batches batches(samples, samples.size());
    batches.next();
    batches.check_finite();
    return model.train_step(batches.batch());
}

Logs Trainer::test_on_batch(Trainable& model, const TensorList& x, const TensorList& y,
                            const TensorList& sample_weight) {
    const CompileOptions& how = options("evaluate", model);
    const Samples samples = detail::checked_samples("evaluate", model, &how, x, y, sample_weight);
    const EagerIfCompiledSo eager(&how);
    const NoGrad no_grad;
    Batches batches(samples, samples.size());
    batches.next();
    return model.test_step(batches.batch());
}

// Under StepStates that want them, the norms of the gradients are measured by the same step: it is
// recorded apart, so that others have nothing to do with them.
Logs Trainer::train_step(Trainable& model, const Batch& batch) {
    if (!model.trainable())
        fail<StateError>("fit", "model '", model.name(),
                         "' is frozen and would be trained: thaw it by set_trainable(true)");
    const std::shared_ptr<const Objective> objective = objective_for(model, batch, Mode::train);
    optim::Optimizer& optimizer = options_->optimizer;
    const auto step = [&](const Batch& inputs, const MetricStates& states, Tensor* norms) {
        Objective::Measured measured = objective->measure(model, inputs, states, Mode::train);
        Tensor& loss = measured.result.loss;
        std::vector<Tensor> gradients = optimizer.gradients(loss, objective->weights());
        if (norms) *norms = norms_of(gradients, optimizer.options());
        std::vector<Assignment> steps =
            optimizer.updates(objective->weights(), std::move(gradients));
        objective->constrain(steps);
        steps.insert(steps.end(), measured.updates.begin(), measured.updates.end());
        // Known before anything is assigned.
        loss = shikumi::detail::required<BadLoss>(loss, isfinite(loss), "fit", "the loss became");
        std::vector<Tensor> roots = measured.roots();
        if (norms) roots.push_back(*norms);
        shikumi::evaluate(roots, steps);
        return measured.result;
    };
    StepStates* const carried = StepStates::of(this);
    const MetricStates& states =
        carried && !carried->states().empty() ? carried->states() : objective->start();
    detail::StepResult result;
    if (carried && carried->norms()) {
        Tensor norms;
        std::tie(result, norms) = watched_.call(
            [&](const Batch& inputs, const MetricStates& start) {
                Tensor measured;
                detail::StepResult of_step = step(inputs, start, &measured);
                return std::pair(std::move(of_step), std::move(measured));
            },
            batch, states);
        *carried->norms() = named(objective->weights(), norms);
    } else {
        result =
            train_.call([&](const Batch& inputs,
                            const MetricStates& start) { return step(inputs, start, nullptr); },
                        batch, states);
    }
    Logs logs = objective->logs(result);
    if (carried) carried->states() = std::move(result.states);
    return logs;
}

Logs Trainer::test_step(Trainable& model, const Batch& batch) {
    const std::shared_ptr<const Objective> objective = objective_for(model, batch, Mode::infer);
    const auto step = [&](const Batch& inputs, const MetricStates& states) {
        const Objective::Measured measured = objective->measure(model, inputs, states, Mode::infer);
        shikumi::evaluate(measured.roots(), measured.updates);
        return measured.result;
    };
    StepStates* const carried = StepStates::of(this);
    detail::StepResult result =
        test_.call(step, batch,
                   carried && !carried->states().empty() ? carried->states() : objective->start());
    Logs logs = objective->logs(result);
    if (carried) carried->states() = std::move(result.states);
    return logs;
}

}  // namespace shikumi::nn

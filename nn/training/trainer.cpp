#include <shikumi/nn/training/trainer.hpp>

#include <unistd.h>

#include <algorithm>
#include <iostream>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/sole_recorder.hpp>
#include <shikumi/autograd/ops/comparison.hpp>
#include <shikumi/autograd/ops/detail/required.hpp>
#include <shikumi/nn/session.hpp>
#include <shikumi/nn/training/detail/averages.hpp>
#include <shikumi/nn/training/detail/objective.hpp>
#include <shikumi/nn/training/detail/rows.hpp>
#include <shikumi/nn/training/detail/samples.hpp>
#include <shikumi/nn/training/progress.hpp>

namespace shikumi::nn {

using detail::Averages;
using detail::Batches;
using detail::Objective;
using detail::Samples;
using shikumi::detail::SoleRecorder;

namespace {

// Where the options say so, operations are computed at once while this lives.
class EagerIfCompiledSo {
public:
    explicit EagerIfCompiledSo(const CompileOptions* options) {
        if (options && options->run_eagerly) eager_.emplace();
    }

private:
    std::optional<Eager> eager_;
};

void check(const FitOptions& options) {
    detail::check_batch_size("fit", options.batch_size);
    if (options.epochs < 0)
        fail<ValueError>("fit", "the number of epochs must not be negative, got ", options.epochs);
    if (!(options.validation_split >= 0 && options.validation_split < 1))
        fail<ValueError>("fit", "validation_split must lie in [0, 1), got ",
                         options.validation_split);
    if (options.verbose < 0 || options.verbose > 2)
        fail<ValueError>("fit", "verbose must be 0, 1 or 2, got ", options.verbose);
}

void shuffle(std::vector<Index>& rows, Generator& rng) {
    RandomStream numbers(rng.next());
    for (std::size_t left = rows.size(); left > 1; --left)
        std::swap(rows[left - 1], rows[numbers.below(static_cast<std::uint32_t>(left))]);
}

const Logs& train_epoch(Trainable& model, Batches& batches, int epoch, Averages& averages,
                        Progress& progress) {
    averages.restart();
    batches.restart();
    for (Index step = 1;; ++step) {
        try {
            if (!batches.next()) break;
            batches.check_finite();
            averages.add(model.train_step(batches.batch()),
                         static_cast<double>(batches.batch().size()));
        } catch (Error& e) {
            e.add_context(sentence("in epoch ", epoch + 1, ", batch ", step));
            throw;
        }
        if (progress.due(step)) progress.redraw(step, averages.means());
    }
    return averages.means();
}

const Logs& test_epoch(Trainable& model, Batches& batches, Averages& averages) {
    const NoGrad no_grad;
    averages.restart();
    batches.restart();
    while (batches.next())
        averages.add(model.test_step(batches.batch()), static_cast<double>(batches.batch().size()));
    return averages.means();
}

void record(History& history, const EpochLog& log) {
    history.epoch.push_back(log.epoch);
    for (const auto& [name, value] : log.logs) history.history[name].push_back(value);
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

}  // namespace

void Trainer::compile(Trainable& model, CompileOptions options) {
    if (model.built()) options.check_outputs("compile", model.output_names());
    if (!self_) self_ = std::make_shared<const int>();
    options.optimizer = options.optimizer.for_model(self_);
    options_ = std::move(options);
    objective_.reset();
    train_ = CapturedPrograms(predict_, {.memory_budget = options_->memory_budget});
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
void Trainer::resolve(Trainable& model) {
    const SoleRecorder sole;
    objective_ = std::make_shared<const Objective>(model, options("fit", model));
    train_.clear();
    test_.clear();
}

// Of a step, also without `fit` or `evaluate` before it. Another thread may replace it.
std::shared_ptr<const Objective> Trainer::objective_for(Trainable& model, const Batch& batch,
                                                        Mode mode) {
    const SoleRecorder sole;
    const bool stale = !objective_ || (mode == Mode::train && objective_->weights().empty());
    if (stale) {
        model.ensure_built(specs_of(batch.x));
        resolve(model);
    }
    return objective_;
}

History Trainer::fit(Trainable& model, const TensorList& x, const TensorList& y,
                     const FitOptions& options) {
    check(options);
    detail::FitSamples samples = detail::fit_samples(model, compiled(), x, y, options);
    Batches training(samples.training, options.batch_size);
    std::optional<Batches> validation;
    if (samples.validation) validation.emplace(*samples.validation, options.batch_size);
    if (compiled() && !compiled()->loss.empty()) resolve(model);

    Progress progress(options.out ? *options.out : std::cout,
                      !options.out && isatty(STDOUT_FILENO) == 1, options.verbose, options.epochs,
                      training.count());
    Generator seeded(options.seed.value_or(0));
    const EagerIfCompiledSo eager(compiled());
    History history;
    history.params = {options.verbose, options.epochs, training.count()};
    Averages trained, validated;
    EpochLog log{};
    for (int epoch = 0; epoch < options.epochs; ++epoch) {
        progress.begin_epoch(epoch);
        if (options.shuffle) {
            const SoleRecorder sole;
            shuffle(samples.training.rows, options.seed ? seeded : shuffling());
        }
        log.epoch = epoch;
        log.logs = train_epoch(model, training, epoch, trained, progress);
        if (validation) {
            const Logs& means = detail::in_validation(
                [&]() -> const Logs& { return test_epoch(model, *validation, validated); });
            for (const auto& [name, value] : means) log.logs.add("val_" + name, value);
        }
        progress.end_epoch(log.logs);
        record(history, log);
        if (options.on_epoch_end) options.on_epoch_end(log);
        if (log.stop) break;
    }
    return history;
}

Generator& Trainer::shuffling() {
    if (!shuffling_) shuffling_ = next_generator();
    return *shuffling_;
}

Logs Trainer::evaluate(Trainable& model, const TensorList& x, const TensorList& y,
                       Index batch_size) {
    const CompileOptions& how = options("evaluate", model);
    detail::check_batch_size("evaluate", batch_size);
    const Samples samples = detail::checked_samples("evaluate", model, &how, x, y);
    if (!how.loss.empty()) resolve(model);
    const EagerIfCompiledSo eager(&how);
    Batches batches(samples, batch_size);
    Averages averages;
    return test_epoch(model, batches, averages);
}

std::vector<Tensor> Trainer::predict(Trainable& model, const std::vector<Tensor>& x,
                                     Index batch_size) {
    detail::check_batch_size("predict", batch_size);
    if (x.empty()) fail<ValueError>("predict", "wants x, got an empty list");
    model.ensure_built(specs_of(x));
    const NoGrad no_grad;
    const EagerIfCompiledSo eager(compiled());
    const Samples samples = inputs_of(x);
    std::vector<Array> outputs;
    for (const Spec& spec : model.outputs())
        outputs.emplace_back(Spec{spec.shape.with_front(samples.size()), spec.dtype});
    const auto step = [&](const std::vector<Tensor>& inputs) {
        const CallContext context;
        std::vector<Tensor> predictions = model(inputs, Mode::infer);
        shikumi::evaluate(predictions, context.updates());
        return predictions;
    };
    Batches batches(samples, batch_size);
    for (Index first = 0; batches.next(); first += batches.batch().size()) {
        const std::vector<Tensor> predictions = predict_.call(step, batches.batch().x);
        for (std::size_t i = 0; i < predictions.size(); ++i)
            detail::put(predictions[i].array(), outputs[i], first);
    }
    return {outputs.begin(), outputs.end()};
}

Logs Trainer::train_step(Trainable& model, const Batch& batch) {
    if (!model.trainable())
        fail<StateError>("fit", "model '", model.name(),
                         "' is frozen and would be trained: thaw it by set_trainable(true)");
    const std::shared_ptr<const Objective> objective = objective_for(model, batch, Mode::train);
    const auto step = [&](const Batch& inputs) {
        Objective::Measured measured = objective->measure(model, inputs, Mode::train);
        std::vector<Assignment> steps =
            options_->optimizer.minimize(measured.result.loss, objective->weights());
        objective->constrain(steps);
        steps.insert(steps.end(), measured.updates.begin(), measured.updates.end());
        Tensor& loss = measured.result.loss;  // known before anything is assigned
        loss =
            shikumi::detail::required<ValueError>(loss, isfinite(loss), "fit", "the loss became");
        shikumi::evaluate(measured.roots(), steps);
        return measured.result;
    };
    return objective->logs(train_.call(step, batch));
}

Logs Trainer::test_step(Trainable& model, const Batch& batch) {
    const std::shared_ptr<const Objective> objective = objective_for(model, batch, Mode::infer);
    const auto step = [&](const Batch& inputs) {
        const Objective::Measured measured = objective->measure(model, inputs, Mode::infer);
        shikumi::evaluate(measured.roots(), measured.updates);
        return measured.result;
    };
    return objective->logs(test_.call(step, batch));
}

}  // namespace shikumi::nn

// fit and evaluate: data → batches → one evaluation a step.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <iostream>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/detail/rows.hpp>
#include <shikumi/nn/model.hpp>
#include <shikumi/nn/progress.hpp>
#include <shikumi/nn/session.hpp>

namespace shikumi::nn {

namespace {

using Rows = std::span<const Index>;

struct Data {
    std::vector<Array> x, y;
    std::optional<Array> weights = {};  // of the samples' losses

    Index size() const { return x.front().shape().front(); }
};

std::vector<Spec> specs_of(const std::vector<Tensor>& tensors) {
    std::vector<Spec> specs;
    for (const Tensor& t : tensors) specs.push_back(t.spec());
    return specs;
}

double number(const Tensor& scalar) {
    return dispatch_floating(scalar.dtype(),
                             [&]<class T>() { return static_cast<double>(scalar.data<T>()[0]); });
}

// Running means of what steps report, weighted by the size of the batches.
class Averages {
public:
    void add(const Logs& logs, Index samples) {
        std::size_t i = 0;
        for (const auto& [name, value] : logs) {
            if (i == sums_.size()) {
                names_.push_back(name);
                sums_.push_back(0);
            }
            sums_[i++] += value * static_cast<double>(samples);
        }
        samples_ += static_cast<double>(samples);
    }
    Logs logs() const {
        Logs logs;
        for (std::size_t i = 0; i < names_.size(); ++i) logs.add(names_[i], sums_[i] / samples_);
        return logs;
    }

private:
    std::vector<std::string> names_;
    std::vector<double> sums_;
    double samples_ = 0;
};

void check_labels(std::string_view caller, const Array& labels, Index classes) {
    const auto values = labels.data<std::int64_t>();
    const auto wrong = std::find_if(values.begin(), values.end(),
                                    [&](std::int64_t l) { return l < 0 || l >= classes; });
    if (wrong != values.end())
        fail<ValueError>(caller, "label ", *wrong, " of sample ",
                         (wrong - values.begin()) * labels.shape().front() / labels.size(),
                         " lies outside the ", classes, " classes 0 to ", classes - 1);
}

Array checked_targets(std::string_view caller, const Loss& loss, const Tensor& y,
                      const Spec& output) {
    const Tensor predictions = zeros(output.shape.with_front(y.shape().front()),
                                     output.dtype);  // its shape only
    switch (loss.targets()) {
        case Targets::like_predictions:
            return match_targets(loss.name(), y, predictions).array();
        case Targets::class_indices: {
            const Array labels = match_labels(loss.name(), y, predictions).array();
            check_labels(caller, labels, output.shape.back());
            return labels;
        }
        case Targets::as_given:
            break;
    }
    return y.array();
}

Data prepare(std::string_view caller, Model& model, const std::vector<Loss>& losses,
             const Batches& inputs, const Batches& targets) {
    const std::vector<Tensor>&x = inputs.list(), &y = targets.list();
    if (x.empty() || y.empty()) fail<ValueError>(caller, "wants x and y");
    std::vector<Tensor> all = x;
    all.insert(all.end(), y.begin(), y.end());
    for (const Tensor& t : all) {
        if (t.rank() == 0)
            fail<ShapeError>(caller, "x and y want a first axis of samples, got ",
                             x.front().shape(), " and ", y.front().shape());
        if (t.shape().front() != x.front().shape().front())
            fail<ShapeError>(caller, "x has ", x.front().shape().front(), " samples and y ",
                             t.shape().front());
    }
    if (x.front().shape().front() == 0)
        fail<ValueError>(caller, "there are no samples: x is ", x.front().shape());

    model.ensure_ready(specs_of(x));
    const std::vector<Spec>& outputs = model.outputs();
    if (losses.size() > 1 && losses.size() != outputs.size())
        fail<ValueError>(caller, "the model has ", outputs.size(), " outputs and ", losses.size(),
                         " losses");
    if (!losses.empty() && y.size() != outputs.size())
        fail<ValueError>(caller, "the model has ", outputs.size(), " outputs and y ", y.size(),
                         " tensors");
    Data data;
    for (const Tensor& t : x) data.x.push_back(t.array());
    for (std::size_t i = 0; i < y.size(); ++i) {
        data.y.push_back(
            losses.empty()
                ? y[i].array()
                : checked_targets(caller, losses[losses.size() == 1 ? 0 : i], y[i], outputs[i]));
    }
    return data;
}

// The class of each sample: its label, its largest entry, or for a single output whether it is 1.
std::vector<Index> classes_of(const Array& targets) {
    const Tensor y{targets};
    if (is_integer(y.dtype()) && y.rank() == 1) return y.to_vector<Index>();
    if (y.rank() > 2)
        fail<ValueError>("fit", "class_weight wants one class a sample, the targets are ",
                         y.spec());
    if (y.rank() == 1 || y.shape().back() == 1) return (y > 0.5).cast(i64).to_vector<Index>();
    return argmax(y, -1).to_vector<Index>();
}

Array sample_weights(const Array& targets, const std::map<int, double>& class_weight, DType dtype) {
    for (const auto& [label, weight] : class_weight) {
        if (label < 0 || !(weight >= 0) || !std::isfinite(weight))
            fail<ValueError>("fit", "class_weight gives ", weight, " for class ", label,
                             ": wanted classes from 0 and weights >= 0");
    }
    const std::vector<Index> classes = classes_of(targets);
    std::vector<double> weights(classes.size(), 1.0);
    for (std::size_t i = 0; i < classes.size(); ++i) {
        const auto found = class_weight.find(static_cast<int>(classes[i]));
        if (found != class_weight.end()) weights[i] = found->second;
    }
    return tensor(weights).cast(dtype).array();
}

Tensor checked_rows(const Array& from, Rows rows, const char* what) {
    const Array batch = detail::gather(from, rows);
    if (const Index bad = detail::non_finite_row(batch); bad >= 0)
        fail<ValueError>("fit", what, " holds NaN or infinity in sample ",
                         rows[static_cast<std::size_t>(bad)]);
    return Tensor(batch);
}

Batch checked_batch(const Data& data, Rows rows) {
    Batch batch;
    for (const Array& x : data.x) batch.x.push_back(checked_rows(x, rows, "x"));
    for (const Array& y : data.y) batch.y.push_back(checked_rows(y, rows, "y"));
    if (data.weights) batch.weights = Tensor(detail::gather(*data.weights, rows));
    return batch;
}

Logs train_epoch(Model& model, const Data& data, Rows order, Index batch_size, int epoch,
                 Progress& progress) {
    Averages averages;
    Index step = 0;
    for (const Rows rows : detail::batches(order, batch_size)) {
        ++step;
        try {
            averages.add(model.train_step(checked_batch(data, rows)),
                         static_cast<Index>(rows.size()));
        } catch (Error& e) {
            e.add_context(sentence("in epoch ", epoch + 1, ", batch ", step));
            throw;
        }
        if (progress.due(step)) progress.redraw(step, averages.logs());
    }
    return averages.logs();
}

Logs test(Model& model, const Data& data, Rows order, Index batch_size) {
    const NoGrad no_grad;
    Averages averages;
    for (const Rows rows : detail::batches(order, batch_size)) {
        Batch batch;
        for (const Array& x : data.x) batch.x.emplace_back(detail::gather(x, rows));
        for (const Array& y : data.y) batch.y.emplace_back(detail::gather(y, rows));
        averages.add(model.test_step(batch), batch.size());
    }
    return averages.logs();
}

void constrain(std::vector<Assignment>& steps, const std::vector<Weight>& constrained) {
    for (const Weight& w : constrained) {
        const auto step = std::find_if(steps.begin(), steps.end(), [&](const Assignment& a) {
            return a.parameter == w.parameter;
        });
        if (step != steps.end()) step->value = w.options.constraint(step->value);
    }
}

void shuffle(std::vector<Index>& rows, Generator& rng) {
    RandomStream numbers(rng.next());
    for (std::size_t left = rows.size(); left > 1; --left)
        std::swap(rows[left - 1], rows[numbers.below(static_cast<std::uint32_t>(left))]);
}

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

}  // namespace

struct Model::Measured {
    std::vector<Tensor> values;  // the loss, then what else is shown: means over the batch
    std::vector<std::string> names;
    std::vector<Assignment> updates;

    Logs logs() const {
        Logs logs;
        for (std::size_t i = 0; i < names.size(); ++i) logs.add(names[i], number(values[i]));
        return logs;
    }
};

Model::Measured Model::measure(const Batch& batch, Mode mode) {
    const CompileOptions& how = compiled("fit");
    const std::vector<Loss>& losses = how.loss.list();
    if (losses.empty()) fail<StateError>("fit", "model '", name(), "' was compiled without a loss");
    const Pass pass;
    const std::vector<Tensor> predictions = (*this)(batch.x, mode);
    if (predictions.size() != batch.y.size())
        fail<ValueError>("fit", "the model has ", predictions.size(), " outputs and y ",
                         batch.y.size(), " tensors");
    Measured measured;
    Tensor total;
    for (std::size_t i = 0; i < predictions.size(); ++i) {
        const Loss& of = losses[losses.size() == 1 ? 0 : i];
        Tensor loss = of(batch.y[i], predictions[i]);
        if (loss.shape() != Shape{batch.size()})
            fail<ShapeError>(of.name(), "gave ", loss.shape(), ", wanted one number for each of ",
                             batch.size(), " samples");
        if (batch.weights.defined()) loss = loss * batch.weights;
        loss = mean(loss);
        total = total.defined() ? total + loss : loss;
        if (predictions.size() == 1) break;
        measured.names.push_back(sentence("output_", i + 1, "_loss"));
        measured.values.push_back(loss);
    }
    for (const Weight& w : regularized_) total = total + w.options.regularizer(w.parameter);
    for (const Tensor& added : pass.losses()) total = total + added;
    measured.names.insert(measured.names.begin(), "loss");
    measured.values.insert(measured.values.begin(), total);
    for (const Metric& metric : how.metrics) {
        measured.names.push_back(metric.name());
        measured.values.push_back(mean(metric(batch.y.front(), predictions.front())));
    }
    measured.updates = pass.updates();
    return measured;
}

void Model::sort_weights() {
    trainable_.clear();
    constrained_.clear();
    regularized_.clear();
    for (const Weight& w : described_weights()) {
        if (!w.parameter.trainable()) continue;
        trainable_.push_back(w.parameter);
        if (w.options.constraint) constrained_.push_back(w);
        if (w.options.regularizer) regularized_.push_back(w);
    }
}

// Forward pass, loss, metrics, gradients and new weights: recorded, then evaluated as one graph.
Logs Model::train_step(const Batch& batch) {
    if (!trainable())
        fail<StateError>("fit", "model '", name(),
                         "' is frozen and would be trained: thaw it by set_trainable(true)");
    if (trainable_.empty()) {  // a step of its own, without fit
        ensure_ready(specs_of(batch.x));
        sort_weights();
    }
    auto [values, names, updates] = measure(batch, Mode::train);
    std::vector<Assignment> steps = optimizer().minimize(values.front(), trainable_);
    constrain(steps, constrained_);
    steps.insert(steps.end(), updates.begin(), updates.end());
    updates.clear();
    shikumi::evaluate(values, steps);
    if (const double loss = number(values.front()); !std::isfinite(loss))
        fail<ValueError>("fit", "the loss became ", loss);
    return Measured{std::move(values), std::move(names), {}}.logs();
}

Logs Model::test_step(const Batch& batch) {
    const Measured measured = measure(batch, Mode::infer);
    shikumi::evaluate(measured.values, measured.updates);
    return measured.logs();
}

Generator& Model::shuffling() {
    if (!shuffling_) shuffling_ = next_generator();
    return *shuffling_;
}

History Model::fit(const Batches& x, const Batches& y, const FitOptions& options) {
    CompileOptions& how = compiled("fit");
    check(options);
    Data data = prepare("fit", *this, how.loss.list(), x, y);
    if (!options.class_weight.empty())
        data.weights = sample_weights(data.y.front(), options.class_weight, output().dtype);

    std::vector<Index> order = detail::in_order(0, data.size());
    std::vector<Index> held_out;
    Data validation = data;
    if (options.validation_data) {
        validation = prepare("fit", *this, how.loss.list(), options.validation_data->first,
                             options.validation_data->second);
        held_out = detail::in_order(0, validation.size());
    } else if (options.validation_split > 0) {
        const auto kept = static_cast<Index>(
            std::floor(static_cast<double>(data.size()) * (1 - options.validation_split)));
        if (kept == 0)
            fail<ValueError>("fit", "validation_split ", options.validation_split, " of ",
                             data.size(), " samples leaves none to train on");
        held_out = detail::in_order(kept, data.size());
        order.resize(static_cast<std::size_t>(kept));
    }

    const auto samples = static_cast<Index>(order.size());
    const Index steps = (samples + options.batch_size - 1) / options.batch_size;
    Progress progress(options.out ? *options.out : std::cout,
                      !options.out && isatty(STDOUT_FILENO) == 1, options.verbose, options.epochs,
                      steps);
    Generator own_rng(options.seed.value_or(0));
    sort_weights();
    History history;
    history.params = {options.verbose, options.epochs, steps};

    for (int epoch = 0; epoch < options.epochs; ++epoch) {
        progress.begin_epoch(epoch);
        if (options.shuffle) shikumi::nn::shuffle(order, options.seed ? own_rng : shuffling());
        EpochLog log{epoch, train_epoch(*this, data, order, options.batch_size, epoch, progress)};
        if (!held_out.empty()) {
            for (const auto& [name, value] : test(*this, validation, held_out, options.batch_size))
                log.logs.add("val_" + name, value);
        }
        progress.end_epoch(log.logs);

        history.epoch.push_back(epoch);
        for (const auto& [name, value] : log.logs) history.history[name].push_back(value);
        if (options.on_epoch_end) options.on_epoch_end(log);
        if (log.stop) break;
    }
    return history;
}

Logs Model::evaluate(const Batches& x, const Batches& y, Index batch_size) {
    CompileOptions& how = compiled("evaluate");
    detail::check_batch_size("evaluate", batch_size);
    const Data data = prepare("evaluate", *this, how.loss.list(), x, y);
    sort_weights();
    return test(*this, data, detail::in_order(0, data.size()), batch_size);
}

}  // namespace shikumi::nn

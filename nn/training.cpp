// fit and evaluate: data → batches → one evaluation a step.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <iostream>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>
#include <shikumi/nn/detail/rows.hpp>
#include <shikumi/nn/progress.hpp>
#include <shikumi/nn/sequential.hpp>

namespace shikumi::nn {

namespace {

using Rows = std::span<const Index>;

struct Data {
    Array x, y;
    std::optional<Array> weights = {};  // of the samples' losses

    Index size() const { return x.shape().front(); }
};

struct Batch {
    Tensor x, y, weights;

    double size() const { return static_cast<double>(x.shape().front()); }
};

double number(const Tensor& scalar) {
    return dispatch_floating(scalar.dtype(),
                             [&]<class T>() { return static_cast<double>(scalar.data<T>()[0]); });
}

// Running means of loss and metrics, weighted by the size of the batches.
class Averages {
public:
    explicit Averages(const CompileOptions& how) : names_{"loss"} {
        for (const Metric& m : how.metrics) names_.push_back(m.name());
        sums_.resize(names_.size());
    }
    void add(std::span<const Tensor> values, double samples) {
        for (std::size_t i = 0; i < values.size(); ++i) sums_[i] += number(values[i]) * samples;
        samples_ += samples;
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

Data prepare(std::string_view caller, Sequential& model, const Loss& loss, const Tensor& x,
             const Tensor& y) {
    if (x.rank() == 0 || y.rank() == 0)
        fail<ShapeError>(caller, "x and y want a first axis of samples, got ", x.shape(), " and ",
                         y.shape());
    const Index samples = x.shape().front();
    if (y.shape().front() != samples)
        fail<ShapeError>(caller, "x has ", samples, " samples and y ", y.shape().front());
    if (samples == 0) fail<ValueError>(caller, "there are no samples: x is ", x.shape());

    model.build(x.spec());
    const Spec output = model.output();
    const Tensor predictions =
        zeros(output.shape.with_front(samples), output.dtype);  // its shape only
    switch (loss.targets()) {
        case Targets::like_predictions:
            return {x.array(), match_targets(loss.name(), y, predictions).array()};
        case Targets::class_indices: {
            const Array labels = match_labels(loss.name(), y, predictions).array();
            check_labels(caller, labels, output.shape.back());
            return {x.array(), labels};
        }
        case Targets::as_given:
            break;
    }
    return {x.array(), y.array()};
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
    return {checked_rows(data.x, rows, "x"), checked_rows(data.y, rows, "y"),
            data.weights ? Tensor(detail::gather(*data.weights, rows)) : Tensor()};
}

// What one model is trained and measured by.
class Training {
public:
    Training(Sequential& model, CompileOptions& how) : model_(model), how_(how) {
        for (const Weight& w : model.described_weights()) {
            if (!w.parameter.trainable()) continue;
            trainable_.push_back(w.parameter);
            if (w.options.constraint) constrained_.push_back(w);
            if (w.options.regularizer) regularized_.push_back(w);
        }
    }

    Logs train_epoch(const Data& data, Rows order, Index batch_size, int epoch,
                     Progress& progress) {
        Averages averages(how_);
        Index step = 0;
        for (const Rows rows : detail::batches(order, batch_size)) {
            ++step;
            try {
                train_step(checked_batch(data, rows), averages);
            } catch (Error& e) {
                e.add_context(sentence("in epoch ", epoch + 1, ", batch ", step));
                throw;
            }
            if (progress.due(step)) progress.redraw(step, averages.logs());
        }
        return averages.logs();
    }

    Logs evaluate(const Data& data, Rows order, Index batch_size) {
        const NoGrad no_grad;
        Averages averages(how_);
        for (const Rows rows : detail::batches(order, batch_size)) {
            const Batch batch{
                Tensor(detail::gather(data.x, rows)), Tensor(detail::gather(data.y, rows)), {}};
            const auto [values, updates] = measure(batch, Mode::infer);
            shikumi::evaluate(values, updates);
            averages.add(values, batch.size());
        }
        return averages.logs();
    }

private:
    // Forward pass, loss, metrics, gradients and new weights: recorded, then evaluated as one
    // graph.
    void train_step(const Batch& batch, Averages& averages) {
        auto [values, updates] = measure(batch, Mode::train);
        std::vector<Assignment> steps = how_.optimizer.updates(
            trainable_,
            grad(values.front(), std::vector<Tensor>(trainable_.begin(), trainable_.end())));
        constrain(steps);
        updates.insert(updates.end(), steps.begin(), steps.end());
        steps.clear();
        shikumi::evaluate(values, updates);
        if (const double loss = number(values.front()); !std::isfinite(loss))
            fail<ValueError>("fit", "the loss became ", loss);
        averages.add(values, batch.size());
    }

    void constrain(std::vector<Assignment>& steps) const {
        for (const Weight& w : constrained_) {
            const auto step = std::find_if(steps.begin(), steps.end(), [&](const Assignment& a) {
                return a.parameter == w.parameter;
            });
            if (step != steps.end()) step->value = w.options.constraint(step->value);
        }
    }

    struct Measured {
        std::vector<Tensor> values;  // the loss, then the metrics: means over the batch
        std::vector<Assignment> updates;
    };

    Measured measure(const Batch& batch, Mode mode) {
        const Pass pass;
        const Tensor predictions = model_(batch.x, mode);
        Tensor loss = how_.loss(batch.y, predictions);
        if (loss.shape() != Shape{batch.x.shape().front()})
            fail<ShapeError>(how_.loss.name(), "gave ", loss.shape(),
                             ", wanted one number for each of ", batch.x.shape().front(),
                             " samples");
        if (batch.weights.defined()) loss = loss * batch.weights;

        Tensor total = mean(loss);
        for (const Weight& w : regularized_) total = total + w.options.regularizer(w.parameter);
        for (const Tensor& added : pass.losses()) total = total + added;
        std::vector<Tensor> values{total};
        for (const Metric& metric : how_.metrics)
            values.push_back(mean(metric(batch.y, predictions)));
        return {std::move(values), pass.updates()};
    }

    Sequential& model_;
    CompileOptions& how_;
    std::vector<Parameter> trainable_;
    std::vector<Weight> constrained_, regularized_;
};

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

History Sequential::fit(const Tensor& x, const Tensor& y, const FitOptions& options) {
    CompileOptions& how = compiled("fit");
    check(options);
    Data data = prepare("fit", *this, how.loss, x, y);
    if (!options.class_weight.empty())
        data.weights = sample_weights(data.y, options.class_weight, output().dtype);

    std::vector<Index> order = detail::in_order(0, data.size());
    std::vector<Index> held_out;
    Data validation = data;
    if (options.validation_data) {
        validation = prepare("fit", *this, how.loss, options.validation_data->first,
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
    Training training(*this, how);
    History history;
    history.params = {options.verbose, options.epochs, steps};

    for (int epoch = 0; epoch < options.epochs; ++epoch) {
        progress.begin_epoch(epoch);
        if (options.shuffle) shikumi::nn::shuffle(order, options.seed ? own_rng : rng_);
        EpochLog log{epoch, training.train_epoch(data, order, options.batch_size, epoch, progress)};
        if (!held_out.empty()) {
            for (const auto& [name, value] :
                 training.evaluate(validation, held_out, options.batch_size))
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

Logs Sequential::evaluate(const Tensor& x, const Tensor& y, Index batch_size) {
    CompileOptions& how = compiled("evaluate");
    detail::check_batch_size("evaluate", batch_size);
    const Data data = prepare("evaluate", *this, how.loss, x, y);
    return Training(*this, how).evaluate(data, detail::in_order(0, data.size()), batch_size);
}

}  // namespace shikumi::nn

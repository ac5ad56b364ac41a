// fit and evaluate: data → batches → one evaluation a step.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <iostream>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/detail/logits.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/models/model.hpp>
#include <shikumi/nn/session.hpp>
#include <shikumi/nn/training/detail/rows.hpp>
#include <shikumi/nn/training/progress.hpp>

namespace shikumi::nn {

namespace {

using shikumi::detail::logits_of_sigmoid;
using shikumi::detail::logits_of_softmax;

using Rows = std::span<const Index>;

struct Data {
    std::vector<Array> x, y;
    std::optional<Array> weights = {};  // of the samples' losses

    Index size() const { return x.front().shape().front(); }
};

double number(const Tensor& scalar) {
    return dispatch_floating(scalar.dtype(),
                             [&]<class T>() { return static_cast<double>(scalar.data<T>()[0]); });
}

// Running means of what steps report, weighted by the size of the batches.
class Averages {
public:
    void restart() { std::fill(sums_.begin(), sums_.end(), Sum{}); }
    void add(const Logs& logs, double samples) {
        std::size_t i = 0;
        for (const auto& [name, value] : logs) {
            if (i == sums_.size()) {
                sums_.emplace_back();
                means_.add(name, 0);
            }
            const double count = logs.count(i, samples);
            if (count > 0) sums_[i].values += value * count;
            sums_[i++].count += count;
        }
    }
    const Logs& means() {
        for (std::size_t i = 0; i < sums_.size(); ++i)
            means_.set(i, sums_[i].count > 0 ? sums_[i].values / sums_[i].count : 0);
        return means_;
    }

private:
    struct Sum {
        double values = 0, count = 0;
    };
    std::vector<Sum> sums_;
    Logs means_;
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

Data prepare(std::string_view caller, Model& model, const CompileOptions* how,
             const Batches& inputs, const Batches& targets) {
    const std::vector<Tensor>&x = inputs.list(), &y = targets.list();
    const bool measured = how && !how->loss.empty();
    if (x.empty()) fail<ValueError>(caller, "wants x");
    if (y.empty() && measured) fail<ValueError>(caller, "wants x and y");
    std::vector<Tensor> all = x;
    all.insert(all.end(), y.begin(), y.end());
    for (const Tensor& t : all) {
        if (t.rank() == 0)
            fail<ShapeError>(caller, "x and y want a first axis of samples, got a scalar");
        if (t.shape().front() != x.front().shape().front())
            fail<ShapeError>(caller, "x has ", x.front().shape().front(), " samples and y ",
                             t.shape().front());
    }
    if (x.front().shape().front() == 0)
        fail<ValueError>(caller, "there are no samples: x is ", x.front().shape());

    model.ensure_built(specs_of(x));
    const std::vector<Spec>& outputs = model.outputs();
    if (measured && y.size() != outputs.size())
        fail<ValueError>(caller, "the model has ", outputs.size(), " outputs and y ", y.size(),
                         " tensors");
    Data data;
    for (const Tensor& t : x) data.x.push_back(t.array());
    for (std::size_t i = 0; i < y.size(); ++i) {
        const Loss* loss = measured ? how->loss.of(i, model.output_names()) : nullptr;
        data.y.push_back(loss ? checked_targets(caller, *loss, y[i], outputs[i]) : y[i].array());
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

// (batch, time, …) as (batch · time, …). A softmax or sigmoid is still the last thing done: losses
// look for it.
Tensor each_step(const Tensor& x) {
    if (const Tensor logits = logits_of_softmax(x); logits.defined())
        return softmax(each_step(logits), -1);
    if (const Tensor logits = logits_of_sigmoid(x); logits.defined())
        return sigmoid(each_step(logits));
    const Shape::Sizes sizes = x.shape().sizes();
    return reshape(x, batch_of(sizes[0] * sizes[1],
                               Shape(std::span<const Index>(sizes.begin() + 2, sizes.end()))));
}

// What a loss or a metric gives: a number for each sample, (N,); under a mask (N, time) one for
// each step, (N, time), or (N, 1) where targets or predictions have no steps.
template <class F>
Tensor numbers(const F& of, const Tensor& targets, const Tensor& predictions, const Tensor& mask) {
    const auto checked = [&](const Tensor& values, Index count) {
        if (values.shape() != Shape{count})
            fail<ShapeError>(of.name(), "gave ", values.shape(), ", wanted one number for each of ",
                             count, " samples");
        return values;
    };
    const Index samples = predictions.shape().front();
    if (!mask.defined()) return checked(of(targets, predictions), samples);
    const Shape& steps = mask.shape();
    if (predictions.rank() < 3 || targets.rank() < 2 ||
        Shape{targets.shape()[0], targets.shape()[1]} != steps)
        return expand_dims(checked(of(targets, predictions), samples), 1);
    return reshape(checked(of(each_step(targets), each_step(predictions)), steps.size()), steps);
}

// The mean as Keras 3 takes it: masked steps count nothing, the others by so much more.
Tensor mean_loss(const Tensor& losses, Tensor weights, const Tensor& mask) {
    if (mask.defined()) {
        Tensor share = mask.cast(losses.dtype());
        share = share * (static_cast<double>(mask.size()) / (sum(share) + 1e-7));
        weights = weights.defined() ? expand_dims(weights, 1) * share : share;
    }
    return mean(weights.defined() ? losses * weights : losses);
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

// The same batch, of these tensors.
Batch batch_like(const Batch& batch, const std::vector<Tensor>& inputs) {
    Batch like;
    const auto targets = inputs.begin() + static_cast<std::ptrdiff_t>(batch.x.size());
    const auto weights = targets + static_cast<std::ptrdiff_t>(batch.y.size());
    like.x.assign(inputs.begin(), targets);
    like.y.assign(targets, weights);
    if (batch.weights.defined()) like.weights = *weights;
    return like;
}

}  // namespace

struct Model::Measured {
    std::vector<Tensor> values;  // the loss, then what else is shown: means over the batch
    // Where masks leave steps out, the place among the values of how many are left; 0 elsewhere.
    std::vector<std::size_t> counted_by;
    std::vector<Assignment> updates;
};

// What is measured, under which names, and which weights learn, are penalised, are constrained.
void Model::arrange() {
    const CompileOptions& how = compiled("fit");
    if (how.loss.empty())
        fail<StateError>("fit", "model '", name(), "' was compiled without a loss");
    check_outputs("fit", how);
    const std::vector<std::string>& names = output_names();
    measured_outputs_.clear();
    shown_ = {"loss"};
    for (std::size_t i = 0; i < names.size(); ++i) {
        const double* weight = how.loss_weights.of(i, names);
        measured_outputs_.push_back(
            {how.loss.of(i, names), weight ? *weight : 1, &how.metrics.of(i, names)});
        if (names.size() > 1 && measured_outputs_.back().loss) shown_.push_back(names[i] + "_loss");
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
        for (const Metric& metric : *measured_outputs_[i].metrics)
            shown_.push_back(sentence(names.size() > 1 ? names[i] + '_' : "", metric.name()));
    }
    spare_ = {};
    training_.clear();
    testing_.clear();
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

Model::Measured Model::measure(const Batch& batch, Mode mode) {
    const bool nothing_learns = mode == Mode::train && trainable_.empty();
    if (measured_outputs_.empty() || nothing_learns) {  // a step of its own, without fit
        ensure_built(specs_of(batch.x));
        arrange();
    }
    const CallContext pass;
    const std::vector<Tensor> predictions = (*this)(batch.x, mode);
    if (predictions.size() != batch.y.size())
        fail<ValueError>("fit", "the model has ", predictions.size(), " outputs and y ",
                         batch.y.size(), " tensors");
    Measured measured;
    Tensor total;
    std::vector<Tensor> counts;
    measured.values.reserve(shown_.size());
    measured.values.emplace_back();
    for (std::size_t i = 0; i < predictions.size(); ++i) {
        const Output& of = measured_outputs_[i];
        if (!of.loss) continue;
        const Tensor mask = pass.mask_of(predictions[i]);
        Tensor loss =
            mean_loss(numbers(*of.loss, batch.y[i], predictions[i], mask), batch.weights, mask);
        if (predictions.size() > 1) measured.values.push_back(loss);
        if (of.weight != 1) loss = loss * of.weight;
        total = total.defined() ? total + loss : loss;
    }
    for (const Weight& w : regularized_) total = total + w.options.regularizer(w.parameter);
    for (const Tensor& added : pass.losses()) total = total + added;
    measured.values.front() = total;
    for (std::size_t i = 0; i < predictions.size(); ++i) {
        for (const Metric& metric : *measured_outputs_[i].metrics) {
            const Tensor mask = pass.mask_of(predictions[i]);
            Tensor values = numbers(metric, batch.y[i], predictions[i], mask);
            if (mask.defined()) {
                const Tensor counted = mask.cast(values.dtype());
                measured.counted_by.resize(measured.values.size());
                measured.counted_by.push_back(shown_.size() + counts.size());
                counts.push_back(sum(counted));
                values = sum(values * counted) / maximum(counts.back(), 1);
            } else {
                values = mean(values);
            }
            measured.values.push_back(values);
        }
    }
    measured.values.insert(measured.values.end(), counts.begin(), counts.end());
    measured.updates = pass.updates();
    return measured;
}

// The last step's logs, filled again: names are not copied at each step.
Logs Model::logs_of(const std::vector<Tensor>& values) {
    Logs logs = std::exchange(spare_, {});
    const bool same =
        std::equal(shown_.begin(), shown_.end(), logs.begin(), logs.end(),
                   [](const auto& name, const auto& log) { return name == log.first; });
    if (!same) {
        logs = {};
        for (const std::string& name : shown_) logs.add(name, 0);
    }
    for (std::size_t i = 0; i < shown_.size(); ++i) {
        const bool masked = i < counted_by_.size() && counted_by_[i] > 0;
        logs.set(i, number(values[i]));
        logs.set_count(i, masked ? number(values[counted_by_[i]]) : -1);
    }
    return logs;
}

const std::vector<Tensor>& Model::step_inputs(const Batch& batch) {
    step_inputs_.assign(batch.x.begin(), batch.x.end());
    step_inputs_.insert(step_inputs_.end(), batch.y.begin(), batch.y.end());
    if (batch.weights.defined()) step_inputs_.push_back(batch.weights);
    return step_inputs_;
}

std::vector<Tensor> Model::measured_values(const Measured& measured) {
    counted_by_ = measured.counted_by;
    return measured.values;
}

// Forward pass, loss, metrics, gradients and new weights: one graph.
Logs Model::train_step(const Batch& batch) {
    if (!trainable())
        fail<StateError>("fit", "model '", name(),
                         "' is frozen and would be trained: thaw it by set_trainable(true)");
    const auto values = training_.call(
        [&](const std::vector<Tensor>& inputs) {
            Measured measured = measure(batch_like(batch, inputs), Mode::train);
            std::vector<Assignment> steps =
                optimizer().minimize(measured.values.front(), trainable_);
            constrain(steps, constrained_);
            steps.insert(steps.end(), measured.updates.begin(), measured.updates.end());
            shikumi::evaluate(measured.values, steps);
            return measured_values(measured);
        },
        step_inputs(batch));
    step_inputs_.clear();
    if (const double loss = number(values.front()); !std::isfinite(loss))
        fail<ValueError>("fit", "the loss became ", loss);
    return logs_of(values);
}

Logs Model::test_step(const Batch& batch) {
    const auto values = testing_.call(
        [&](const std::vector<Tensor>& inputs) {
            const Measured measured = measure(batch_like(batch, inputs), Mode::infer);
            shikumi::evaluate(measured.values, measured.updates);
            return measured_values(measured);
        },
        step_inputs(batch));
    step_inputs_.clear();
    return logs_of(values);
}

Generator& Model::shuffling() {
    if (!shuffling_) shuffling_ = next_generator();
    return *shuffling_;
}

// Batches of the data, one after another, in steps of the model.
class Model::Loop {
public:
    Loop(Model& model, const Data& data, Index batch_size)
        : model_(model), data_(data), batch_size_(static_cast<std::size_t>(batch_size)) {}

    const Logs& train(Rows order, int epoch, Progress& progress) {
        averages_.restart();
        Index step = 0;
        for (Rows left = order; !left.empty();) {
            ++step;
            try {
                take(left);
                check(order, left);
                add(model_.train_step(batch_));
            } catch (Error& e) {
                e.add_context(sentence("in epoch ", epoch + 1, ", batch ", step));
                throw;
            }
            if (progress.due(step)) progress.redraw(step, averages_.means());
        }
        return averages_.means();
    }

    const Logs& test(Rows order) {
        const NoGrad no_grad;
        averages_.restart();
        for (Rows left = order; !left.empty();) {
            take(left);
            add(model_.test_step(batch_));
        }
        return averages_.means();
    }

private:
    // The next batch, taken off `left`.
    void take(Rows& left) {
        const Rows rows = left.first(std::min(batch_size_, left.size()));
        left = left.subspan(rows.size());
        batch_.x.clear();
        batch_.y.clear();
        for (const Array& x : data_.x) batch_.x.emplace_back(detail::gather(x, rows));
        for (const Array& y : data_.y) batch_.y.emplace_back(detail::gather(y, rows));
        if (data_.weights) batch_.weights = Tensor(detail::gather(*data_.weights, rows));
    }
    void check(Rows order, Rows left) const {
        const auto finite = [&](const std::vector<Tensor>& all, const char* what) {
            for (const Tensor& t : all) {
                const Index bad = detail::non_finite_row(t.array());
                if (bad < 0) continue;
                const std::size_t first =
                    order.size() - left.size() - static_cast<std::size_t>(t.shape().front());
                fail<ValueError>("fit", what, " holds NaN or infinity in sample ",
                                 order[first + static_cast<std::size_t>(bad)]);
            }
        };
        finite(batch_.x, "x");
        finite(batch_.y, "y");
    }
    void add(Logs&& logs) {
        averages_.add(logs, static_cast<double>(batch_.size()));
        model_.spare_ = std::move(logs);
    }

    Model& model_;
    const Data& data_;
    std::size_t batch_size_;
    Batch batch_;
    Averages averages_;
};

History Model::fit(const Batches& x, const FitOptions& options) {
    return fit(x, std::vector<Tensor>{}, options);
}

History Model::fit(const Batches& x, const Batches& y, const FitOptions& options) {
    check(options);
    CompileOptions* how = compiled_ ? &*compiled_ : nullptr;
    Data data = prepare("fit", *this, how, x, y);
    if (!options.class_weight.empty()) {
        if (data.y.size() != 1)
            fail<ValueError>("fit", "class_weight wants one output, the model has ", data.y.size());
        data.weights = sample_weights(data.y.front(), options.class_weight, output().dtype);
    }

    std::vector<Index> order = detail::in_order(0, data.size());
    std::vector<Index> held_out;
    std::optional<Data> other;
    if (options.validation_data) {
        other = prepare("fit", *this, how, options.validation_data->first,
                        options.validation_data->second);
        held_out = detail::in_order(0, other->size());
    } else if (options.validation_split > 0) {
        const auto kept = static_cast<Index>(
            std::floor(static_cast<double>(data.size()) * (1 - options.validation_split)));
        if (kept == 0)
            fail<ValueError>("fit", "validation_split ", options.validation_split, " of ",
                             data.size(), " samples leaves none to train on");
        held_out = detail::in_order(kept, data.size());
        order.resize(static_cast<std::size_t>(kept));
        other = Data{data.x, data.y};
    }

    const auto samples = static_cast<Index>(order.size());
    const Index steps = (samples + options.batch_size - 1) / options.batch_size;
    Progress progress(options.out ? *options.out : std::cout,
                      !options.out && isatty(STDOUT_FILENO) == 1, options.verbose, options.epochs,
                      steps);
    Generator own_rng(options.seed.value_or(0));
    if (how && !how->loss.empty()) arrange();
    std::optional<Eager> eager;
    if (how && how->run_eagerly) eager.emplace();
    Loop training(*this, data, options.batch_size);
    std::optional<Loop> validation;
    if (other) validation.emplace(*this, *other, options.batch_size);
    History history;
    history.params = {options.verbose, options.epochs, steps};
    EpochLog log{};

    for (int epoch = 0; epoch < options.epochs; ++epoch) {
        progress.begin_epoch(epoch);
        if (options.shuffle) shikumi::nn::shuffle(order, options.seed ? own_rng : shuffling());
        log.epoch = epoch;
        log.logs = training.train(order, epoch, progress);
        if (validation) {
            for (const auto& [name, value] : validation->test(held_out))
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
    const Data data = prepare("evaluate", *this, &how, x, y);
    if (!how.loss.empty()) arrange();
    std::optional<Eager> eager;
    if (how.run_eagerly) eager.emplace();
    return Loop(*this, data, batch_size).test(detail::in_order(0, data.size()));
}

}  // namespace shikumi::nn

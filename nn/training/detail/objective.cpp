#include <shikumi/nn/training/detail/objective.hpp>

#include <algorithm>
#include <iterator>
#include <type_traits>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/ops/detail/logits.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/detail/masks.hpp>
#include <shikumi/nn/functions/detail/paired_targets.hpp>

namespace shikumi::nn::detail {

namespace {

using shikumi::detail::logits_of_sigmoid;
using shikumi::detail::logits_of_softmax;

// The first `axes` axes of x as one. A softmax or sigmoid is still the last thing done: losses look
// for it.
Tensor each_step(const Tensor& x, int axes) {
    if (const Tensor logits = logits_of_softmax(x); logits.defined())
        return softmax(each_step(logits, axes), -1);
    if (const Tensor logits = logits_of_sigmoid(x); logits.defined())
        return sigmoid(each_step(logits, axes));
    const Shape::Sizes sizes = x.shape().sizes();
    Index steps = 1;
    for (int axis = 0; axis < axes; ++axis) steps *= sizes[static_cast<std::size_t>(axis)];
    return reshape(
        x, batch_of(steps, Shape(std::span<const Index>(sizes.begin() + axes, sizes.end()))));
}

// Whether targets and predictions have the steps that a mask speaks of.
bool have_steps(const Tensor& targets, const Tensor& predictions, const Shape& steps) {
    if (predictions.rank() <= steps.rank() || targets.rank() < steps.rank()) return false;
    const Shape::Sizes wanted = steps.sizes(), sizes = targets.shape().sizes();
    return std::equal(wanted.begin(), wanted.end(), sizes.begin());
}

// The values of a loss or a metric: one for each sample, (N,); under a mask one for each of its
// elements, or (N, 1, …) where targets or predictions have no such steps.
template <class F>
Tensor values_of(const F& function, const Tensor& targets, const Tensor& predictions,
                 const Tensor& mask) {
    const auto each = [&](const Tensor& t, const Tensor& p) {
        if constexpr (std::is_same_v<F, Loss>)
            return function(t, p);  // pairs them itself
        else
            return function(paired_targets(function, t, p), p);
    };
    const auto checked = [&](const Tensor& values, Index count) {
        if (values.shape() != Shape{count})
            fail<ShapeError>(function.name(), "gave ", values.shape(),
                             ", wanted one number for each of ", count, " samples");
        return values;
    };
    const Index samples = predictions.shape().front();
    if (!mask.defined()) return checked(each(targets, predictions), samples);
    const Shape& steps = mask.shape();
    if (!have_steps(targets, predictions, steps))
        return beside(checked(each(targets, predictions), samples), steps.rank());
    const int axes = steps.rank();
    const Tensor all = each(each_step(targets, axes), each_step(predictions, axes));
    return reshape(checked(all, steps.size()), steps);
}

// Other shapes would broadcast and weigh one sample's loss by another's weight.
void check_weights(const Tensor& weights, const std::vector<Tensor>& predictions) {
    if (!weights.defined() || predictions.empty()) return;
    const Index samples = predictions.front().shape().front();
    if (weights.shape() != Shape{samples})
        fail<ShapeError>("fit", "the weights of ", samples, " samples are ", Shape{samples},
                         ", got ", weights.shape());
}

double number(const Tensor& scalar) {
    return dispatch_floating(scalar.dtype(),
                             [&]<class T>() { return static_cast<double>(scalar.data<T>()[0]); });
}

// The mean as Keras 3 takes it: masked steps count nothing, the others by so much more.
Tensor mean_loss(const Tensor& losses, Tensor weights, const Tensor& mask) {
    if (!mask.defined()) return mean(weights.defined() ? losses * weights : losses);
    Tensor share = mask.cast(losses.dtype());
    share = share * (static_cast<double>(mask.size()) / (sum(share) + 1e-7));
    if (weights.defined()) share = beside(weights, mask.rank()) * share;
    return mean(where(mask, losses, 0) * share);
}

}  // namespace

Objective::Objective(Trainable& model, const CompileOptions& options) {
    if (options.loss.empty())
        fail<StateError>("fit", "model '", model.name(), "' was compiled without a loss");
    options.check_outputs("fit", model.output_names());
    resolve_outputs(model.output_names(), options);
    resolve_weights(model);
}

void Objective::resolve_outputs(const std::vector<std::string>& names,
                                const CompileOptions& options) {
    const bool several = names.size() > 1;
    blank_.add("loss", 0);
    for (std::size_t i = 0; i < names.size(); ++i) {
        const Loss* loss = options.loss.of(i, names);
        const double* weight = options.loss_weights.of(i, names);
        outputs_.push_back({loss ? std::optional(*loss) : std::nullopt, weight ? *weight : 1,
                            options.metrics.of(i, names)});
        if (several && loss) blank_.add(names[i] + "_loss", 0);
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
        for (const Metric& metric : outputs_[i].metrics)
            blank_.add(sentence(several ? names[i] + '_' : "", metric.name()), 0);
    }
}

void Objective::resolve_weights(const Trainable& model) {
    for (const Weight& w : model.described_weights()) {
        if (!w.parameter.trainable()) continue;
        weights_.push_back(w.parameter);
        if (w.options.constraint) constrained_.push_back(w);
        if (w.options.regularizer) regularized_.push_back(w);
    }
}

std::vector<Tensor> Objective::Measured::roots() const {
    std::vector<Tensor> all{result.loss};
    all.insert(all.end(), result.output_losses.begin(), result.output_losses.end());
    all.insert(all.end(), result.metrics.begin(), result.metrics.end());
    std::copy_if(result.counts.begin(), result.counts.end(), std::back_inserter(all),
                 [](const Tensor& count) { return count.defined(); });
    return all;
}

Objective::Measured Objective::measure(Trainable& model, const Batch& batch, Mode mode) const {
    const CallContext context;
    const std::vector<Tensor> predictions = model(batch.x, mode);
    if (predictions.size() != batch.y.size())
        fail<ValueError>("fit", "the model has ", predictions.size(), " outputs and y ",
                         batch.y.size(), " tensors");
    check_weights(batch.weights, predictions);
    StepResult result;
    Tensor& total = result.loss;
    for (std::size_t i = 0; i < predictions.size(); ++i) {
        const Output& output = outputs_[i];
        if (!output.loss) continue;
        const Tensor mask = context.mask_of(predictions[i]);
        Tensor loss = mean_loss(values_of(*output.loss, batch.y[i], predictions[i], mask),
                                batch.weights, mask);
        if (predictions.size() > 1) result.output_losses.push_back(loss);
        if (output.weight != 1) loss = loss * output.weight;
        shikumi::detail::add_to(total, loss);
    }
    for (const Weight& w : regularized_) total = total + w.options.regularizer(w.parameter);
    for (const Tensor& added : context.losses()) total = total + added;
    for (std::size_t i = 0; i < predictions.size(); ++i) {
        for (const Metric& metric : outputs_[i].metrics) {
            const Tensor mask = context.mask_of(predictions[i]);
            const Tensor values = values_of(metric, batch.y[i], predictions[i], mask);
            const Tensor counted = mask.defined() ? mask.cast(values.dtype()) : Tensor();
            result.counts.push_back(mask.defined() ? sum(counted) : Tensor());
            result.metrics.push_back(mask.defined() ? sum(where(mask, values, 0) * counted) /
                                                          maximum(result.counts.back(), 1)
                                                    : mean(values));
        }
    }
    return {std::move(result), context.updates()};
}

void Objective::constrain(std::vector<Assignment>& steps) const {
    for (const Weight& w : constrained_) {
        const auto step = std::find_if(steps.begin(), steps.end(), [&](const Assignment& a) {
            return a.parameter == w.parameter;
        });
        if (step != steps.end()) step->value = w.options.constraint(step->value);
    }
}

Logs Objective::logs(const StepResult& result) const {
    Logs logs = blank_;
    std::size_t next = 0;
    logs.set(next++, number(result.loss));
    for (const Tensor& loss : result.output_losses) logs.set(next++, number(loss));
    for (std::size_t i = 0; i < result.metrics.size(); ++i, ++next) {
        logs.set(next, number(result.metrics[i]));
        if (result.counts[i].defined()) logs.set_count(next, number(result.counts[i]));
    }
    return logs;
}

}  // namespace shikumi::nn::detail

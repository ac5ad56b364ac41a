#include <shikumi/nn/training/detail/objective.hpp>

#include <algorithm>
#include <utility>

#include <shikumi/autograd/core/blame.hpp>
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/losses/detail/weights.hpp>

namespace shikumi::nn::detail {

namespace {

double number(const Tensor& scalar) {
    return dispatch_floating(scalar.dtype(),
                             [&]<class T>() { return static_cast<double>(scalar.data<T>()[0]); });
}

// Other shapes would broadcast and weigh one sample's loss by another's weight.
void check_weights(const Tensor& weights, Index samples) {
    if (weights.defined() && (weights.rank() == 0 || weights.shape().front() != samples))
        fail<ShapeError>("fit", "the weights of ", samples, " samples are ", Shape{samples},
                         ", got ", weights.shape());
}

// What weighs the samples of a metric: their weights, and 0 where they are masked.
Tensor metric_weights(const Tensor& weights, const Tensor& mask, DType dtype) {
    if (!mask.defined()) return weights;
    const Tensor shown = mask.cast(dtype);
    return weights.defined() ? with_rank(weights, shown.rank()) * shown : shown;
}

bool same_samples(const Spec& a, const Spec& b) {
    return a.dtype == b.dtype && a.shape.rank() > 0 && b.shape.rank() > 0 &&
           a.shape.with_front(1) == b.shape.with_front(1);
}

}  // namespace

Objective::Objective(Trainable& model, const CompileOptions& options,
                     const std::vector<Spec>& targets)
    : targets_(targets) {
    if (options.loss.empty())
        fail<StateError>("fit", "model '", model.name(), "' was compiled without a loss");
    options.check_outputs("fit", model.output_names());
    if (targets.size() != model.outputs().size())
        fail<ValueError>("fit", "the model has ", model.outputs().size(), " outputs and y ",
                         targets.size(), " tensors");
    resolve_losses(model.output_names(), options);
    resolve_metrics(model, options);
    resolve_weights(model);
}

void Objective::resolve_losses(const std::vector<std::string>& names,
                               const CompileOptions& options) {
    names_.push_back("loss");
    for (std::size_t i = 0; i < names.size(); ++i) {
        const Loss* loss = options.loss.of(i, names);
        if (loss && loss->form().reduction == Reduction::none)
            fail<ValueError>("compile", "the loss ", loss->name(),
                             " is not reduced, and training wants one number: give another "
                             "reduction");
        const double* weight = options.loss_weights.of(i, names);
        outputs_.push_back({loss ? std::optional(*loss) : std::nullopt, weight ? *weight : 1});
        if (loss) names_.push_back(names[i] + "_loss");
    }
    output_losses_ = names_.size() > 2;
    if (!output_losses_) names_.resize(1);
}

void Objective::resolve_metrics(Trainable& model, const CompileOptions& options) {
    const std::vector<std::string>& outputs = model.output_names();
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        const std::string before = outputs.size() > 1 ? outputs[i] + '_' : "";
        const std::vector<Metric>& plain = options.metrics.of(i, outputs);
        const auto add = [&](const Metric& metric, bool weighted) {
            const auto called_so = [&](const Metric& other) {
                return other.name() == metric.name();
            };
            const bool twice = weighted && std::any_of(plain.begin(), plain.end(), called_so);
            add_meter({i, metric, weighted},
                      sentence(before, twice ? "weighted_" : "", metric.name()),
                      model.outputs()[i]);
        };
        for (const Metric& metric : plain) add(metric, false);
        for (const Metric& metric : options.weighted_metrics.of(i, outputs)) add(metric, true);
    }
    shikumi::evaluate(start_);
}

void Objective::add_meter(Meter meter, const std::string& name, const Spec& prediction) {
    const MetricState start = shikumi::detail::blaming(
        "fit", [&] { return sentence("in metric '", name, "'"); },
        [&] { return meter.metric.start(targets_[meter.output], prediction); });
    const Shape shape = meter.metric.result(start).shape();
    meter.states = start.size();
    start_.insert(start_.end(), start.begin(), start.end());
    meters_.push_back(std::move(meter));
    for (Index k = 0; k < shape.size(); ++k) {
        names_.push_back(shape.rank() == 0 ? name : name + '_' + std::to_string(k));
        if (std::count(names_.begin(), names_.end(), names_.back()) > 1)
            fail<ValueError>("compile", "two numbers of the logs are called '", names_.back(),
                             "': give a metric a name of its own, {\"name\", metric}");
    }
}

bool Objective::is_for(const std::vector<Tensor>& targets) const {
    if (targets.size() != targets_.size()) return false;
    for (std::size_t i = 0; i < targets.size(); ++i) {
        if (!same_samples(targets[i].spec(), targets_[i])) return false;
    }
    return true;
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
    all.insert(all.end(), result.states.begin(), result.states.end());
    return all;
}

Tensor Objective::total_loss(const std::vector<Tensor>& predictions, const Batch& batch,
                             const CallContext& context, StepResult& result) const {
    Tensor total;
    for (std::size_t i = 0; i < predictions.size(); ++i) {
        const Output& output = outputs_[i];
        if (!output.loss) continue;
        const Tensor mask = context.mask_of(predictions[i]), weights = batch.weights_of(i);
        check_weights(weights, predictions[i].shape().front());
        Tensor loss = output.loss->reduced(batch.y[i], predictions[i], weights, mask);
        if (output_losses_) result.output_losses.push_back(loss);
        if (output.weight != 1) loss = loss * output.weight;
        shikumi::detail::add_to(total, loss);
    }
    for (const Weight& w : regularized_) total = total + w.options.regularizer(w.parameter);
    for (const Tensor& added : context.losses()) total = total + added;
    return total;
}

void Objective::measure_metrics(const std::vector<Tensor>& predictions, const Batch& batch,
                                const CallContext& context, const MetricStates& states,
                                StepResult& result) const {
    auto state = states.begin();
    for (const Meter& meter : meters_) {
        const std::size_t i = meter.output;
        const MetricState before(state, state + static_cast<std::ptrdiff_t>(meter.states));
        state += static_cast<std::ptrdiff_t>(meter.states);
        const Tensor weights =
            metric_weights(meter.weighted ? batch.weights_of(i) : Tensor(),
                           context.mask_of(predictions[i]), predictions[i].dtype());
        shikumi::detail::blaming(
            "fit", [&] { return sentence("in metric '", meter.metric.name(), "'"); },
            [&] {
                const MetricState after =
                    meter.metric.update(before, batch.y[i], predictions[i], weights);
                result.metrics.push_back(meter.metric.result(after));
                result.states.insert(result.states.end(), after.begin(), after.end());
            });
    }
}

Objective::Measured Objective::measure(Trainable& model, const Batch& batch,
                                       const MetricStates& states, Mode mode) const {
    const CallContext context;
    const std::vector<Tensor> predictions = model(batch.x, mode);
    if (predictions.size() != batch.y.size())
        fail<ValueError>("fit", "the model has ", predictions.size(), " outputs and y ",
                         batch.y.size(), " tensors");
    StepResult result;
    result.loss = total_loss(predictions, batch, context, result);
    measure_metrics(predictions, batch, context, states, result);
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
    Logs logs;
    logs.reserve(names_.size());
    auto name = names_.begin();
    const auto add = [&](double value) { logs.add(*name++, value); };
    add(number(result.loss));
    for (const Tensor& loss : result.output_losses) add(number(loss));
    const auto add_running = [&](double value) {
        add(value);
        logs.set_running(logs.size() - 1);
    };
    for (const Tensor& metric : result.metrics) {
        if (metric.rank() == 0 && is_floating(metric.dtype()))
            add_running(number(metric));
        else
            for (const double value : metric.to_vector<double>()) add_running(value);
    }
    return logs;
}

}  // namespace shikumi::nn::detail

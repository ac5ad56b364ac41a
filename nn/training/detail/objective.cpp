#include <shikumi/nn/training/detail/objective.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/detail/masks.hpp>

namespace shikumi::nn::detail {

namespace {

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

// Weights of samples, (N,), as those of all their values.
Tensor for_all_values(const Tensor& weights, const Tensor& predictions) {
    return weights.defined() ? beside(weights, std::max(predictions.rank() - 1, 1)) : weights;
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
        Tensor loss = output.loss->reduced(batch.y[i], predictions[i],
                                           for_all_values(batch.weights, predictions[i]),
                                           context.mask_of(predictions[i]));
        if (predictions.size() > 1) result.output_losses.push_back(loss);
        if (output.weight != 1) loss = loss * output.weight;
        shikumi::detail::add_to(total, loss);
    }
    for (const Weight& w : regularized_) total = total + w.options.regularizer(w.parameter);
    for (const Tensor& added : context.losses()) total = total + added;
    for (std::size_t i = 0; i < predictions.size(); ++i) {
        for (const Metric& metric : outputs_[i].metrics) {
            const Tensor mask = context.mask_of(predictions[i]);
            const Tensor weights = mask.defined() ? mask.cast(predictions[i].dtype()) : Tensor();
            const MetricState seen =
                metric.update(metric.start(batch.y[i].spec(), predictions[i].spec()), batch.y[i],
                              predictions[i], weights);
            result.counts.push_back(mask.defined() ? sum(weights) : Tensor());
            result.metrics.push_back(metric.result(seen));
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

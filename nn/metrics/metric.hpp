// Metrics as values: what is measured over the batches of an epoch.
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/autograd/core/named_function.hpp>
#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/nn/losses/loss.hpp>

namespace shikumi::nn {

/// What a metric remembers from batch to batch. Numbers are f64, so that a long epoch loses no
/// digits.
using MetricState = std::vector<Tensor>;

/// A metric with a state of its own: derive from it, and give an object where a Metric is wanted.
/// Its functions record operations and look at no value, so that training captures them in its
/// step. A state keeps its shapes and dtypes.
class MetricRule {
public:
    virtual ~MetricRule() = default;
    /// The name that logs show.
    virtual std::string_view name() const noexcept = 0;
    /// The state before the first batch, for targets and predictions of these shapes and dtypes;
    /// the size of the first axis means nothing.
    virtual MetricState start(const Spec& targets, const Spec& predictions) const = 0;
    /// The state after a batch. Weights are undefined where all count the same.
    virtual MetricState update(const MetricState& state, const Tensor& targets,
                               const Tensor& predictions, const Tensor& weights) const = 0;
    /// What the state amounts to: a number, or a vector of them.
    virtual Tensor result(const MetricState& state) const = 0;
    /// The arguments that it was made of, by Keras's names, so that a file can hold it: see
    /// `register_metric`.
    virtual Config get_config() const { return {}; }
};

/// A measure of predictions (N, …) that is carried on from batch to batch. There are three ways to
/// one: a function of targets and predictions that gives one number a sample, (N,), or a step,
/// (N, T), whose mean is the metric; a loss, whose mean it is; or a MetricRule.
class Metric {
public:
    /// Computes the numbers whose mean is the metric.
    using Function = NamedFunction<Tensor(const Tensor& targets, const Tensor& predictions)>;

    /// A constant of the library.
    constexpr Metric(StaticName name, Tensor (*values_of)(const Tensor&, const Tensor&)) noexcept
        : function_(name, values_of) {}
    /// Any callable, called "custom" unless it has a name. `config` holds the arguments that it was
    /// made of, so that a file can hold it: see `register_metric`.
    template <shikumi::detail::FunctionFor<Metric, const Tensor&, const Tensor&> F>
    Metric(F f, std::string name = "custom", Config config = {})
        : function_(std::move(f), std::move(name), std::move(config)) {}
    /// Any callable, its name first.
    template <std::invocable<const Tensor&, const Tensor&> F>
    Metric(std::string name, F f) : function_(std::move(f), std::move(name)) {}
    /// The mean of a loss, under its name.
    Metric(const Loss& loss);
    /// The metric of that Keras name, such as "acc": see `metric`.
    template <std::convertible_to<std::string_view> Name>
    Metric(const Name& known) : Metric(known_as(known)) {}
    /// A rule with a state of its own.
    template <std::derived_from<MetricRule> R>
    Metric(R rule) : rule_(std::make_shared<const R>(std::move(rule))) {}

    /// The name that logs and errors show.
    std::string_view name() const noexcept { return own_name_ ? *own_name_ : first_name(); }
    /// The name of its function, loss or rule.
    std::string_view first_name() const noexcept {
        return rule_ ? rule_->name() : function_.name();
    }
    /// What computes the numbers whose mean it is; none where it has a rule.
    const Function& function() const noexcept { return function_; }
    /// The rule; null where it is the mean of a function.
    const MetricRule* rule() const noexcept { return rule_.get(); }
    /// The same metric under another name.
    Metric named(std::string name) const {
        Metric other = *this;
        other.own_name_ = std::make_shared<const std::string>(std::move(name));
        return other;
    }
    /// The state before the first batch.
    MetricState start(const Spec& targets, const Spec& predictions) const;
    /// The state after a batch, not evaluated yet. Weights are factors of the samples, (N,) or
    /// (N, 1), or of the steps of sequences, (N, T); a mask is a factor of 0 or 1. Throws
    /// ShapeError where targets, predictions and weights don't fit.
    MetricState update(const MetricState& state, const Tensor& targets, const Tensor& predictions,
                       const Tensor& weights = {}) const;
    /// What the state amounts to: a number, or a vector of them.
    Tensor result(const MetricState& state) const;
    /// One number a sample, (N,), of a metric that is a mean. Throws StateError for others.
    Tensor operator()(const Tensor& targets, const Tensor& predictions) const;

private:
    static Metric known_as(std::string_view name);

    Function function_;
    std::shared_ptr<const MetricRule> rule_;  // null: the mean of the function
    std::shared_ptr<const std::string> own_name_;
};

/// A metric and what it has seen so far, for loops of one's own.
class RunningMetric {
public:
    /// Has seen nothing.
    RunningMetric(Metric metric) : metric_(std::move(metric)) {}
    /// The name of the metric.
    std::string_view name() const noexcept { return metric_.name(); }
    /// Takes in a batch. Throws as `Metric::update` does.
    void update(const Tensor& targets, const Tensor& predictions, const Tensor& weights = {});
    /// The value of all batches so far. Throws StateError where there was none.
    Tensor result() const;
    /// Forgets all batches.
    void reset() noexcept { state_.clear(); }

private:
    Metric metric_;
    MetricState state_;  // empty: there was no batch yet
};

}  // namespace shikumi::nn

// What `compile` is told: how to train, and what to measure at each output of a model.
#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/nn/losses/losses.hpp>
#include <shikumi/nn/metrics/metrics.hpp>
#include <shikumi/optim/optimizer.hpp>
#include <shikumi/optim/sgd.hpp>

namespace shikumi::nn {

/// One value for every output of a model, `{a, b}` in the order of the outputs, or
/// `{{"name", a}, …}` by their names; an output that isn't named has no value then.
template <class T>
class PerOutput {
public:
    /// No value for any output.
    PerOutput() = default;
    /// The same values. This and its like are compiled once for all programs.
    PerOutput(const PerOutput&);
    /// Takes the values over.
    PerOutput(PerOutput&&) noexcept;
    /// The same values.
    PerOutput& operator=(const PerOutput&);
    /// Takes the values over.
    PerOutput& operator=(PerOutput&&) noexcept;
    ~PerOutput();
    /// The same value for every output.
    template <std::convertible_to<T> U>
    PerOutput(const U& of_all) : values_{{"", T(of_all)}} {}
    /// A value for each output, in order.
    PerOutput(std::initializer_list<T> in_order) {
        for (const T& value : in_order) values_.emplace_back("", value);
    }
    /// Values for the outputs of these names.
    PerOutput(std::initializer_list<std::pair<std::string, T>> by_name)
        : values_(by_name), named_(true) {}

    /// Values for the outputs of these names.
    PerOutput(std::vector<std::pair<std::string, T>> by_name)
        : values_(std::move(by_name)), named_(true) {}
    /// A value for each output, in order.
    explicit PerOutput(const std::vector<T>& in_order) {
        for (const T& value : in_order) values_.emplace_back("", value);
    }

    /// The values: by the names of outputs, or all with empty names.
    const std::vector<std::pair<std::string, T>>& values() const noexcept { return values_; }
    /// Whether the values belong to outputs of their names.
    bool named() const noexcept { return named_; }
    /// Whether no output has a value.
    bool empty() const noexcept { return values_.empty(); }
    /// Whether any value has a property: a function of the value to bool.
    bool has(bool (*property)(const T& value)) const;
    /// The value of output number `i`; null where it has none.
    const T* of(std::size_t i, const std::vector<std::string>& outputs) const;
    /// Throws ValueError beginning with `caller` where the values, called `what`, can't belong to
    /// the outputs.
    void check_outputs(std::string_view caller, std::string_view what,
                       const std::vector<std::string>& outputs) const;

private:
    std::vector<std::pair<std::string, T>> values_;
    bool named_ = false;
};

/// The same metrics for every output, or `{{"name", {a, b}}, …}` for outputs of these names.
class Metrics {
public:
    /// No metrics.
    Metrics() = default;
    /// These metrics for every output.
    Metrics(std::initializer_list<Metric> of_all) : of_all_(of_all) {}
    /// Metrics for the outputs of these names.
    Metrics(std::initializer_list<std::pair<std::string, std::vector<Metric>>> by_name)
        : by_name_(by_name) {}
    /// Metrics for the outputs of these names.
    Metrics(std::vector<std::pair<std::string, std::vector<Metric>>> by_name)
        : by_name_(std::move(by_name)) {}
    /// These metrics for every output.
    explicit Metrics(std::vector<Metric> of_all) : of_all_(std::move(of_all)) {}

    /// Those of every output that has none by its name.
    const std::vector<Metric>& of_all() const noexcept { return of_all_; }
    /// Those of outputs by their names.
    const PerOutput<std::vector<Metric>>& by_name() const noexcept { return by_name_; }
    /// The metrics of output number `i`.
    const std::vector<Metric>& of(std::size_t i, const std::vector<std::string>& outputs) const;
    /// Throws ValueError beginning with `caller` where a name is not that of an output.
    void check_outputs(std::string_view caller, const std::vector<std::string>& outputs) const;

private:
    std::vector<Metric> of_all_;
    PerOutput<std::vector<Metric>> by_name_;
};

extern template class PerOutput<Loss>;
extern template class PerOutput<double>;
extern template class PerOutput<std::vector<Metric>>;

/// How to train a model.
struct CompileOptions {
    optim::Optimizer optimizer = optim::SGD();  ///< changes the weights
    /// What is made smaller; the losses of several outputs are added up. Models with a train_step
    /// of their own need none.
    PerOutput<Loss> loss = {};
    Metrics metrics = {};  ///< measured and shown besides the loss, whatever the samples' weights
    Metrics weighted_metrics = {};        ///< the same, where samples count by their weights
    PerOutput<double> loss_weights = {};  ///< factors of the outputs' losses in their sum; 1
    /// Every operation is computed as soon as it is recorded: for debugging, and for layers whose
    /// `call` looks at values. Otherwise a step is recorded once for each shape of batch and
    /// replayed (see `capture`).
    bool run_eagerly = false;
    /// Upper bound, in bytes, on the values of a training step that wait for later readers, such as
    /// activations for their gradients. Values beyond it are computed again: see EvaluationOptions.
    std::size_t memory_budget = EvaluationOptions().memory_budget;

    /// Throws ValueError beginning with `caller` where something is given for an output that isn't
    /// among these.
    void check_outputs(std::string_view caller, const std::vector<std::string>& outputs) const;
};

}  // namespace shikumi::nn

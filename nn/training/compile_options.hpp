// What `compile` is told: how to train, and what to measure at each of a model's outputs.
#pragma once

#include <algorithm>
#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/nn/functions/losses.hpp>
#include <shikumi/nn/functions/metrics.hpp>
#include <shikumi/optim/optimizer.hpp>
#include <shikumi/optim/sgd.hpp>

namespace shikumi::nn {

/// One value for every output, `{a, b}` in the outputs' order, or `{{"name", a}, …}` by their
/// names, where an output that isn't named has none.
template <class T>
class PerOutput {
public:
    PerOutput() = default;
    template <std::convertible_to<T> U>
    PerOutput(const U& of_all) : values_{{"", T(of_all)}} {}
    PerOutput(std::initializer_list<T> in_order) {
        for (const T& value : in_order) values_.emplace_back("", value);
    }
    PerOutput(std::initializer_list<std::pair<std::string, T>> by_name)
        : values_(by_name), named_(true) {}

    bool empty() const noexcept { return values_.empty(); }
    bool has(auto property) const {
        return std::any_of(values_.begin(), values_.end(),
                           [&](const auto& named) { return property(named.second); });
    }
    /// That of output number `i`; null where it has none.
    const T* of(std::size_t i, const std::vector<std::string>& outputs) const {
        if (named_) {
            for (const auto& [name, value] : values_) {
                if (name == outputs[i]) return &value;
            }
            return nullptr;
        }
        return values_.empty() ? nullptr : &values_[values_.size() == 1 ? 0 : i].second;
    }
    /// Throws ValueError that begins with `caller` where these can't belong to the outputs.
    void check(std::string_view caller, std::string_view what,
               const std::vector<std::string>& outputs) const;

private:
    std::vector<std::pair<std::string, T>> values_;
    bool named_ = false;
};

/// Metrics of every output, or `{{"name", {a, b}}, …}` of those that are named.
class Metrics {
public:
    Metrics() = default;
    Metrics(std::initializer_list<Metric> of_all) : of_all_(of_all) {}
    Metrics(std::initializer_list<std::pair<std::string, std::vector<Metric>>> by_name)
        : by_name_(by_name) {}

    const std::vector<Metric>& of(std::size_t i, const std::vector<std::string>& outputs) const {
        const std::vector<Metric>* own = by_name_.of(i, outputs);
        return own ? *own : of_all_;
    }
    void check(std::string_view caller, const std::vector<std::string>& outputs) const {
        by_name_.check(caller, "metrics", outputs);
    }

private:
    std::vector<Metric> of_all_;
    PerOutput<std::vector<Metric>> by_name_;
};

struct CompileOptions {
    optim::Optimizer optimizer = optim::SGD();
    /// The losses of several outputs are added up. None: for models with a train_step of their own.
    PerOutput<Loss> loss = {};
    Metrics metrics = {};
    PerOutput<double> loss_weights = {};  ///< factors of the outputs' losses in their sum; 1
    /// Every operation is computed as soon as it is recorded: for debugging, and for layers whose
    /// `call` looks at values. Otherwise a step is recorded once for each shape of batch and
    /// replayed (see `capture`).
    bool run_eagerly = false;
    /// Bytes that a training step's values may take which wait for later readers, such as the
    /// activations for their gradients. What doesn't fit is computed again: see EvaluationOptions.
    std::size_t memory_budget = EvaluationOptions().memory_budget;
};

template <class T>
void PerOutput<T>::check(std::string_view caller, std::string_view what,
                         const std::vector<std::string>& outputs) const {
    if (!named_ && values_.size() > 1 && values_.size() != outputs.size())
        fail<ValueError>(caller, "got ", values_.size(), " ", what, " for the ", outputs.size(),
                         " outputs of the model");
    if (!named_) return;
    std::string known;
    for (const std::string& name : outputs) known += (known.empty() ? "'" : ", '") + name + "'";
    for (const auto& [name, value] : values_) {
        if (std::find(outputs.begin(), outputs.end(), name) == outputs.end())
            fail<ValueError>(caller, "got ", what, " for '", name, "', the model's outputs are ",
                             known);
    }
}

}  // namespace shikumi::nn

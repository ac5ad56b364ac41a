// Metrics as values with names.
#pragma once

#include <concepts>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::nn {

/// A metric under Keras's name: targets and predictions (N, …) become one number a sample, (N,), of
/// the predictions' dtype.
struct NamedMetric {
    std::string_view name;
    Tensor (*function)(const Tensor& targets, const Tensor& predictions);
    Tensor operator()(const Tensor& targets, const Tensor& predictions) const {
        return function(targets, predictions);
    }
};

/// Any such function, under the name that logs show.
class Metric {
public:
    using Function = std::function<Tensor(const Tensor& targets, const Tensor& predictions)>;

    Metric(const NamedMetric& m) : name_(m.name), function_(m.function) {}
    template <std::invocable<const Tensor&, const Tensor&> F>
    Metric(std::string name, F function) : name_(std::move(name)), function_(std::move(function)) {}

    const std::string& name() const noexcept { return name_; }
    Tensor operator()(const Tensor& targets, const Tensor& predictions) const {
        return function_(targets, predictions);
    }

private:
    std::string name_;
    Function function_;
};

/// The share of right predictions, chosen from the shapes as Keras does: a single output counts as
/// class 1 above 0.5; rows like the predictions are compared by their largest entry; anything else
/// is class indices.
extern const NamedMetric accuracy;
extern const NamedMetric binary_accuracy;
extern const NamedMetric categorical_accuracy;
extern const NamedMetric sparse_categorical_accuracy;

}  // namespace shikumi::nn

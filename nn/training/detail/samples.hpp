// Samples: what a training or a measurement goes through, checked against the model.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/memory/array.hpp>
#include <shikumi/autograd/memory/random.hpp>
#include <shikumi/nn/training/compile_options.hpp>
#include <shikumi/nn/training/detail/feed.hpp>
#include <shikumi/nn/training/fit_options.hpp>
#include <shikumi/nn/training/trainable.hpp>

namespace shikumi::nn::detail {

/// Arrays of samples, and which of them are gone through in which order.
struct Samples {
    std::vector<Array> x, y;
    /// Factors of the losses for each output; absent: 1. Empty: none at all.
    std::vector<std::optional<Array>> weights = {};
    std::vector<Index> rows = {};

    /// The number of samples in the arrays.
    Index size() const { return x.front().shape().front(); }
    /// Shape and dtype of each output's targets.
    std::vector<Spec> target_specs() const;
};

/// All samples in order. Builds the model if need be. Throws, beginning with `caller`, ShapeError,
/// DTypeError and ValueError where x, y and the weights fit neither each other nor the model or the
/// losses of `options` (null: not compiled), or a label lies outside the classes.
Samples checked_samples(std::string_view caller, Trainable& model, const CompileOptions* options,
                        const TensorList& x, const TensorList& y, const TensorList& weights = {});
/// The samples that a training is measured on. Errors say that they are in the validation data.
Samples validation_samples(Trainable& model, const CompileOptions* compiled,
                           const ValidationData& given);
/// A batch of a source, checked in the same way.
Batch checked_batch(std::string_view caller, Trainable& model, const CompileOptions* options,
                    Batch given);
/// Weights of the samples by their classes. Throws ValueError, ShapeError where the model has
/// several outputs, the targets are no classes, or a class isn't there.
void weigh_classes(Samples& samples, Trainable& model, const CompileOptions* options,
                   const std::map<int, double>& class_weight);

/// Calls f, which works on samples that are validated on: its errors say so.
template <class F>
decltype(auto) in_validation(F&& f) {
    try {
        return f();
    } catch (Error& e) {
        e.add_context("in the validation data");
        throw;
    }
}

/// The samples of `fit`.
struct FitSamples {
    Samples training;
    std::optional<Samples> validation;
};
/// Those of x and y that are trained on, with class weights, and those that are validated on.
/// Throws as `checked_samples` does, and ValueError where the options don't fit the samples.
FitSamples fit_samples(Trainable& model, const CompileOptions* compiled, const TensorList& x,
                       const TensorList& y, const FitOptions& options);

/// The batches of samples, one after another.
class Batches final : public Feed {
public:
    /// Where the random numbers for an order come from.
    using Random = std::function<Generator&()>;

    /// In random order, another one in each pass; in the order of the rows where `random` is empty.
    Batches(Samples samples, Index batch_size, Random random = {})
        : samples_(std::move(samples)),
          rows_(samples_.rows),
          batch_size_(static_cast<std::size_t>(batch_size)),
          random_(std::move(random)) {}

    Index count() const override;
    void restart() override;
    bool next() override;
    const Batch& batch() const override { return batch_; }
    void check_finite() const override;
    void visit_state(StateFields& fields) override;
    const Samples* samples() const override { return &samples_; }

private:
    void set_order(const Tensor& order, std::string_view reading);

    const Samples samples_;
    std::vector<Index> rows_;
    std::size_t batch_size_;
    Random random_;
    std::size_t first_ = 0, end_ = 0;  // the places of the batch's samples in the order
    Batch batch_;
};

}  // namespace shikumi::nn::detail

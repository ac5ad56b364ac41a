// Samples: what a training or a measurement goes through, checked against the model.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/memory/array.hpp>
#include <shikumi/nn/training/compile_options.hpp>
#include <shikumi/nn/training/fit_options.hpp>
#include <shikumi/nn/training/trainable.hpp>

namespace shikumi::nn::detail {

/// Arrays of samples, and which of them are gone through in which order.
struct Samples {
    std::vector<Array> x, y;
    std::optional<Array> weights = {};  ///< factors of the samples' losses
    std::vector<Index> rows = {};

    /// The number of samples in the arrays.
    Index size() const { return x.front().shape().front(); }
};

/// All samples in order. Builds the model if need be. Throws, beginning with `caller`, ShapeError,
/// DTypeError and ValueError where x and y fit neither each other nor the model or the losses of
/// `options` (null: not compiled), or a label lies outside the classes.
Samples checked_samples(std::string_view caller, Trainable& model, const CompileOptions* options,
                        const TensorList& x, const TensorList& y);

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
class Batches {
public:
    Batches(const Samples& samples, Index batch_size)
        : samples_(samples), batch_size_(static_cast<std::size_t>(batch_size)) {}

    /// How many there are.
    Index count() const;
    /// Goes back to before the first batch.
    void restart() noexcept { first_ = end_ = 0; }
    /// Gathers the next batch; false where there is none left.
    bool next();
    const Batch& batch() const noexcept { return batch_; }
    /// Throws ValueError where x or y of the batch holds NaN or infinity, naming the sample.
    void check_finite() const;

private:
    void check_finite(const std::vector<Tensor>& tensors, const char* what) const;

    const Samples& samples_;
    std::size_t batch_size_;
    std::size_t first_ = 0, end_ = 0;  // the places of the batch's samples in the order
    Batch batch_;
};

}  // namespace shikumi::nn::detail
